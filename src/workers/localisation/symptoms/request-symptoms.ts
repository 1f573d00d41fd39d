import type { AlertClass } from '../../../shared/alert.ts';
import { median } from '../statistics/robust.ts';
import type { CallGraph } from '../telemetry/call-graph.ts';
import { componentKey } from '../telemetry/component.ts';
import { clarityOfChange } from '../telemetry/level-change.ts';
import { isDatabase } from '../telemetry/service-role.ts';
import { type Changed, fromWhere, type MetricGroup, plain } from './metric-changes.ts';
import { ownExcess } from './own-excess.ts';
import type { Symptom } from './symptom.ts';

export type RequestKind = 'latency' | 'failures';

/**
 * Components whose requests got slow or began to fail by themselves. Time waited and requests failed add up along the call
 * graph, so what the callees show is taken off the caller's. Amounts are shares, as a mean over the metrics of the kind.
 */
export function requestSymptoms(groups: MetricGroup[], kind: RequestKind, graph: CallGraph): Symptom[] {
  const ofKind = onlyMeans(groups.filter((group) => isOf(group, kind))).filter((group) =>
    group.changes.some((changed) => worsening(group, changed) > 0),
  );
  const requests = requestsOf(groups);
  const usual = requests.size > 0 ? median([...requests.values()]) : 1;
  const shares = ofKind.flatMap((group) => {
    const amounts = group.changes.map((changed) => ({
      changed,
      amount: worsening(group, changed) * (requests.get(changed.component.service) ?? usual),
    }));
    const own = ownOf(amounts, graph);
    const total = own.reduce((sum, { amount }) => sum + amount, 0);
    return own
      .filter(({ amount }) => amount > 0)
      .map(({ changed, amount }) => ({ group, changed, share: amount / total / ofKind.length }));
  });
  return [...Map.groupBy(shares, ({ changed }) => componentKey(changed.component)).values()].map((members) => {
    const amount = members.reduce((sum, { share }) => sum + share, 0);
    const { group, changed } = members.reduce((left, right) => (right.share > left.share ? right : left));
    return symptomOf(group, changed, amount);
  });
}

function isOf({ kind }: MetricGroup, wanted: RequestKind): boolean {
  return kind === wanted || (kind === 'successes' && wanted === 'failures');
}

/** Only means add up along calls: the other aggregations of a metric that has them don't count. */
function onlyMeans(groups: MetricGroup[]): MetricGroup[] {
  const withMean = new Set(groups.filter(isMean).map(({ metric }) => metric));
  return groups.filter((group) => isMean(group) || !withMean.has(group.metric));
}

const isMean = ({ aggregation }: MetricGroup) => /^(avg|average|mean)$/i.test(aggregation);

/** How much worse the metric got, in its own unit; successes get worse by falling. */
function worsening({ kind }: MetricGroup, { change }: Changed): number {
  return kind === 'successes' ? change.below : change.above;
}

/** Requests per service in the time of the trouble, by the first traffic metric that tells. */
function requestsOf(groups: MetricGroup[]): Map<string, number> {
  const requests = new Map<string, number>();
  for (const { kind, changes } of groups) {
    if (kind !== 'traffic') continue;
    for (const [service, members] of Map.groupBy(changes, ({ component }) => component.service)) {
      const counts = members.map(({ change }) => change.during);
      if (!requests.has(service)) requests.set(service, median(counts) * counts.length);
    }
  }
  return requests;
}

/** The amounts of components, less what the services they call show; instances share alike in what is taken off. */
function ownOf(
  amounts: { changed: Changed; amount: number }[],
  graph: CallGraph,
): { changed: Changed; amount: number }[] {
  const byService = new Map<string, number>();
  for (const { changed, amount } of amounts) {
    const { service } = changed.component;
    byService.set(service, (byService.get(service) ?? 0) + amount);
  }
  const own = ownExcess(byService, graph);
  return amounts.map(({ changed, amount }) => {
    const { service } = changed.component;
    const whole = byService.get(service) ?? 0;
    return { changed, amount: whole > 0 ? (amount * (own.get(service) ?? 0)) / whole : 0 };
  });
}

/** Successes are told as a share or in percent; what lacks to all of them failed. */
function fullScale({ changes }: MetricGroup): number {
  return changes.some(({ change }) => Math.max(change.before, change.during) > 1.5) ? 100 : 1;
}

function symptomOf(group: MetricGroup, changed: Changed, amount: number): Symptom {
  const { series, component, change } = changed;
  const worse = worsening(group, changed);
  const whole = group.kind === 'successes' ? fullScale(group) - change.during : change.during;
  const unknown: AlertClass = isDatabase(component.service) ? 'database' : 'application';
  return {
    component,
    amount,
    clarity: clarityOfChange(change, worse, whole),
    onset: change.onset,
    class: unknown,
    reason: `${group.metric} of ${component.service} went from ${fromWhere(change)} to ${plain(change.during)} (medians), more than what it calls explains`,
    evidence: series.evidence,
  };
}
