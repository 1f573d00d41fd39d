import type { CallGraph } from '../telemetry/call-graph.ts';
import { componentKey } from '../telemetry/component.ts';
import { clarityOfChange } from '../telemetry/level-change.ts';
import { type Changed, fromWhere, type MetricGroup, plain } from './metric-changes.ts';
import type { Symptom } from './symptom.ts';

/** A neighbour that no request passes can do harm only by what it takes from the machine. */
const OUTSIDER = 0.5;

/**
 * Components that use much more of a resource than before. Amounts are shares: of all that is used more of one metric, how much is
 * used here, as a mean over the metrics of the kind; the metric's own unit makes components comparable. Of a metric whose name tells
 * nothing (`other`) a rise is a deviation and no more.
 */
export function resourceSymptoms(
  groups: MetricGroup[],
  kind: 'cpu' | 'memory' | 'saturation' | 'other',
  graph: CallGraph,
): Symptom[] {
  const ofKind = groups.filter((group) => group.kind === kind && group.changes.length > 0);
  const shares = ofKind.flatMap(({ metric, changes }) => {
    const total = changes.reduce((sum, { change }) => sum + change.above, 0);
    return changes
      .filter(({ change }) => change.above > 0)
      .map((changed) => ({ metric, changed, share: changed.change.above / total / ofKind.length }));
  });
  return [...Map.groupBy(shares, ({ changed }) => componentKey(changed.component)).values()].map((members) => {
    const amount = members.reduce((sum, { share }) => sum + share, 0);
    const { metric, changed } = members.reduce((left, right) => (right.share > left.share ? right : left));
    const telling = graph.mayCarryRequests(changed.component.service) ? 1 : OUTSIDER;
    return { ...symptomOf(metric, changed, amount, telling), class: kind === 'other' ? null : ('resource' as const) };
  });
}

function symptomOf(metric: string, { series, component, change }: Changed, amount: number, telling: number) {
  return {
    component,
    amount,
    clarity: telling * clarityOfChange(change, change.above, change.during),
    onset: change.onset,
    reason: `${metric} of ${component.instance ?? component.service} rose from ${fromWhere(change)} to ${plain(change.during)} (medians)`,
    evidence: series.evidence,
  };
}
