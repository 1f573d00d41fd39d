import { quote } from '../kubernetes-state/quote.ts';
import type { DatabaseState, MetricSeries, WorkloadStatement } from './database-state.ts';
import { indexUponIndex, type LaidIndexes, writesInto } from './index-workload.ts';
import { profileSeries, type SeriesProfile, valueText } from './profile-series.ts';
import { type StatementShape, shapeOf, shownStatement } from './statement-shape.ts';

/** From here on a statement runs often. */
const MANY = 50;

/** What the workload of a server explains by itself. */
export type WorkloadCause = { text: string; confidence: number; evidence: number[] };

/** The statement of the workload that explains the load of its host; null where there is no workload. */
export function workloadCause(state: DatabaseState): WorkloadCause | null {
  const [worst] = state.workload.toSorted((left, right) => weightOf(right) - weightOf(left));
  if (!worst) return null;
  const laid = indexUponIndex(state.workload);
  const shape = shapeOf(worst.statement);
  const pressure = pressures(state.series);
  const few = !worst.slow && (worst.calls ?? 0) < MANY;
  // What runs now and then is to blame where the host feels it; a host that was looked at and does not is at rest.
  const unfelt = pressure.length === 0 && (few ? state.series.length > 0 : !worst.slow && isIdle(state.series));
  // A probe that asks no table anything is no load.
  if (few && shape.verb === 'select' && shape.tables.length === 0) return null;
  // Nor is it one to look some rows up now and then.
  const looksUp = shape.verb === 'select' && shape.where && shape.joins === 0 && !shape.subquery && !shape.aggregate;
  const light = few && looksUp;
  // Whatever moved the host was short and is over: it was not such a look.
  const short = looksUp && !worst.slow && pressure.length === 0 && hadPeak(state.series);
  const past = (light || short) && state.series.length > 0 && isBack(state.series);
  const often =
    worst.calls === null ? '' : `, run ${worst.calls} times${worst.calls >= MANY ? ' at high concurrency' : ''}`;
  const burdened = laid !== null && writesInto(worst.statement, laid.table);
  const text = `${burdened ? burden(laid) : meaningOf(shape, worst)}: the statement ${quote(shownStatement(worst.statement, 150), 160)}${often}${worst.slow ? ' (slow query)' : ''} ${burdened ? 'must write into each of them' : effectOf(shape)}${pressure.length > 0 ? `. On the host ${pressure.map(({ text: told }) => told).join(', ')}` : ''}`;
  return {
    text,
    confidence:
      unfelt || past
        ? 0.25
        : light
          ? 0.35
          : worst.slow || pressure.length > 0
            ? 0.76
            : (worst.calls ?? 0) >= MANY && !(looksUp && state.series.length === 0)
              ? 0.6
              : // How often rows are looked up shows no harm where nobody calls it slow and nothing was measured.
                0.4,
    evidence: [worst.evidence, ...pressure.map(({ evidence }) => evidence)],
  };
}

/** What indexes do that one after the other was laid upon the same table. */
const burden = ({ table, names, double }: LaidIndexes): string =>
  `Redundant indexes slow every write into ${table}: the workload creates index upon index on it${names.length > 0 ? ` (${names.slice(0, 3).join(', ')}${names.length > 3 ? ' and others' : ''})` : ''}${double ? `, and the columns of ${double} are the first ones of another` : ''}`;

/** Slow statements before frequent ones. */
const weightOf = ({ slow, calls }: WorkloadStatement): number => (slow ? 1e9 : 0) + (calls ?? 0);

function meaningOf(shape: StatementShape, { slow }: WorkloadStatement): string {
  switch (shape.verb) {
    case 'delete':
      return 'Mass deletes load the database';
    case 'insert':
    case 'copy':
      return 'Inserts of large amounts of data load the database (highly concurrent inserts)';
    case 'update':
      return 'Highly concurrent updates load the database';
    case 'vacuum':
      return 'Vacuum loads the database';
    case 'index':
      return 'Indexes are created or rebuilt (more or redundant indexes slow every write)';
    case 'lock':
      return 'Sessions lock rows that others need (lock contention)';
    case 'schema':
      return 'A schema change locks and rewrites tables';
    case 'select':
      return selectMeaning(shape, slow);
    default:
      return 'One statement dominates the workload of the database';
  }
}

