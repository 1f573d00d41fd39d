import { oneLine } from '../../detectors/support/text.ts';
import type { Consequence, ReadChange } from './harm.ts';
import { sameBut } from './same-but.ts';

/** A comparison with what a page is asked to begin after: a parameter, a placeholder, a variable called so. */
const BEGINS_AFTER =
  /[<>]=?\s*(?:\$\d|\?|:\w|@\w|%s|%\(\w|#?\{|\w*(?:cursor|after|last|since|from|offset|checkpoint|marker)\w*)|(?:_|\.|__)g(?:te?|t)\b|\$gte?\b|\b(?:gte?|lte?)\(/i;
/** What tells that rows are read in pages, in the order of what is compared. */
const IN_PAGES = /\blimit\b|fetch (?:first|next)|page_?size|\.take\(|\bbatch_?size\b|\bfirst\s*:/i;
const IN_ORDER = /order(?:ed)?[ _]?by|\bsort\w*\b|\bcursor\b/i;
const MOST_READ = 20_000;

const inclusive = (line: string): string =>
  line.replace(/([<>])=(?!=)/g, '$1').replace(/((?:_|\.|\$|\b)[gl]t)e\b/g, '$1');
const isInclusive = (line: string): boolean => inclusive(line) !== line;

const AGAIN =
  /pages?_(?:read|fetched|sent)|(?:rows?|records?|items?|messages?|documents?)_(?:read|fetched|exported|sent|written)|duplicate|\btwice\b|repeated|again and again|endless|never ends|same (?:page|row|record)|sends?_per|queue|backlog|\b429\b|rate.?limit|queries_per/i;

/** Pages that begin with the last row of the page before instead of after it: the last one is never empty. */
export function repeatedPages(change: ReadChange): Consequence[] {
  const detail = change.detail.slice(0, MOST_READ);
  if (!IN_PAGES.test(detail) || !IN_ORDER.test(detail)) return [];
  const pair = sameBut(change, inclusive);
  if (!pair || !BEGINS_AFTER.test(pair.after) || !isInclusive(pair.after) || isInclusive(pair.before)) return [];
  const why = `each page now begins with the last row of the page before, so that it reads the same row again and again and never ends: "${oneLine(pair.after, 80)}" instead of "${oneLine(pair.before, 80)}"`;
  return [{ why, shows: AGAIN, isPlain: true, feltByAsked: true }];
}
