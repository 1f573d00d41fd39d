import { z } from 'zod';

/**
 * Where a log goes on, backwards: before the lines that were given. The API has no pages; what it has is the last lines with their
 * times, and a time may be of several lines.
 */
export const logPosition = z.object({
  namespace: z.string(),
  pod: z.string(),
  container: z.string().optional(),
  /** The time of the earliest line that was given, as the API writes it, and of how many given lines it is. */
  time: z.string(),
  ties: z.number().int().min(1),
  /** How many lines the pages so far have given. */
  given: z.number().int().min(1),
});
export type LogPosition = z.infer<typeof logPosition>;
type Boundary = Pick<LogPosition, 'time' | 'ties' | 'given'>;

/** Reads the last lines of a log, cut off after so many bytes from the beginning of those lines. */
export type ReadTail = (tail: { tailLines: number; limitBytes: number }) => Promise<string>;

/** `earlier` is where the lines before these end; null where there are none, or none that can be had. */
export type LogPage = { lines: string[]; earlier: Boundary | null; truncated: boolean };

/** Of the newest lines; of longer ones fewer are given. */
const MAX_PAGE_BYTES = 512 * 1024;
/** How far back pages go. */
const MAX_BACK_BYTES = 8 * 1024 * 1024;
const MAX_BACK_LINES = 50_000;

/** The last lines of a log. */
export async function readLatest(read: ReadTail, tailLines: number): Promise<LogPage> {
  // One more than wanted tells whether there are more.
  for (let asked = tailLines + 1; ; asked = Math.ceil(asked / 4)) {
    const text = await read({ tailLines: asked, limitBytes: MAX_PAGE_BYTES });
    const isCut = Buffer.byteLength(text) >= MAX_PAGE_BYTES;
    // What is cut off are the newest lines, which tell most: rather fewer lines, and those whole.
    if (isCut && asked > 1) continue;
    const all = linesOf(text);
    const lines = all.slice(-tailLines);
    const hasMore = lines.length < all.length || asked <= tailLines;
    return { lines: lines.map(textOf), earlier: hasMore ? boundaryOf(lines) : null, truncated: hasMore || isCut };
  }
}

/** The lines before a boundary; none where the log has been rotated away in the meantime, or goes back further than is read. */
export async function readEarlier(read: ReadTail, tailLines: number, before: Boundary): Promise<LogPage> {
  // Lines that were written since stand behind those that were given.
  for (let asked = before.given + 2 * tailLines + 1; ; asked *= 2) {
    const text = await read({ tailLines: Math.min(asked, MAX_BACK_LINES), limitBytes: MAX_BACK_BYTES });
    const all = linesOf(text);
    const last = all.findLastIndex((line) => timeOf(line) === before.time);
    const end = last === -1 ? 0 : last + 1 - before.ties;
    const reachesBeginning = all.length < asked;
    const isCut = Buffer.byteLength(text) >= MAX_BACK_BYTES || asked >= MAX_BACK_LINES;
    if (end < tailLines && !reachesBeginning && !isCut) continue;
    const lines = all.slice(Math.max(0, end - tailLines), end);
    const hasMore = end > tailLines || (!reachesBeginning && !isCut && end > 0);
    return {
      lines: lines.map(textOf),
      earlier: hasMore ? boundaryOf(lines, before) : null,
      truncated: hasMore || isCut,
    };
  }
}

function boundaryOf(lines: string[], before?: Boundary): Boundary | null {
  const time = timeOf(lines[0] ?? '');
  if (time === null) return null;
  const inside = lines.findIndex((line) => timeOf(line) !== time);
  const own = inside === -1 ? lines.length : inside;
  const joined = inside === -1 && before?.time === time ? before.ties : 0;
  return { time, ties: own + joined, given: lines.length + (before?.given ?? 0) };
}

/** A line as the API writes it where it is asked for times. */
const TIMED = /^(\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)) ?/;
const timeOf = (line: string): string | null => TIMED.exec(line)?.[1] ?? null;
const textOf = (line: string): string => line.replace(TIMED, '');

function linesOf(log: string): string[] {
  const lines = log.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
