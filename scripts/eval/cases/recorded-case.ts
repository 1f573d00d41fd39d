import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Recorded } from './make-evidence.ts';
import { readCsv } from './read-csv-gz.ts';

type IndexEntry = { suite: string; id: string; path: string };

/** The cases of one suite in `rca/index.json` with their folders; none where the index is absent. */
export function indexedCases(casesFolder: string, suite: string): { id: string; folder: string }[] {
  const index = join(casesFolder, 'rca/index.json');
  if (!existsSync(index)) return [];
  const entries: IndexEntry[] = JSON.parse(readFileSync(index, 'utf8'));
  return entries
    .filter((entry) => entry.suite === suite)
    .map(({ id, path }) => ({ id, folder: join(casesFolder, path) }));
}

/** What may be seen of a case, as written in its `case.json`. */
export function readCaseJson<T>(folder: string): T {
  return JSON.parse(readFileSync(join(folder, 'case.json'), 'utf8'));
}

/** One series of points under its labels; several are put together to one `metrics.query` answer. */
export type PointRow = { metric: string; labels: Record<string, string>; at: number; value: number };

const DAY_MS = 86_400_000;

/**
 * How far a recording has to be moved back, in whole periods (days, weeks), to lie before `before` (all epoch ms): some systems'
 * normal operation was recorded after the incident, and an analysis can only have what was before it.
 */
export function shiftBefore(latest: number, before: number, periodDays: number): number {
  const period = periodDays * DAY_MS;
  return latest < before ? 0 : -Math.ceil((latest - before + 1) / period) * period;
}

/** One `metrics.query` answer per metric, its series by labels, points oldest first. */
export function metricEvidence(rows: PointRow[], query: (metric: string) => Record<string, unknown>): Recorded[] {
  return [...Map.groupBy(rows, ({ metric }) => metric)].map(([metric, ofMetric]) => {
    const bySeries = Map.groupBy(ofMetric, ({ labels }) => JSON.stringify(labels));
    const series = [...bySeries.values()].map((points) => ({
      labels: points[0]!.labels,
      unit: null,
      points: points.map(({ at, value }): [number, number] => [at, value]).sort(([left], [right]) => left - right),
    }));
    const asked = query(metric);
    return {
      capability: 'metrics.query',
      query: asked,
      ...rangeOf(ofMetric),
      data: { metric: String(asked.metric), series, warning: null },
    };
  });
}

/** From the first to the last time of some rows, epoch ms. */
export function rangeOf(rows: { at: number }[]): { from: number | null; to: number | null } {
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { at } of rows) {
    from = Math.min(from, at);
    to = Math.max(to, at);
  }
  return rows.length > 0 ? { from, to } : { from: null, to: null };
}

const IP_ADDRESS = /^\d{1,3}(\.\d{1,3}){3}$/;

/** The call graph of a `from,to` file as `topology.services`; nodes that are bare addresses are hosts and left out. */
export function topologyEvidence(path: string): Recorded[] {
  const edges = readCsv(path)
    .map(({ from = '', to = '' }) => ({ caller: from, callee: to }))
    .filter(({ caller, callee }) => !IP_ADDRESS.test(caller) && !IP_ADDRESS.test(callee));
  return edges.length > 0 ? [{ capability: 'topology.services', data: { edges } }] : [];
}
