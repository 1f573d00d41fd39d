import type { MetricSeries } from './database-state.ts';

/** The units in which CloudWatch documents metrics of database servers, for answers that leave them out (GetMetricData does). */
const DOCUMENTED: Readonly<Record<string, string>> = {
  CPUUtilization: 'Percent',
  ReplicaLag: 'Seconds',
  ReplicationLag: 'Seconds',
  AuroraBinlogReplicaLag: 'Seconds',
  AuroraReplicaLag: 'Milliseconds',
  AuroraReplicaLagMaximum: 'Milliseconds',
  AuroraGlobalDBReplicationLag: 'Milliseconds',
  DBInstanceReplicaLag: 'Milliseconds',
  OldestReplicationSlotLag: 'Bytes',
  OldestLogicalReplicationSlotLag: 'Bytes',
  ReplicationSlotDiskUsage: 'Bytes',
  TransactionLogsDiskUsage: 'Bytes',
  TransactionLogsGeneration: 'Bytes/Second',
  BinLogDiskUsage: 'Bytes',
  FreeStorageSpace: 'Bytes',
  FreeLocalStorage: 'Bytes',
  FreeableMemory: 'Bytes',
  SwapUsage: 'Bytes',
};

/** The unit of a metric where its recording tells none; null for metrics of unknown making. */
export const documentedUnit = (metric: string): string | null =>
  Object.hasOwn(DOCUMENTED, metric) ? (DOCUMENTED[metric] ?? null) : null;

const SECONDS: Readonly<Record<string, number>> = { seconds: 1, milliseconds: 1e-3, microseconds: 1e-6 };
const BYTES: Readonly<Record<string, number>> = {
  bytes: 1,
  kilobytes: 1e3,
  megabytes: 1e6,
  gigabytes: 1e9,
  terabytes: 1e12,
};

/** A value of a time in seconds; null where the metric is not measured in a unit of time. */
export const inSeconds = ({ unit }: MetricSeries, value: number): number | null => scaled(SECONDS, unit, value);

/** A value of an amount of data in bytes; null where the metric is not measured in a unit of data. */
export const inBytes = ({ unit }: MetricSeries, value: number): number | null => scaled(BYTES, unit, value);

function scaled(units: Readonly<Record<string, number>>, unit: string | null, value: number): number | null {
  const name = (unit ?? '').toLowerCase();
  const scale = Object.hasOwn(units, name) ? units[name] : undefined;
  return scale === undefined ? null : value * scale;
}

/** No disk of a cloud needs this long for one request at rest, s: a bare number above it counts milliseconds. */
const NO_LATENCY_AT_REST = 0.2;

/** A latency of a disk in seconds; CloudWatch tells seconds, recordings sometimes bare milliseconds. */
export function latencySeconds(series: MetricSeries, value: number): number {
  const stated = inSeconds(series, value);
  if (stated !== null) return stated;
  const smallest = Math.min(...series.points.map((point) => point.value).filter((one) => one > 0));
  return smallest >= NO_LATENCY_AT_REST ? value / 1000 : value;
}
