import type { DatabaseState, MetricSeries } from './database-state.ts';
import { inSeconds } from './metric-units.ts';
import { median } from './profile-series.ts';

/** What a server writes at most while nobody writes, by the metric that counts it: heartbeats and checkpoints of the cloud itself. */
const AT_REST: Readonly<Record<string, number>> = {
  CommitThroughput: 0.5,
  DMLThroughput: 0.5,
  InsertThroughput: 0.5,
  UpdateThroughput: 0.5,
  DeleteThroughput: 0.5,
  TransactionLogsGeneration: 1000,
  WriteIOPS: 10,
};
/** The metrics that count what clients write; the disk is written by others, too. */
const OF_CLIENTS = ['CommitThroughput', 'DMLThroughput', 'TransactionLogsGeneration'];

/** True where the metrics of the primary show that nobody writes, most of the time; `replica` is the server whose own ones do not count. */
export function nobodyWrites({ series }: DatabaseState, replica: string | null): boolean {
  const own = series.filter(
    ({ metric, entity, points }) => Object.hasOwn(AT_REST, metric) && entity !== replica && points.length >= 4,
  );
  return (
    own.some(({ metric }) => OF_CLIENTS.includes(metric)) &&
    own.every(({ metric, points }) => median(points.map(({ value }) => value)) <= (AT_REST[metric] ?? 0))
  );
}

/** An idle server changes its log file every five minutes: so old is the last change that its replica has replayed, and no older, s. */
const FILE_CHANGE = 360;
/** What is left of a lag at most after something was replayed. */
const FALLEN = 0.6;

/** True for a lag that grows with the clock and falls again whenever something is replayed, as on a replica of an idle primary. */
export function isSawTooth(lag: MetricSeries): boolean {
  const values = lag.points.map(({ value }) => inSeconds(lag, value) ?? value);
  const falls = values.filter((value, index) => index > 0 && value <= FALLEN * (values[index - 1] ?? 0));
  return falls.length > 0 && Math.max(...values) <= FILE_CHANGE;
}
