import { extent, median } from '../statistics/robust.ts';
import { clarityOfSurprise, surpriseOfFewer, type Trials } from '../statistics/surprise.ts';
import type { CallGraph } from '../telemetry/call-graph.ts';
import { clarityOfChange, type LevelChange, levelChange } from '../telemetry/level-change.ts';
import { metricKind } from '../telemetry/metric-kind.ts';
import type { Series } from '../telemetry/read-series.ts';
import type { Symptom } from './symptom.ts';

/** Requests of one service, all its instances together; `usual` are the values of a baseline. */
type Traffic = { byStep: Map<number, number>; usual: number[]; evidence: number[] };

/** A callee that gets fewer requests than all that its callers get would make one expect. */
type Lost = { callee: string; callers: string[]; change: LevelChange; amount: number; clarity: number };

/**
 * Services that take requests and pass on fewer than before: an early return or an exception cuts off the calls that used to
 * follow, and the callees behind it are asked less often although just as many requests come in. A callee lost requests when its
 * traffic fell against that of every one of its callers, so that what a caller was itself asked less explains it. Amounts are requests.
 */
export function lostRequests(series: Series[], alertAt: number, graph: CallGraph): Symptom[] {
  const known = trafficByService(series);
  const { traffic } = known;
  const lost = [...traffic.keys()].flatMap((callee) => lostAt(callee, known, alertAt, graph) ?? []);
  const share = new Map([...traffic.keys()].map((caller) => [caller, shareLost(caller, lost, traffic, graph) ** 2]));
  const blamed = new Map<string, { amount: number; worst: Lost }>();
  for (const one of lost) {
    const total = one.callers.reduce((sum, caller) => sum + share.get(caller)!, 0);
    for (const caller of one.callers) {
      const amount = (one.amount * share.get(caller)!) / total;
      const earlier = blamed.get(caller);
      const worst = earlier && earlier.worst.clarity >= one.clarity ? earlier.worst : one;
      blamed.set(caller, { amount: amount + (earlier?.amount ?? 0), worst });
    }
  }
  return [...blamed].map(([service, { amount, worst }]) => symptomOf(service, amount, worst, traffic));
}

/** `least` is the smallest amount of traffic that is told: no less than one request, so counts in it are never too high. */
type Known = { traffic: Map<string, Traffic>; step: number; least: number };

function trafficByService(series: Series[]): Known {
  const metrics = Map.groupBy(
    series.filter(
      ({ component, metric, points }) => component && points.length > 1 && metricKind(metric) === 'traffic',
    ),
    ({ metric, aggregation }) => `${metric}\u0000${aggregation}`,
  );
  const servicesOf = (members: Series[]) => new Set(members.map(({ component }) => component!.service)).size;
  const [members = []] = [...metrics.values()].sort((left, right) => servicesOf(right) - servicesOf(left));
  const step = median(members.flatMap(({ points }) => points.slice(1).map(([at], index) => at - points[index]![0])));
  const traffic = new Map<string, Traffic>();
  for (const { component, points, baseline, evidence } of step > 0 ? members : []) {
    const known: Traffic = traffic.get(component!.service) ?? { byStep: new Map(), usual: [], evidence: [] };
    traffic.set(component!.service, known);
    for (const [at, value] of points) {
      const key = Math.floor(at / step);
      known.byStep.set(key, (known.byStep.get(key) ?? 0) + value);
    }
    baseline.forEach((value, index) => {
      known.usual[index] = (known.usual[index] ?? 0) + value;
    });
    known.evidence.push(...evidence);
  }
  const [least] = extent(
    members.flatMap(({ points }) => points.map(([, value]) => value)).filter((value) => value > 0),
  );
  return { traffic, step, least };
}

function lostAt(callee: string, known: Known, alertAt: number, graph: CallGraph): Lost | null {
  const { traffic, step } = known;
  const own = traffic.get(callee)!;
  const callers = graph.callersOf(callee).filter((caller) => traffic.has(caller));
  const judged = callers.flatMap((caller) => {
    const change = levelChange(ratioOf(own, traffic.get(caller)!, step), alertAt);
    return change && change.below > 0 ? [{ change, clarity: clarityOf(change, own, traffic.get(caller)!, known) }] : [];
  });
  if (judged.length === 0 || judged.length < callers.length) return null;
  const least = judged.reduce((left, right) => (right.clarity < left.clarity ? right : left));
  const usual = median([...own.byStep].filter(([key]) => key * step < alertAt).map(([, value]) => value));
  const amount = (usual * least.change.below) / least.change.before;
  return amount > 0 && least.clarity > 0 ? { callee, callers, amount, ...least } : null;
}

/** A fall has to be far for its series and more than what chance does to so few requests (Przyborowski and Wilenski's conditional test). */
function clarityOf(change: LevelChange, callee: Traffic, caller: Traffic, { traffic, step, least }: Known): number {
  const count = (wanted: (key: number) => boolean): Trials => {
    const steps = [...caller.byStep].filter(([key]) => wanted(key) && callee.byStep.has(key));
    const hits = steps.reduce((sum, [key]) => sum + callee.byStep.get(key)! / least, 0);
    return {
      hits: Math.round(hits),
      tries: Math.round(hits + steps.reduce((sum, [, value]) => sum + value / least, 0)),
    };
  };
  const split = Math.round(change.onset! / step);
  const surprise = surpriseOfFewer(
    count((key) => key < split),
    count((key) => key >= split),
  );
  const far = clarityOfChange(change, change.below, change.before);
  return Math.min(far, clarityOfSurprise(surprise - Math.log(traffic.size)));
}

/** How many requests come to a callee for each that its caller gets; told only where the caller gets any. */
function ratioOf(callee: Traffic, caller: Traffic, step: number): { points: [number, number][]; baseline: number[] } {
  const points = [...caller.byStep]
    .filter(([key, value]) => value > 0 && callee.byStep.has(key))
    .map(([key, value]): [number, number] => [key * step, callee.byStep.get(key)! / value])
    .sort(([left], [right]) => left - right);
  const aligned = callee.usual.length === caller.usual.length;
  const baseline = aligned ? callee.usual.map((value, index) => value / caller.usual[index]!) : [];
  return { points, baseline: baseline.filter(Number.isFinite) };
}

/** Of all that a service's callees are usually asked, the share that was lost: who lost several calls is the likelier reason. */
function shareLost(caller: string, lost: Lost[], traffic: Map<string, Traffic>, graph: CallGraph): number {
  const callees = graph.calleesOf(caller).filter((callee) => traffic.has(callee));
  const gone = callees.map((callee) => lost.find((one) => one.callee === callee)?.clarity ?? 0);
  return gone.reduce((sum, clarity) => sum + clarity, 0) / Math.max(1, callees.length);
}

function symptomOf(
  service: string,
  amount: number,
  { callee, change, clarity }: Lost,
  traffic: Map<string, Traffic>,
): Symptom {
  return {
    component: { service, instance: null },
    amount,
    clarity,
    onset: change.onset,
    class: 'application',
    // The share of them is reckoned from two series: no evidence holds it.
    reason: `${service} passes on fewer of its requests to ${callee} than before`,
    evidence: [...new Set([...traffic.get(service)!.evidence, ...traffic.get(callee)!.evidence])].sort((a, b) => a - b),
  };
}
