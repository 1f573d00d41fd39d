import { quote } from '../../kubernetes-state/quote.ts';
import type { DatabaseState, MetricSeries } from '../database-state.ts';
import { inSeconds } from '../metric-units.ts';
import { currentEvents, settingOf } from './story-parts.ts';

/** Why a replica does not replay what its primary writes, as a clause with its evidence. */
export type StalledReplay = { why: string; evidence: number[] };

/** What a server writes into its log while a query of its own holds replay up, or cancels for replay's sake. */
const CONFLICT =
  /recovery conflict|conflict with recovery|recovery still waiting|conflicting process|Waiting for (?:table metadata lock|dependent transaction)/i;
const PAUSED = /recovery has paused|replay (?:is|was) paused|pg_wal_replay_pause/i;

/**
 * What holds replay up on a replica: a query that reads rows which replay wants to remove, or somebody who paused it. Where nothing
 * says why, a lag that grows as fast as the clock shows that nothing is replayed at all. Null where neither is so.
 */
export function stalledReplay(state: DatabaseState, lag: MetricSeries | null): StalledReplay | null {
  const lines = [
    ...currentEvents(state).map(({ message, evidence }) => ({ text: message, evidence })),
    ...state.callers.map(({ text, evidence }) => ({ text, evidence })),
  ];
  const conflicts = lines.filter(({ text }) => CONFLICT.test(text));
  const paused = lines.filter(({ text }) => PAUSED.test(text));
  const asked = pausedAnswer(state);
  const grows = lag !== null && growsWithTheClock(lag);
  if (asked) return { why: 'replay is paused on the replica (pg_is_wal_replay_paused)', evidence: [asked] };
  if (paused[0])
    return { why: `replay is paused: ${quote(paused[0].text, 150)}`, evidence: paused.map(({ evidence }) => evidence) };
  if (conflicts[0] && (grows || lag === null)) {
    const said = [...new Set(conflicts.map(({ text }) => text))].slice(0, 2);
    return {
      why: `a query on the replica blocks replay (recovery conflict): ${said.map((text) => quote(text, 150)).join(', ')}`,
      evidence: conflicts.slice(0, 2).map(({ evidence }) => evidence),
    };
  }
  // Where all that came is replayed, the age of the last change grows because none comes.
  if (!grows || hasReplayedAll(state)) return null;
  const waits = waitingForever(state);
  return waits
    ? {
        why: `replay stands still and may wait for queries on the replica without end (${waits.text})`,
        evidence: [waits.evidence],
      }
    : {
        why: 'replay stands still: the lag grows as fast as the clock, so nothing of what the primary writes is replayed (a long query on the replica, or a paused or broken replay)',
        evidence: [],
      };
}

/** The evidence of an answer that says that replay is paused. */
const pausedAnswer = ({ rows }: DatabaseState): number | null =>
  rows.find(({ row }) => /^t(?:rue)?$/.test(row.pg_is_wal_replay_paused ?? ''))?.evidence ?? null;

/** A place in the log of PostgreSQL, and how columns call the last one that a replica received and replayed, also by names of one's own. */
const PLACE = /^[0-9A-F]{1,8}\/[0-9A-F]{1,8}$/i;
const RECEIVED = /receive/;
const REPLAYED = /replay/;

/** True where a replica was asked and has replayed its log up to the place to which it has received it. */
export function hasReplayedAll({ rows }: DatabaseState): boolean {
  return rows.some(({ row }) => {
    const places = Object.entries(row).filter(([, value]) => PLACE.test(value));
    const at = (what: RegExp) => places.find(([column]) => what.test(column))?.[1];
    return at(RECEIVED) !== undefined && at(RECEIVED) === at(REPLAYED);
  });
}

/** A standby that is told never to cancel the queries which hold replay up. */
function waitingForever(state: DatabaseState): { text: string; evidence: number } | null {
  const found = settingOf(state, 'max_standby_streaming_delay');
  return found?.value.startsWith('-1') ? { text: 'max_standby_streaming_delay -1', evidence: found.evidence } : null;
}

/** Steps that a lag must have grown by, and how near to one second a second each of them comes. */
const STEPS = 4;
const [SLOWEST, FASTEST] = [0.85, 1.15];

/** True where the end of a lag grows by a second each second. */
function growsWithTheClock(lag: MetricSeries): boolean {
  const speeds = lag.points.slice(1).flatMap(({ at, value }, index) => {
    const before = lag.points[index];
    const [now, then] = [inSeconds(lag, value), before ? inSeconds(lag, before.value) : null];
    if (at === null || before?.at == null || now === null || then === null || at <= before.at) return [];
    return [((now - then) * 1000) / (at - before.at)];
  });
  const last = speeds.slice(-STEPS);
  return last.length === STEPS && last.every((speed) => speed >= SLOWEST && speed <= FASTEST);
}
