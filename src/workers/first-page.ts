import type { Answer } from './to-evidence.ts';

/** A page's closing line of our own servers: how to get the next page, which an investigation does not. */
const HOW_TO_GO_ON = /; cursor \S{1,40000} gives the next\)$/m;

/**
 * The first page of what a capability answers as evidence: that there is more stays, how a program would go on does not. A cursor
 * outlives no investigation, and in front of a model it is noise.
 */
export function firstPage(answer: Answer): Answer {
  const { data, text } = answer;
  if (data === null || typeof data !== 'object' || !('nextCursor' in data)) return answer;
  const { nextCursor: _, ...rest } = data;
  return { ...answer, data: rest, text: text.replace(HOW_TO_GO_ON, ')') };
}

/** Whether an answer says that its source holds more that fits the question: a limit, or the end of a page, has cut it. */
export function tellsOfMore(data: unknown): boolean {
  if (data === null || typeof data !== 'object') return false;
  const { hasMore, truncated, nextCursor } = data as Record<string, unknown>;
  return hasMore === true || truncated === true || (typeof nextCursor === 'string' && nextCursor !== '');
}
