import type { Capability } from '../capabilities.ts';
import { type CapabilityMap, mappingOf } from '../configured-server.ts';
import { KNOWN_MAPS } from './index.ts';
import type { ToolMapping } from './tool-mapping.ts';

type Named = { name: string };

/** How a server answers a capability; null when nothing is mapped, or `known` (null before the first listing) lacks the tool. */
export function findMapping(
  capabilities: CapabilityMap,
  capability: Capability,
  known: readonly Named[] | null,
): ToolMapping | null {
  const configured = capabilities[capability];
  if (configured === undefined) return null;
  const mapping = mappingOf(configured);
  if (known === null || hasTool(known, mapping.tool)) return mapping;
  if (typeof configured !== 'string') return null;
  // The entry has the name of a server of ours but is somebody else's of the same trade.
  const maps: CapabilityMap[] = Object.values(KNOWN_MAPS).map(({ capabilities: others }) => others);
  const other = maps
    .map((map) => map[capability])
    .find((one) => one !== undefined && hasTool(known, mappingOf(one).tool));
  return other === undefined ? null : mappingOf(other);
}

/** The tools that are mapped but not among those listed, as the end of a sentence; empty when none is missing. */
export function lackingTools(capabilities: CapabilityMap, listed: readonly string[]): string {
  const mapped = new Set(Object.values(capabilities).map((mapping) => mappingOf(mapping).tool));
  const missing = [...mapped].filter((tool) => !listed.includes(tool));
  return missing.length > 0 ? `, without ${missing.join(', ')}` : '';
}

const hasTool = (tools: readonly Named[], tool: string) => tools.some(({ name }) => name === tool);
