import type { CallGraph } from '../telemetry/call-graph.ts';
import type { Symptom } from './symptom.ts';

/**
 * Symptoms flow from callee to caller: what a caller shows is explained as far as something it calls, directly or through
 * others, shows as much. The rest is the caller's own.
 */
export function discountCallers(symptoms: Symptom[], graph: CallGraph): Symptom[] {
  const worst = new Map<string, number>();
  for (const { component, amount } of symptoms) {
    worst.set(component.service, Math.max(amount, worst.get(component.service) ?? 0));
  }
  return symptoms
    .map((symptom) => ({ ...symptom, amount: symptom.amount - worstBelow(symptom.component.service, worst, graph) }))
    .filter(({ amount }) => amount > 0);
}

const worstBelow = (service: string, worst: Map<string, number>, graph: CallGraph): number =>
  Math.max(0, ...servicesBelow(service, graph).map((other) => worst.get(other) ?? 0));

/**
 * What a service calls, directly or through others. In a circle of calls everybody is below everybody: only services that don't
 * call back count as below.
 */
export function servicesBelow(service: string, graph: CallGraph): string[] {
  return [...reachable(service, graph)].filter((other) => other !== service && !reachable(other, graph).has(service));
}

function reachable(from: string, graph: CallGraph): Set<string> {
  const seen = new Set<string>();
  const open = graph.calleesOf(from);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    open.push(...graph.calleesOf(next));
  }
  return seen;
}