function selectMeaning(shape: StatementShape, slow: boolean): string {
  if (shape.subquery) return 'A slow query with a correlated subquery loads the database';
  if (shape.joins >= 2) return 'A slow query with an expensive join loads the database (poor join performance)';
  if (!shape.where && !shape.aggregate && !shape.limit) return 'Large amounts of data are fetched without a filter';
  return slow || shape.where
    ? 'A slow query reads its table without a suitable index (missing index, sequential scan)'
    : 'Reads load the database';
}

function effectOf(shape: StatementShape): string {
  switch (shape.verb) {
    case 'delete':
      return 'leaves dead tuples behind, so that tables bloat and vacuum has to clean up';
    case 'update':
      return 'makes sessions wait for row locks and leaves dead tuples for vacuum';
    case 'insert':
    case 'copy':
      return 'writes rows, WAL and index entries faster than the disk takes them';
    case 'select':
      return shape.joins >= 2
        ? `joins ${shape.tables.slice(0, 4).join(', ')} and burns CPU`
        : 'burns CPU and disk reads';
    default:
      return 'takes most of the resources';
  }
}

const HOST: readonly { pattern: RegExp; ratio: number; least: number; says: string }[] = [
  { pattern: /procs_running/, ratio: 4, least: 8, says: 'running processes rose (CPU contention)' },
  { pattern: /load1\b|load5\b/, ratio: 2, least: 4, says: 'the load average rose (CPU contention)' },
  { pattern: /procs_blocked/, ratio: 4, least: 4, says: 'processes blocked on I/O rose' },
  { pattern: /disk_read/, ratio: 5, least: 1e7, says: 'disk reads rose (I/O contention)' },
  { pattern: /disk_writ/, ratio: 5, least: 1e7, says: 'disk writes rose (I/O contention)' },
  { pattern: /netstat_Tcp|sockstat_TCP_(?:inuse|alloc)/i, ratio: 3, least: 50, says: 'connections rose' },
];

/** A host on which less than one and a half processors were at work all the time is idle, however often a statement ran. */
const ONE_BUSY = 1.5;

function isIdle(series: MetricSeries[]): boolean {
  const loads = loadsOf(series);
  const moved = series.some(({ metric, points }) => {
    const rule = HOST.find(({ pattern }) => pattern.test(metric));
    return /disk/.test(metric) && rule !== undefined && points.some(({ value }) => value >= rule.least);
  });
  return !moved && loads.length > 0 && loads.every(({ max }) => max < ONE_BUSY);
}
const OF_LOAD = /load\d+\b/;

/** True where all that a host felt is as at the beginning of the window again. */
const isBack = (series: MetricSeries[]): boolean =>
  series.every((one) => {
    const profile = profileSeries(one);
    const rule = HOST.find(({ pattern }) => pattern.test(one.metric));
    return !profile || !rule || profile.after < Math.max(rule.least / 2, rule.ratio * profile.before);
  });

const loadsOf = (series: MetricSeries[]): SeriesProfile[] =>
  series.filter(({ metric }) => OF_LOAD.test(metric)).flatMap((one) => profileSeries(one) ?? []);

/** True for a host whose load rose to twice its beginning at least and came back to it, but for a quarter. */
function hadPeak(series: MetricSeries[]): boolean {
  const loads = loadsOf(series);
  return (
    loads.some(({ before, max }) => max >= 2 * before) && loads.every(({ before, after }) => after <= 1.25 * before)
  );
}

/** The share of the window that a rise takes at least. */
const LASTING = 0.15;

/** The strongest rises of the host's metrics: peaks against the median of the window's beginning. */
function pressures(series: MetricSeries[]): { text: string; evidence: number }[] {
  const found = series.flatMap((one) => {
    const profile = profileSeries(one);
    const rule = HOST.find(({ pattern }) => pattern.test(one.metric));
    if (!profile || !rule || profile.max < rule.least || profile.max < rule.ratio * Math.max(profile.before, 1e-9))
      return [];
    // A single peak is what a job of a second leaves behind.
    const bound = Math.max(rule.least, rule.ratio * Math.max(profile.before, 1e-9));
    if (one.points.filter(({ value }) => value >= bound).length < LASTING * one.points.length) return [];
    return [{ rule, text: `${rule.says} to ${valueText(profile.max, null)}`, evidence: one.evidence }];
  });
  return [...new Map(found.map((one) => [one.rule.says, one])).values()].slice(0, 3);
}
