import type { DatabaseState } from './database-state.ts';
import { latencySeconds } from './metric-units.ts';
import { median, metricOf, profileSeries, type SeriesProfile } from './profile-series.ts';
import { ASKED_FOR } from './stories/demand.ts';
import { heaviest, worksForSeconds } from './stories/story-parts.ts';

/** What a processor was used for: more of what is asked of the server all the time. */
export type MoreWork = { used: SeriesProfile; asked: SeriesProfile };

/** A processor that rose by less has not risen; from this share on there is no more room, percent. */
const [RISEN, NO_ROOM] = [1.3, 75];
/** What is asked rose by this share of the processor's rise at least; reads and sessions at work by so much more than what is asked at most. */
const [AS_MUCH, BESIDE] = [0.7, 1.5];
/** A latency that rises by less, or ends below this, is as before, s. */
const [SLOWER, FAST] = [1.5, 0.002];
/** Fewer reads a second than this are none. */
const SOME_READS = 20;

const LATENCY = /Latency$/;

/**
 * True work: the use of the processor rose as what is asked of the server did, each answer takes as long and reads as much as before, and
 * there is room left. Null where any of it is not so, or nobody counted what is asked.
 */
export function moreWork(state: DatabaseState): MoreWork | null {
  const used = metricOf(state, 'CPUUtilization');
  if (!used || used.ratio < RISEN || used.max >= NO_ROOM) return null;
  const asked = askedFor(state).find(({ ratio }) => ratio >= Math.max(RISEN, AS_MUCH * used.ratio));
  if (!asked) return null;
  const most = BESIDE * asked.ratio;
  const reads = metricOf(state, 'ReadIOPS');
  const top = heaviest(state.profile);
  const asBefore =
    state.series.flatMap((one) => (LATENCY.test(one.metric) ? (profileSeries(one) ?? []) : [])).every(isAsFast) &&
    !(reads && reads.after >= SOME_READS && reads.ratio > most) &&
    growthOf(state.profile?.load ?? []) <= most &&
    !(top && worksForSeconds(top));
  return asBefore ? { used, asked } : null;
}

/** So many times as busy as before is more work than what is asked explains, where that rose by less; a processor below this is idle, percent. */
const [BUSIER, NO_MORE, BUSY] = [2, 1.2, 30];

/** True where the processor is far busier than before while the server was counted to be asked no more than before. */
export function worksMoreForAsMuch(state: DatabaseState): boolean {
  const used = metricOf(state, 'CPUUtilization');
  const asked = countedRequests(state);
  const busier = used !== null && !used.recovered && used.ratio >= BUSIER && used.after >= BUSY;
  return busier && asked.length > 0 && asked.every(({ ratio }) => ratio < NO_MORE);
}

/** Work that stays within these shares of its beginning all the time goes on; less than this a second is no work that would show it. */
const [LEAST_LEFT, MOST_MORE, SOME_WORK] = [0.7, 1.3, 1];

/** A count of what is asked of the server that stays as it was throughout; null where none was counted, or any of them changed. */
export function worksAsMuch(state: DatabaseState): SeriesProfile | null {
  const counted = countedRequests(state);
  const stays = counted.every(
    ({ before, min, ratio }) => before >= SOME_WORK && min >= LEAST_LEFT * before && ratio <= MOST_MORE,
  );
  return stays ? (counted[0] ?? null) : null;
}

const countedRequests = (state: DatabaseState): SeriesProfile[] =>
  ASKED_FOR.flatMap((metric) => metricOf(state, metric) ?? []);

/** What was counted of the requests; where nobody did, the bytes of requests whose answers grew with them. */
function askedFor(state: DatabaseState): SeriesProfile[] {
  const counted = countedRequests(state);
  if (counted.length > 0) return counted;
  const [received, sent] = ['NetworkReceiveThroughput', 'NetworkTransmitThroughput'].map((name) =>
    metricOf(state, name),
  );
  return received && sent && sent.ratio >= AS_MUCH * received.ratio ? [received] : [];
}

const isAsFast = (one: SeriesProfile): boolean =>
  one.ratio < SLOWER || latencySeconds(one.series, one.after) < FAST || one.recovered;

/** How often the load of the end is that of the beginning. */
function growthOf(load: readonly number[]): number {
  const [before, after] = [median(load.slice(0, 3)), median(load.slice(-3))];
  return load.length >= 6 && before > 0 ? after / before : 1;
}
