import { isLateAsSet } from './apply-delay.ts';
import { isCalm } from './calm-series.ts';
import type { DatabaseState } from './database-state.ts';
import { isSawTooth, nobodyWrites } from './idle-primary.ts';
import { inBytes, inSeconds, latencySeconds } from './metric-units.ts';
import { moreWork, worksAsMuch, worksMoreForAsMuch } from './more-work.ts';
import {
  changeText,
  climbs,
  isSettled,
  metricOf,
  profileSeries,
  type SeriesProfile,
  valueText,
} from './profile-series.ts';
import { limitOfClients, ROOM } from './stories/client-limit.ts';
import { LOCK_WAITS, shareOf } from './stories/story-parts.ts';

/** Why the metric that an alert is about does no harm as it stands, as a clause; empty where it is only calm, null where it may do harm. */
type Reading = (profile: SeriesProfile, state: DatabaseState, alert: string) => string | null;
type Topic = { about: RegExp; metrics: readonly string[]; harmless: Reading };

/** A metric that an alert is about, with its reading. */
type AlarmedMetric = { profile: SeriesProfile; reading: string | null };

const calmOnly = (profile: SeriesProfile): '' | null => (isCalm(profile) ? '' : null);
const shown = ({ series }: SeriesProfile, value: number): string => valueText(value, series.unit);

/** What is left of the clients where many have gone. */
const GONE = 0.7;

/** True for a server that has lost many of its clients and does for the others what it did for all (a pooler stands before it now). */
const goesOnWithFewer = ({ before, after }: SeriesProfile, state: DatabaseState): boolean =>
  after < GONE * before && worksAsMuch(state) !== null;

/** From this share of the limit on, a few more clients use it up. */
const NEARLY_FULL = 0.85;

const clients: Reading = (profile, state, alert) => {
  // A leak is one long before the limit.
  if (climbs(profile)) return null;
  if (goesOnWithFewer(profile, state))
    return `as much is done as before (${worksAsMuch(state)!.series.metric} ${shown(worksAsMuch(state)!, worksAsMuch(state)!.last)}) over fewer connections (${changeText(profile)})`;
  const limit = limitOfClients(state, alert);
  if (limit === null) return calmOnly(profile);
  const settled = isSettled(profile) && profile.max < ROOM * limit;
  if (!settled && !(isCalm(profile) && profile.max < NEARLY_FULL * limit)) return null;
  return `${profile.series.metric} stays at ${shown(profile, profile.last)}, below the limit of the server`;
};

/** A replica this far behind is behind, whether or not that is new; one that shares the storage of its primary long before, s. */
const [BEHIND, SHARED_BEHIND] = [30, 1];

const lag: Reading = (profile, state) => {
  const { series, after, max } = profile;
  if (isSawTooth(series) && nobodyWrites(state, series.entity))
    return `nobody writes on the primary, so the age of the last change that the replica replayed grows with the clock and falls again (${series.metric} ${shown(profile, max)} at most)`;
  if (isLateAsSet(state, profile))
    return `the replica is late by design (recovery_min_apply_delay), by just that (${series.metric} ${shown(profile, after)})`;
  const most = series.metric.startsWith('Aurora') ? SHARED_BEHIND : BEHIND;
  return (inSeconds(series, after) ?? after) < most ? calmOnly(profile) : null;
};

/** Swap that moves by less than this does not move, as a share of it and in bytes. */
const [STILL_SHARE, STILL_BYTES] = [0.05, 5e7];
/** A server with less free memory than this needs what it swapped out, bytes. */
const LITTLE_MEMORY = 2e8;

const swap: Reading = (profile, state) => {
  const { series, min, max } = profile;
  const [least, most] = [inBytes(series, min) ?? min, inBytes(series, max) ?? max];
  const free = state.series.find(({ metric }) => metric === 'FreeableMemory');
  const memory = free ? profileSeries(free) : null;
  const short =
    memory !== null &&
    (memory.after < 0.8 * memory.before || (inBytes(memory.series, memory.min) ?? 0) < LITTLE_MEMORY);
  if (most - least > Math.max(STILL_SHARE * most, STILL_BYTES) || short || memory === null) return null;
  return `${series.metric} stands still at ${shown(profile, profile.last)} (pages of long ago) while memory stays free (FreeableMemory ${shown(memory, memory.last)})`;
};

/** Locks and a busy processor make sessions wait, from these shares on. */
const [LOCKED, BUSY] = [0.15, 75];
const CLASS_CHANGE = /(?:modif\w+|chang\w+|scal\w+)[^.]{0,40}\binstance class\b[^\n]{0,80}\bto\b/i;

