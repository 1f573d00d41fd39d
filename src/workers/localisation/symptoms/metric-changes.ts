import { type Component, componentKey } from '../telemetry/component.ts';
import type { LevelChange } from '../telemetry/level-change.ts';
import { type MetricKind, metricKind } from '../telemetry/metric-kind.ts';
import type { Series } from '../telemetry/read-series.ts';
import { changeOf } from '../telemetry/seasonal-change.ts';

/** A series of a component with how its level changed. */
export type Changed = { series: Series; component: Component; change: LevelChange };

/** The series of one metric, all put together the same way, with the changes of every component. */
export type MetricGroup = { metric: string; aggregation: string; kind: MetricKind; changes: Changed[] };

/**
 * Changes by metric. Series that name no service measure the system as its users see it: they count for each of the `entries`
 * that has no such series itself.
 */
export function metricGroups(series: Series[], alertAt: number, entries: string[]): MetricGroup[] {
  const groups = Map.groupBy(series, ({ metric, aggregation }) => JSON.stringify([metric, aggregation]));
  return [...groups.values()].map((members) => {
    const { metric, aggregation } = members[0]!;
    const changes = members.flatMap((one) => {
      const change = changeOf(one, alertAt);
      return change ? componentsOf(one, entries).map((component) => ({ series: one, component, change })) : [];
    });
    return { metric, aggregation, kind: metricKind(metric), changes: onePerComponent(changes) };
  });
}

function componentsOf({ component }: Series, entries: string[]): Component[] {
  return component ? [component] : entries.map((service) => ({ service, instance: null }));
}

/** Of several series of a component (one per operation, say) the one that changed most. */
function onePerComponent(changes: Changed[]): Changed[] {
  const size = ({ change }: Changed) => change.above + change.below;
  const largest = new Map<string, Changed>();
  for (const changed of changes) {
    const key = componentKey(changed.component);
    const known = largest.get(key);
    if (!known || size(changed) > size(known)) largest.set(key, changed);
  }
  return [...largest.values()];
}

/** Where the level came from, and what that is. */
export const fromWhere = ({ before, period }: LevelChange): string =>
  period === undefined ? plain(before) : `${plain(before)}, as is usual at that time,`;

/** A number as a sentence says it. */
export const plain = (value: number): string =>
  Number.isInteger(value)
    ? String(value)
    : String(Math.abs(value) < 1000 ? Number(value.toPrecision(4)) : Math.round(value));
