import type { DatabaseState } from './database-state.ts';
import { inBytes, inSeconds, latencySeconds } from './metric-units.ts';
import { median, profileSeries, type SeriesProfile } from './profile-series.ts';

type Rise = { times: number; isBad: (profile: SeriesProfile) => boolean };

const from =
  (least: number) =>
  ({ after }: SeriesProfile): boolean =>
    after >= least;
const CPU: Rise = { times: 1.5, isBad: from(80) };
const CLIENTS: Rise = { times: 2, isBad: from(50) };
/** Replicas that share their storage with the primary are milliseconds behind, others seconds. */
const lagFrom = (seconds: number, times: number): Rise => ({
  times,
  isBad: ({ after, series }) => (inSeconds(series, after) ?? after) >= seconds,
});
const LAG = lagFrom(10, 2);
const SHARED_LAG = lagFrom(1, 3);
/** So much of the log that a slot keeps is no more what its reader was just about to fetch, bytes. */
const KEPT_LOG = 1e9;
const SLOT: Rise = { times: 3, isBad: ({ after, series }) => (inBytes(series, after) ?? after) >= KEPT_LOG };
/** Disks of clouds answer in one or two milliseconds; a few times that is felt, s. */
const FELT_LATENCY = 0.005;
const LATENCY: Rise = { times: 3, isBad: ({ after, series }) => latencySeconds(series, after) >= FELT_LATENCY };

/** How many times its beginning a metric ends at when it is no longer calm, and from which end on that matters. */
const RISES: Readonly<Record<string, Rise>> = {
  CPUUtilization: CPU,
  EngineCPUUtilization: CPU,
  DatabaseConnections: CLIENTS,
  CurrConnections: CLIENTS,
  ReplicaLag: LAG,
  ReplicationLag: LAG,
  AuroraReplicaLag: SHARED_LAG,
  OldestReplicationSlotLag: SLOT,
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

/** What clients feel of a server themselves: how long it takes for them, and how much it does. */
const ANSWERED = /^(?:Commit|Select|DML|Insert|Update|Delete|DDL)Latency$/;
const DONE = /^(?:Commit|Select|DML)Throughput$/;
/** Statements that take this long more than before are felt, s; so is what falls below this share of work that was done at all. */
const [FELT_ANSWER, LESS_DONE, SOME] = [0.01, 0.4, 1];

/** True where a metric that clients feel (latency of statements, what the server does in a second) is as it was, or is no such metric. */
export function isFeltAsBefore({ series, before, after, ratio, recovered }: SeriesProfile): boolean {
  if (recovered) return true;
  if (ANSWERED.test(series.metric)) return !(ratio >= LATENCY.times && latencySeconds(series, after) >= FELT_ANSWER);
  return !(DONE.test(series.metric) && before >= SOME && after < LESS_DONE * before);
}

/** True for a metric that did not leave its beginning towards trouble, or is back. */
export function isCalm(profile: SeriesProfile): boolean {
  const { series, before, after, ratio, recovered } = profile;
  if (recovered) return true;
  const rise = Object.hasOwn(RISES, series.metric) ? RISES[series.metric] : undefined;
  if (rise && ratio >= rise.times && rise.isBad(profile)) return false;
  return !(SHRINKS.has(series.metric) && before > 0 && after < SHRUNK * before);
}

const NONE: ReadonlySet<string> = new Set();

/** So many times as many sessions at work as at the beginning wait for each other. */
const CROWDED = 4;
/** Fewer sessions than this at once are no crowd. */
const CROWD = 4;

/** True where any metric that shows the health of a server (but those that are left out) ends where it should not be, or its sessions crowd. */
export function isStrained({ series, profile: load }: DatabaseState, without: ReadonlySet<string> = NONE): boolean {
  const values = load?.load ?? [];
  const [first, last] = [median(values.slice(0, 3)), median(values.slice(-3))];
  if (values.length >= 6 && first > 0 && last >= Math.max(CROWD, CROWDED * first)) return true;
  return series.some((one) => {
    const profile = profileSeries(one);
    return profile !== null && !without.has(one.metric) && !isCalm(profile);
  });
}
