import type { CallGraph } from '../telemetry/call-graph.ts';

/**
 * What of each service's trouble is its own: what remains when all that the services it calls show is taken off. Amounts have to
 * be additive (seconds waited, requests failed). In a circle of calls nothing is taken off for services that call back.
 */
export function ownExcess(amounts: Map<string, number>, graph: CallGraph): Map<string, number> {
  const own = new Map<string, number>();
  for (const [service, amount] of amounts) {
    const callees = graph.calleesOf(service).filter((callee) => !graph.calleesOf(callee).includes(service));
    const below = callees.reduce((sum, callee) => sum + (amounts.get(callee) ?? 0), 0);
    own.set(service, Math.max(0, amount - below));
  }
  return own;
}
