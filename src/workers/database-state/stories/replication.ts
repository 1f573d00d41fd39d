import { isLateAsSet } from '../apply-delay.ts';
import { replicaLevel } from '../calm-replicas.ts';
import { isSawTooth, nobodyWrites } from '../idle-primary.ts';
import { inSeconds } from '../metric-units.ts';
import { changeText, metricOf, type SeriesProfile } from '../profile-series.ts';
import type { StoryTeller } from '../story.ts';
import { hasReplayedAll, stalledReplay } from './replay.ts';
import { cited, currentEvents, eventText, heaviest, noActions, numbers, rose, topText } from './story-parts.ts';

/** The metrics that tell how far behind a replica is in time; how much log a slot keeps is none of them. */
const LAGS = ['ReplicaLag', 'AuroraReplicaLag', 'ReplicationLag', 'DBInstanceReplicaLag', 'AuroraBinlogReplicaLag'];
/** So far behind is trouble where it grew, and where it did not, s. */
const [GROWN_LAG, ANY_LAG] = [30, 120];

/** A replica that falls behind. */
export const lag: StoryTeller = (state, { server, text }) => {
  const series = metricOf(state, ...LAGS);
  // Where nobody writes, the age of the last change grows with the clock, and nothing is behind.
  if (series && isSawTooth(series.series) && nobodyWrites(state, series.series.entity)) return null;
  if (series && isLateAsSet(state, series)) return null;
  // Nor is one behind that has all of its primary's log, by what both answered.
  if (replicaLevel(state.printed)) return null;
  const events = currentEvents(state).filter(({ message }) =>
    /replica(?:tion)?\b[^.]{0,60}\b(?:lag|behind|delay)|replay is behind/i.test(message),
  );
  const logged = [metricOf(state, 'TransactionLogsGeneration'), metricOf(state, 'WriteIOPS')].filter(
    (one): one is SeriesProfile => one !== null,
  );
  const writes = logged.filter((one) => rose(one, 1.8));
  const behind = series ? (inSeconds(series.series, series.after) ?? series.after) : 0;
  const up = series !== null && behind >= GROWN_LAG && (series.ratio >= 3 || behind >= ANY_LAG);
  const spoken =
    /replica(?:tion)?[ -]?lag|lag\b[^.]{0,40}replica/.test(text) && !/recovered|resolved|back to|^ok\b/.test(text);
  if (!up && !(events.length > 0 && (series === null || spoken)) && !(series === null && spoken && writes.length > 0))
    return null;
  const top = heaviest(state.profile);
  const stalled = writes.length > 0 ? null : stalledReplay(state, series?.series ?? null);
  const writing =
    logged.length === 0 &&
    top !== null &&
    /^\s*(?:insert|update|delete|copy|merge|vacuum)|wal/i.test(`${top.statement} ${top.waits[0]?.name ?? ''}`);
  const why = stalled
    ? ` because ${stalled.why}; the writes of the primary did not grow`
    : writes.length > 0 || writing
      ? ' because a write-heavy workload on the primary generates WAL (write-ahead log) faster than the replica can replay it'
      : ' although the writes of the primary did not grow, so the replica itself is slow to replay WAL (write-ahead log)';
  return {
    kind: 'lag',
    // All that came is replayed: either nobody writes, or what is written does not come, and nothing tells which.
    score: writes.length === 0 && hasReplayedAll(state) ? 0.45 : up ? 0.92 : events.length > 0 ? 0.85 : 0.72,
    text: `Replication lag: the read replica${series?.series.entity ? ` ${series.series.entity}` : ` of ${server}`} falls behind${series ? ` (${changeText(series)})` : ' (the ReplicaLag metric itself is missing)'}${why}${writes.length > 0 ? `; on the primary ${writes.map(changeText).join(', ')}` : ''}${topText(top)}${events[0] ? `. Events: ${eventText(events, 1, 130)}` : ''}`,
    brief: `the replica falls behind${series ? ` (${changeText(series)})` : ''}`,
    evidence: [
      ...numbers(series, ...writes),
      ...cited(events),
      ...(stalled?.evidence ?? []),
      ...(state.profile ? [state.profile.evidence] : []),
    ],
    actions: noActions,
  };
};

const STOPPED =
  /replication\b[^.]{0,80}\b(?:stopped|terminated|broken|failed|in error|error state)|(?:stopped|terminated)\b[^.]{0,40}\breplication/i;

/** A replica that no longer follows at all. */
export const replicationStopped: StoryTeller = (state, { server }) => {
  const events = currentEvents(state).filter(({ message }) => STOPPED.test(message));
  if (events.length === 0) return null;
  const series = metricOf(state, 'ReplicaLag', 'AuroraReplicaLag');
  return {
    kind: 'replication-stopped',
    score: 0.93,
    text: `Replication of the database server ${server} has stopped (broken), so its replica shows old data${series ? ` (${changeText(series)})` : ''}. Events: ${eventText(events, 2, 200)}`,
    brief: 'replication has stopped',
    evidence: [...cited(events), ...numbers(series)],
    actions: noActions,
  };
};
