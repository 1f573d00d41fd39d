import type { SeriesProfile } from './profile-series.ts';
import { isSlow } from './stories/resources.ts';

type Rise = { times: number; isBad: (profile: SeriesProfile) => boolean };

const from =
  (least: number) =>
  ({ after }: SeriesProfile): boolean =>
    after >= least;
const CPU: Rise = { times: 1.5, isBad: from(90) };
const CLIENTS: Rise = { times: 2, isBad: from(50) };
const LAG: Rise = { times: 2, isBad: from(10) };
const LATENCY: Rise = { times: 3, isBad: isSlow };

/** How many times its beginning a metric ends at when it is no longer calm, and from which end on that matters. */
const RISES: Readonly<Record<string, Rise>> = {
  CPUUtilization: CPU,
  EngineCPUUtilization: CPU,
  DatabaseConnections: CLIENTS,
  CurrConnections: CLIENTS,
  ReplicaLag: LAG,
  ReplicationLag: LAG,
  WriteLatency: LATENCY,
  ReadLatency: LATENCY,
  DiskQueueDepth: { times: 5, isBad: from(5) },
  DatabaseMemoryUsagePercentage: { times: 1.2, isBad: from(90) },
};
/** What is left of room or of clients that speaks of trouble, as a share of the beginning. */
const SHRUNK = 0.5;
const SHRINKS: ReadonlySet<string> = new Set([
  'FreeStorageSpace',
  'FreeableMemory',
  'DatabaseConnections',
  'CurrConnections',
]);

/** True for a vital metric that did not leave its beginning towards trouble, or is back. */
export function isCalm(profile: SeriesProfile): boolean {
  const { series, before, after, ratio, recovered } = profile;
  if (recovered) return true;
  const rise = Object.hasOwn(RISES, series.metric) ? RISES[series.metric] : undefined;
  if (rise && ratio >= rise.times && rise.isBad(profile)) return false;
  return !(SHRINKS.has(series.metric) && before > 0 && after < SHRUNK * before);
}
