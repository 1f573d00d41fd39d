import { oneLine } from '../../detectors/support/text.ts';
import { type AlteredLine, alteredLines } from '../line-changes.ts';
import type { Consequence, ReadChange } from './harm.ts';

/** A change as the rules of a table look at it: lines that differ, and which of them are the same but for a value. */
export type Lines = ReadChange & { altered: AlteredLine[] };
/** A kind of change that does harm, by its lines, and how the harm shows. */
export type HarmRule = Pick<Consequence, 'why' | 'shows' | 'ofStatements' | 'class'> & {
  when: (lines: Lines) => boolean;
  /** The new line that is quoted beside the kind; none by default. */
  told?: RegExp;
};

export const some = (lines: string[], pattern: RegExp): boolean => lines.some((line) => pattern.test(line));
export const came = ({ removed, added }: Lines, pattern: RegExp): boolean =>
  some(added, pattern) && !some(removed, pattern);
export const gone = ({ removed, added }: Lines, pattern: RegExp): boolean =>
  some(removed, pattern) && !some(added, pattern);

/** How work that takes long is kept away from the few threads that answer requests. */
export const HANDED_OVER =
  /spawn_blocking|block_in_place|run_in_executor|run_in_threadpool|sync_to_async|\bto_thread\b|boundedElastic|Schedulers\.(?:io|elastic)|Dispatchers\.(?:IO|Default)|executeBlocking|new Worker\(|worker_threads|piscina|subscribeOn\(|blocking\s*\{|@Blocking\b|dedicated_?io/;

/** What makes a function give the same thing each time it is called. */
export const REMEMBERS =
  /@(?:functools\.)?(?:lru_cache|cache)\b|@cached(?:_property)?\b|\bmemoi[sz]e|@Singleton\b|\bby lazy\b|sync\.Once|\bOnce(?:Cell|Lock)\b|\bLazy(?:Lock|Cell)?(?:<|::new)|\blazy_static!|\bonce\(|AddSingleton|\|\|=/;

/** True where a number of such a line was made larger by this factor at least. */
export const grows = ({ altered }: Lines, pattern: RegExp, times = 1): boolean =>
  altered.some(({ larger, factor, before }) => larger && (factor ?? 1) >= times && pattern.test(before));
export const shrinks = ({ altered }: Lines, pattern: RegExp, times = 1): boolean =>
  altered.some(({ smaller, factor, before }) => smaller && (factor ?? 1) >= times && pattern.test(before));

/** Reads a change once for all rules of a table. */
export function harmsBy(rules: readonly HarmRule[], change: ReadChange): Consequence[] {
  const lines: Lines = { ...change, altered: alteredLines(change) };
  return rules
    .filter(({ when }) => when(lines))
    .map(({ when, told, why, ...harm }) => ({
      ...harm,
      why: withLine(why, change.added, told),
      ...(!told && { line: decisiveLine(when, lines) }),
      isPlain: true,
    }));
}

function withLine(why: string, added: string[], told?: RegExp): string {
  const line = told && added.find((one) => told.test(one));
  return line ? `${why}: "${oneLine(line, MAX_TOLD)}"` : why;
}

const MOST_TRIED = 40;
const MAX_TOLD = 90;

/** The line without which the rule would see nothing, as the end of a clause; nothing where no single line decides. */
function decisiveLine(when: HarmRule['when'], lines: Lines): string {
  const decides = (side: 'removed' | 'added') =>
    lines[side].slice(0, MOST_TRIED).find((_, index) => !when({ ...lines, [side]: lines[side].toSpliced(index, 1) }));
  const gone = decides('removed');
  if (gone !== undefined) return `, without "${oneLine(gone, MAX_TOLD)}"`;
  const came = decides('added');
  return came === undefined ? '' : `, with "${oneLine(came, MAX_TOLD)}"`;
}