const load: Reading = (profile, state) => {
  const cpu = state.series.find(({ metric }) => metric === 'CPUUtilization');
  const used = cpu ? profileSeries(cpu) : null;
  if (!isSettled(profile) || used === null || used.max >= BUSY || shareOf(state.profile, LOCK_WAITS) >= LOCKED)
    return null;
  const grown = state.events.some(({ message }) => CLASS_CHANGE.test(message));
  return `${profile.series.metric} stays at ${shown(profile, profile.last)} while the CPU has room (${shown(used, used.last)})${grown ? ' since the instance class was changed' : ''}`;
};

/** Whose statements take this long on a disk feel it, whether or not that is new, s. */
const SLOW_DISK = 0.01;

/** Fewer operations a second than this are none that anybody waits for; the latency of one is not that of a disk. */
const HARDLY_ANY = 1;
const OPERATIONS: Readonly<Record<string, string>> = { ReadLatency: 'ReadIOPS', WriteLatency: 'WriteIOPS' };

const latency: Reading = (profile, state) => {
  const { metric } = profile.series;
  const operations = metricOf(state, OPERATIONS[metric] ?? '');
  if (operations && operations.max < HARDLY_ANY)
    return `there is hardly an operation that ${metric} could be of (${operations.series.metric} ${shown(operations, operations.max)} at most)`;
  return latencySeconds(profile.series, profile.after) < SLOW_DISK ? calmOnly(profile) : null;
};

/** Room that shrinks by more than this share of itself within the window is used up within a day or so. */
const PACE = 0.01;
/** Room that is hardly any, bytes. */
const LITTLE_ROOM = 2e9;

const room: Reading = (profile) => {
  const { series, before, last } = profile;
  const little = (inBytes(series, last) ?? last) < LITTLE_ROOM;
  return little || before - last > PACE * last ? null : calmOnly(profile);
};

const memory: Reading = (profile) =>
  (inBytes(profile.series, profile.min) ?? profile.min) < LITTLE_MEMORY ? null : calmOnly(profile);

/** Vacuum begins to freeze rows at a tenth of what there is; below twice of that it only has not come to it yet. */
const [NOT_YET, OLD_IDS] = [4e8, 1e9];
/** What is left of the age where rows were frozen. */
const FROZEN = 0.9;

const ids: Reading = (profile, state) => {
  const { series, last, max } = profile;
  if (max >= OLD_IDS) return null;
  if (last <= FROZEN * max) return `${series.metric} fell to ${shown(profile, last)}: vacuum froze the old rows`;
  const works = state.profile?.statements.some(({ statement }) => /\bvacuum\b/i.test(statement)) ?? false;
  if (works) return `${series.metric} is at ${shown(profile, last)}, and a vacuum that freezes old rows is at work`;
  return max < NOT_YET ? '' : null;
};

const processor: Reading = (profile, state) => {
  // As many requests that cost far more are what a bad plan looks like.
  if (worksMoreForAsMuch(state)) return null;
  const work = moreWork(state);
  if (!work || !isCalm(profile)) return calmOnly(profile);
  return `the CPU rose as what is asked of the server did (${changeText(work.asked)}), each answer takes as long as before, and there is room left`;
};

const TOPICS: readonly Topic[] = [
  { about: /\bcpu\b|cpuutili[sz]ation|processor/i, metrics: ['CPUUtilization'], harmless: processor },
  {
    about: /transaction ?ids?\b|wraparound|\bxids?\b|usedtransactionids/i,
    metrics: ['MaximumUsedTransactionIDs'],
    harmless: ids,
  },
  {
    about: /connections?\b|\bclients\b/i,
    metrics: ['DatabaseConnections', 'CurrConnections'],
    harmless: clients,
  },
  {
    about: /replica(?:tion)?[ -]?lag|replicalag|\blag\b/i,
    metrics: ['ReplicaLag', 'ReplicationLag', 'AuroraReplicaLag', 'AuroraReplicaLagMaximum'],
    harmless: lag,
  },
  { about: /swap/i, metrics: ['SwapUsage'], harmless: swap },
  { about: /db ?load|active sessions|\baas\b/i, metrics: ['DBLoad'], harmless: load },
  { about: /latency/i, metrics: ['ReadLatency', 'WriteLatency'], harmless: latency },
  { about: /storage|disk (?:space|full|usage)|free ?space/i, metrics: ['FreeStorageSpace'], harmless: room },
  { about: /memory/i, metrics: ['FreeableMemory'], harmless: memory },
];

/** The metrics that an alert is about, looked at directly: with why each does no harm as it stands, or null where it may. */
export function alarmedMetrics(state: DatabaseState, alert: string): AlarmedMetric[] {
  return TOPICS.filter(({ about }) => about.test(alert)).flatMap(({ metrics, harmless }) =>
    state.series
      .filter(({ metric }) => metrics.includes(metric))
      .flatMap((one) => profileSeries(one) ?? [])
      .map((profile) => ({ profile, reading: harmless(profile, state, alert) })),
  );
}
