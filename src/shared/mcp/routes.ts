import { DependencyError, type FailureClass } from '../errors.ts';
import type { Capability } from './capabilities.ts';
import type { GatewayServer } from './gateway-server.ts';
import type { ToolMapping } from './maps/tool-mapping.ts';

/** A server that answers a capability, and how. */
export type Route = { server: GatewayServer; mapping: ToolMapping };

/** The servers that answer a capability, in the order in which they are asked: those that are well first, then by cost. */
export function findRoutes(servers: readonly GatewayServer[], capability: Capability): Route[] {
  const routes = servers.flatMap((server) => {
    const mapping = server.mappingFor(capability);
    return mapping ? [{ server, mapping }] : [];
  });
  return routes.length < 2 ? routes : routes.toSorted((a, b) => rank(a) - rank(b));
}

/** Sorting is stable: of equals the first in the configuration goes first. */
function rank({ server }: Route): number {
  return (server.isWell ? 0 : 1_000_000) + (server.configured.cost ?? 1);
}

/** What another server may do better. */
const ELSEWHERE: ReadonlySet<FailureClass> = new Set([
  'connection',
  'timeout',
  'overload',
  'rate_limit',
  'breaker_open',
  'not_configured',
  'protocol',
  'auth',
]);

/** Whether the next server is worth asking: never after a call that may have had an effect. */
export function worthAnother(error: unknown, readOnly: boolean): boolean {
  if (!(error instanceof DependencyError) || !ELSEWHERE.has(error.failure)) return false;
  return readOnly || !error.ambiguous;
}

/** The lists whose emptiness says that a server holds nothing of what was asked: another may keep it. */
const SOUGHT: Partial<Record<Capability, string>> = {
  'metrics.query': 'series',
  'requests.query': 'series',
  'services.list': 'services',
  'topology.services': 'edges',
};

/** Whether an answer holds nothing of what was asked for. */
export function findsNothing(capability: Capability, data: unknown): boolean {
  const list = SOUGHT[capability] && (data as Record<string, unknown>)[SOUGHT[capability]];
  return Array.isArray(list) && list.length === 0;
}
