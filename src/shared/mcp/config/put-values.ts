import type { CapabilityMap } from '../configured-server.ts';
import type { KnownMap } from '../maps/known-map.ts';

/**
 * The known map's capabilities with the entry's own values (a data source's id, for example) put into their templates; a capability
 * that needs a value which is not given is left out.
 */
export function putValues(
  { capabilities, values: wanted = {} }: KnownMap,
  given: Record<string, string>,
): CapabilityMap {
  const entries = Object.entries(capabilities).flatMap(([capability, mapping]) => {
    if (typeof mapping === 'string' || typeof mapping.arguments !== 'object') return [[capability, mapping] as const];
    let text = JSON.stringify(mapping.arguments);
    for (const [name, value] of Object.entries(given))
      text = text.replaceAll(`{${name}}`, JSON.stringify(value).slice(1, -1));
    if (Object.keys(wanted).some((name) => text.includes(`{${name}}`))) return [];
    return [[capability, { ...mapping, arguments: JSON.parse(text) as Record<string, unknown> }] as const];
  });
  return Object.fromEntries(entries);
}
