import { oneLine } from '../../detectors/support/text.ts';
import { argumentsAt } from '../brackets.ts';
import { type Consequence, type ReadChange, signedLines } from './harm.ts';
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

/** Pages that come again and again: the last row of the page before is asked for anew, or no request says where the page before ended. */
export const repeatedPages = (change: ReadChange): Consequence[] => [
  ...lastRowAgain(change),
  ...firstPageAgain(change),
];

/** Pages that begin with the last row of the page before instead of after it: the last one is never empty. */
function lastRowAgain(change: ReadChange): Consequence[] {
  const detail = change.detail.slice(0, MOST_READ);
  if (!IN_PAGES.test(detail) || !IN_ORDER.test(detail)) return [];
  const pair = sameBut(change, inclusive);
  if (!pair || !BEGINS_AFTER.test(pair.after) || !isInclusive(pair.after) || isInclusive(pair.before)) return [];
  const why = `each page now begins with the last row of the page before, so that it reads the same row again and again and never ends: "${oneLine(pair.after, 80)}" instead of "${oneLine(pair.before, 80)}"`;
  return [{ why, shows: AGAIN, isPlain: true, feltByAsked: true }];
}

/** Where the page before ended, by the names that it has in requests. */
const PLACE =
  /\b(?:\w*cursor|(?:starting_?)?after|(?:next_?|continuation_?)?page_?(?:token|cursor|key|mark(?:er)?)|next_?(?:token|page|link|url)|continuation(?:_?token)?|(?:exclusive_?)?start_?key|last_?(?:id|key|seen|evaluated\w*)|offset|skip|since_?id|max_?id|marker|bookmark|scroll_?id|page(?:_?(?:no|num|number|index))?)\b/i;
/** What asks for one page after the other. */
const GOES_ON =
  /\bgenerateSequence\b|\biterate\(|\bunfold\b|\bwhile\b|\bfor\b|\bloop\b|\bdo\b|\byield\b|\buntil\b|\bexpand\(|Stream\.resource|\btakeWhile|\brepeat\b/;
const HAS_NEXT = /\bnext\w*|has_?more\w*|\w*cursor\w*|\w*token\w*|\bis_?last\b|last_?page/i;
const CALL = /([A-Za-z_][\w.]*)[!?]?\(/g;
const MOST_LINES = 60;

const ASKED_AGAIN = new RegExp(
  `${AGAIN.source}|outbound\\w*|(?:egress|outgoing|client)_(?:requests|calls)\\w*|(?:requests|calls)_(?:made|sent)\\w*|since_last_(?:complete\\w*|success\\w*|sync\\w*|run\\w*)`,
  'i',
);

/** Each request for a page lacks the place where the page before ended, which it told before: the first page comes for ever. */
function firstPageAgain({ removed, added, detail }: ReadChange): Consequence[] {
  const { context, added: all } = signedLines(detail.slice(0, MOST_READ));
  const now = [...context, ...all].join('\n');
  if (!GOES_ON.test(now) || !HAS_NEXT.test(now)) return [];
  const line = asksWithoutPlace(removed, added) ?? placeLeftOut(removed, added, context);
  if (line === null) return [];
  const why = `each request for a page no longer says where the page before ended (no cursor or offset is passed on), so that the same first page comes again and again, without end: "${oneLine(line, 90)}"`;
  return [{ why, shows: ASKED_AGAIN, isPlain: true, feltByAsked: true }];
}

type Call = { name: string; given: string; line: string };

const callsIn = (lines: string[]): Call[] =>
  lines.slice(0, MOST_LINES).flatMap((line) =>
    [...line.matchAll(CALL)].map((match) => {
      const given = argumentsAt(line, match.index + match[0].length).join(',');
      return { name: match[1]!, given, line };
    }),
  );

/** The line in which the same is asked for as before, and nowhere with a place. */
function asksWithoutPlace(removed: string[], added: string[]): string | null {
  const now = callsIn(added);
  for (const { name, given } of callsIn(removed)) {
    if (!PLACE.test(given) || !given.includes(',')) continue;
    const same = now.filter((one) => one.name === name);
    if (same.length > 0 && !same.some((one) => PLACE.test(one.given))) return same.at(-1)!.line;
  }
  return null;
}

/** An argument on a line of its own: `pageToken: token,`. */
const ARGUMENT = /^\s*["']?(\w+)["']?\s*(?:[:=]\s*[\w.!?]+|)\s*,?\s*$/;

/** The line that handed on the place or moved it on, where nothing does that any more, while the rest of what asks for pages stays. */
function placeLeftOut(removed: string[], added: string[], context: string[]): string | null {
  const left = [...context, ...added];
  if (added.some((line) => PLACE.test(line))) return null;
  const line = removed.find((one) => PLACE.test(ARGUMENT.exec(one)?.[1] ?? ''));
  const stays = left.some((one) => PLACE.test(one)) && left.some((one) => /\($|\{$|=/.test(one.trim()));
  return line !== undefined && stays ? `without ${line.trim()}` : null;
}
