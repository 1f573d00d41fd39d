import type { CallGraph } from '../telemetry/call-graph.ts';
import type { Symptom } from './symptom.ts';

/** One caller that got slower may do so for reasons of its own; it takes two to point at what they share. */
const LEAST_CALLERS = 2;

type Shared = { service: string; slowed: Symptom[]; fit: number };

/**
 * Where requests got slower without spans that tell where their time goes: a slow way to and from a service shows in the latency of those
 * that call it, and in its own where it calls others; its callees look fine. `slower` are the services whose own latency rose
 * (one symptom each at least). A service that all of its callers, and nobody else, got slower with takes over what they show, as
 * far as that fits; the rest stays where it was measured.
 */
export function withSlowWays(slower: Symptom[], graph: CallGraph): Symptom[] {
  const byService = Map.groupBy(slower, ({ component }) => component.service);
  const clarityOf = (service: string) => Math.max(0, ...(byService.get(service) ?? []).map(({ clarity }) => clarity));
  const all = slower.reduce((sum, { amount, clarity }) => sum + amount * clarity, 0);
  const candidates = new Set([...byService.keys()].flatMap((service) => [service, ...graph.calleesOf(service)]));
  const fits = [...candidates].flatMap((service): Shared[] => {
    const touched = [...graph.callersOf(service), ...(graph.calleesOf(service).length > 0 ? [service] : [])];
    const slowed = touched.flatMap((one) => byService.get(one) ?? []);
    if (touched.filter((one) => clarityOf(one) > 0).length < LEAST_CALLERS) return [];
    const expected = touched.reduce((sum, one) => sum + clarityOf(one), 0) / touched.length;
    const explained = slowed.reduce((sum, { amount, clarity }) => sum + amount * clarity, 0) / all;
    return [{ service, slowed, fit: expected * explained }];
  });
  const best = fits.sort((left, right) => right.fit - left.fit || (left.service < right.service ? -1 : 1))[0];
  if (!best) return slower;
  return [
    ...slower.map((symptom) =>
      best.slowed.includes(symptom) ? { ...symptom, amount: symptom.amount * (1 - best.fit) } : symptom,
    ),
    symptomOf(best, byService.get(best.service)?.[0]),
  ].filter(({ amount }) => amount > 0);
}

function symptomOf({ service, slowed, fit }: Shared, own: Symptom | undefined): Symptom {
  const worst = slowed.reduce((left, right) => (right.amount > left.amount ? right : left));
  return {
    component: { service, instance: null },
    amount: fit * slowed.reduce((sum, { amount }) => sum + amount, 0),
    clarity: fit,
    onset: worst.onset,
    // One that got slower itself may as well do slow work: then its own latency tells the class.
    class: own ? own.class : 'network',
    reason: `${worst.reason}; what got slower is what calls ${service} or waits for an answer there`,
    evidence: [...new Set(slowed.flatMap(({ evidence }) => evidence))].sort((left, right) => left - right),
  };
}
