import { quote } from '../../kubernetes-state/quote.ts';
import type { DatabaseEvent } from '../database-state.ts';
import { inBytes } from '../metric-units.ts';
import { changeText, metricOf, type SeriesProfile, valueText } from '../profile-series.ts';
import { shownStatement, writesRows } from '../statement-shape.ts';
import type { StoryTeller } from '../story.ts';
import { isOfThreshold } from '../thresholds.ts';
import { keptLog, slotEvidence, slotText } from './slots.ts';
import { cited, currentEvents, eventText, heaviest, noActions, numbers, rose } from './story-parts.ts';
import { temporaryFiles } from './temporary-files.ts';

/** No server works for long with less room than this, bytes. */
const LITTLE = 2e9;
/** What is left of the room of the window's beginning where its end is a matter of minutes. */
const NEARLY_GONE = 0.1;

/** A disk that is full or fills up. */
export const storage: StoryTeller = (state, { server, text }) => {
  const free = metricOf(state, 'FreeStorageSpace', 'FreeLocalStorage');
  const events = currentEvents(state).filter(
    ({ message }) =>
      /storage|disk (?:is )?full|no space left/i.test(message) && !/autoscal\w+ completed|DiskQueue/i.test(message),
  );
  const low =
    free !== null &&
    (free.last <= 0.05 * Math.max(free.max, totalOf(events)) ||
      (inBytes(free.series, free.last) ?? free.last) < LITTLE);
  const falling = free !== null && free.after < 0.8 * free.before;
  // A threshold below the limit, where the space that is left was measured and does not shrink, is none of it.
  const roomy = free !== null && !low && !falling;
  const told = events.filter(
    ({ message }) =>
      /full|exhaust|out of|ran out|no space|consumed|critical|has reached|read-only/i.test(message) &&
      !(roomy && isOfThreshold(message)),
  );
  const growing = [
    metricOf(state, 'TransactionLogsGeneration'),
    metricOf(state, 'TransactionLogsDiskUsage'),
    metricOf(state, 'WriteIOPS'),
  ].filter((one) => rose(one, 1.8));
  if (!low && told.length === 0 && !(falling && /storage|disk/.test(text)) && !(falling && events.length > 0))
    return null;
  const writer = heaviest(state.profile);
  const kept = keptLog(state);
  // What a slot keeps is to blame where it grew, or is more than all the room that there was.
  const held = kept !== null && (kept.grows || free === null || kept.bytes >= room(free)) ? kept : null;
  const spill = held === null && (free === null || falling) ? temporaryFiles(state) : null;
  const nearlyGone = falling && /storage|disk/.test(text) && free.last <= NEARLY_GONE * free.max;
  const drive = [
    ...growing.map((one) => changeText(one as SeriesProfile)),
    writer && (writesRows(writer.statement) || /\bvacuum\b/i.test(writer.statement))
      ? `writes such as ${quote(shownStatement(writer.statement), 110)}`
      : null,
  ].filter((part) => part !== null);
  const metric = free
    ? `FreeStorageSpace fell from ${valueText(free.first, free.series.unit)} to ${valueText(free.last, free.series.unit)}`
    : 'the metric FreeStorageSpace is missing, and the events tell of it';
  return {
    kind: 'storage',
    score: low && told.length > 0 ? 0.94 : low ? 0.88 : told.length > 0 ? 0.84 : spill ? 0.78 : nearlyGone ? 0.7 : 0.55,
    text: `The storage space of the database server ${server} is ${low || told.length > 0 ? 'exhausted (disk full)' : 'running out'}${held ? ` because ${slotText(held)}. ` : spill ? ` because ${spill.text}. ` : ': '}${metric}${drive.length > 0 ? `, driven by ${drive.join(', ')}` : ''}, so writes fail or stall${events.length > 0 ? `. Events: ${eventText(told.length > 0 ? told : events, 2, 150)}` : ''}`,
    brief: `free storage shrinks${free ? ` (${changeText(free)})` : ''}`,
    evidence: [
      ...numbers(free, ...growing),
      ...(held ? slotEvidence(held) : []),
      ...(spill?.evidence ?? []),
      ...cited(events),
      ...(state.profile ? [state.profile.evidence] : []),
    ],
    actions: noActions,
  };
};

/** The free space of a window at its best, bytes. */
const room = ({ series, max }: SeriesProfile): number => inBytes(series, max) ?? max;

/** The allocated storage that an event names (`82.2 GB remaining of 200 GB`), in bytes. */
function totalOf(events: DatabaseEvent[]): number {
  return Math.max(
    0,
    ...events
      .flatMap(({ message }) => [...(/\bof (\d+(?:\.\d+)?) ?(?:GB|GiB)/i.exec(message) ?? [])].slice(1))
      .map((gigabytes) => Number(gigabytes) * 1e9),
  );
}
