import type { DatabaseEvent, DatabaseState } from '../database-state.ts';
import { metricOf, type SeriesProfile } from '../profile-series.ts';
import { currentEvents } from './story-parts.ts';

/** What is said of a server whose process was ended for want of memory. */
const FOR_MEMORY =
  /out of memory|\boom\b|(?:excessive|insufficient|low|lack of) memory|memory (?:pressure|exhaust)|killed by the (?:operating system|kernel)/i;
/** A process that the kernel ended; where memory was used up just then, that was why. */
const BY_SIGNAL = /terminated by signal 9\b|\bsignal 9: Killed|received signal 9\b|\bSIGKILL\b/i;
/** What is left of the memory of before where it is used up. */
const LEFT = 0.1;

/** True for free memory that was as good as gone at some time of the window. */
export const isUsedUp = (free: SeriesProfile | null): free is SeriesProfile =>
  free !== null && free.before > 0 && free.min <= LEFT * free.before;

/** The events of this time that tell of a process of the server which was ended for want of memory. */
export function killedForMemory(state: DatabaseState): DatabaseEvent[] {
  const events = currentEvents(state);
  const stated = events.filter(({ message }) => FOR_MEMORY.test(message));
  const bySignal = isUsedUp(metricOf(state, 'FreeableMemory'))
    ? events.filter(({ message }) => BY_SIGNAL.test(message))
    : [];
  return [...stated, ...bySignal.filter((event) => !stated.includes(event))];
}
