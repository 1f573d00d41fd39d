import type { SymptomKind } from '../combine-symptoms.ts';
import type { CallGraph } from '../telemetry/call-graph.ts';
import { servicesBelow } from './discount-callers.ts';

/**
 * Failures pass from callee to caller, and change their looks on the way: a pod that is gone shows as calls without an answer, its
 * caller logs errors and breaks off, the entrance counts failed requests. What a caller shows of any of these kinds is explained as
 * clearly as something below it is broken by itself; of a kind that shows it indirectly by the root of its weight, as the two agree.
 */
export function explainFailures(kinds: SymptomKind[], graph: CallGraph): SymptomKind[] {
  const clearest = new Map<string, number>();
  for (const { weight, symptoms } of kinds) {
    for (const { component, clarity } of symptoms) {
      clearest.set(component.service, Math.max(Math.sqrt(weight) * clarity, clearest.get(component.service) ?? 0));
    }
  }
  const explained = new Map<string, number>();
  const explainedAt = (service: string) => {
    const known = explained.get(service);
    if (known !== undefined) return known;
    const below = servicesBelow(service, graph).map((other) => clearest.get(other) ?? 0);
    const share = Math.max(0, ...below);
    explained.set(service, share);
    return share;
  };
  return kinds.map((kind) => ({
    ...kind,
    symptoms: kind.symptoms.flatMap((symptom) => {
      const own = 1 - explainedAt(symptom.component.service);
      return own > 0 ? [{ ...symptom, amount: symptom.amount * own, clarity: symptom.clarity * own }] : [];
    }),
  }));
}
