import { lockChain } from '../kubernetes-state/logs/lock-chain.ts';
import { isFeltAsBefore, isStrained } from './calm-series.ts';
import { complains } from './complaints.ts';
import type { DatabaseState } from './database-state.ts';
import { moreWork } from './more-work.ts';
import { metricOf, profileSeries } from './profile-series.ts';
import { limitOfClients } from './stories/client-limit.ts';
import { currentEvents, LOCK_WAITS, shareOf, withoutDenials } from './stories/story-parts.ts';
import type { Story, StoryContext, StoryKind } from './story.ts';
import { isOfThreshold } from './thresholds.ts';
import { VITAL } from './vital-metrics.ts';

/** What a server does all day: it is to blame where clients feel it, and only then. */
const OF_WORK: ReadonlySet<StoryKind> = new Set([
  'maintenance',
  'connections',
  'query',
  'writes',
  'io',
  'locks',
  'parameter',
]);
/** The confidence of work that nobody feels, and of work that was asked for. */
const [LEAD, NO_LEAD] = [0.3, 0.25];
/** What there is more of where more is asked. */
const OF_DEMAND: ReadonlySet<StoryKind> = new Set(['query', 'writes', 'connections']);

/**
 * A story of mere work is a lead where what clients feel was measured, is as before, and no limit is reached, and none where more was asked for;
 * others stay as told.
 */
export function worksAsBefore(state: DatabaseState, context: StoryContext, stories: Story[]): Story[] {
  const tells = stories.some(({ kind, score }) => score > NO_LEAD && OF_WORK.has(kind));
  if (!tells || !isServedAsBefore(state, context.text)) return stories;
  const asked = moreWork(state) !== null;
  const most = (kind: StoryKind) => (asked && OF_DEMAND.has(kind) ? NO_LEAD : OF_WORK.has(kind) ? LEAD : 1);
  return stories.map((story) => ({ ...story, score: Math.min(story.score, most(story.kind)) }));
}

const LATENCY = /^(?:Read|Write|Commit|Select|DML|Insert|Update|Delete)Latency$/;
/** From here on a processor is at its limit, percent, and so is a server with this share of the clients it lets in. */
const [BUSY, FULL] = [80, 0.95];
/** Sessions that wait for locks from this share of the load on wait for each other. */
const LOCKED = 0.3;
/** What a server or its cloud says of harm done, or of a limit that is reached. */
const HARM =
  /\berrors?\b|\bfatal\b|\bpanic\b|refus|reject|denied|\bfail(?!s?[ -]?over|ed over)|cannot|could not|too many|remaining connection slots|out of memory|\bkilled\b|exhaust|\btime[sd]?[ -]?out\b|\b(?:limit|maximum|max_connections)\b[^.]{0,30}\b(?:reached|hit|exceeded)|\b(?:reached|hit|at)\b[^.]{0,30}\b(?:limit|maximum|max_connections)|throttl|crash/i;

function isServedAsBefore(state: DatabaseState, text: string): boolean {
  const all = state.series.flatMap((series) => profileSeries(series) ?? []);
  const vital = all.filter(({ series }) => VITAL.some((name) => name === series.metric));
  const cpu = metricOf(state, 'CPUUtilization', 'EngineCPUUtilization');
  const clients = metricOf(state, 'DatabaseConnections', 'CurrConnections');
  const limit = limitOfClients(state, text);
  const harm = currentEvents(state).filter(
    ({ message }) => HARM.test(withoutDenials(message.toLowerCase())) && !isOfThreshold(message),
  );
  return (
    vital.length >= 3 &&
    all.some(({ series }) => LATENCY.test(series.metric)) &&
    !isStrained(state) &&
    all.every(isFeltAsBefore) &&
    !(cpu !== null && cpu.max >= BUSY) &&
    !(clients !== null && limit !== null && clients.max >= FULL * limit) &&
    shareOf(state.profile, LOCK_WAITS) < LOCKED &&
    !lockChain(state.rows.map(({ row }) => row)) &&
    state.callers.length === 0 &&
    harm.length === 0 &&
    !complains(text)
  );
}
