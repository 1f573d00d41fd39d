import { oneLine } from '../../detectors/support/text.ts';
import { loopedIn } from '../loops.ts';
import type { Consequence, ReadChange } from './harm.ts';
import { type HunkLine, hunksOf, sideOf } from './hunks.ts';

/** What takes a lock, on a row or in memory, and is waited for by whoever wants the same one. */
const LOCKS =
  /\bfor_?update\b|_for_update\b|\bfor (?:no key )?update\b|\bfor share\b|with_lock|\block!|PESSIMISTIC|LockMode|\badvisory_\w*lock|\w*[lL]ock\w*\s*\(|(?<![uU]n)\b[lL]ock(?:Async|ed)?\(|\.r?w?lock\(\)|\bacquire\w*\(|\bsynchronized\b|\bwith\s+[\w.]*lock\w*(?:\[\w+\])?\s*:/i;
/** What gives back, asks about or makes a lock takes none. */
const TAKES_NONE =
  /un_?lock|release|is_?locked|\bnew \w*Lock|Lock(?:ed)?(?:Error|Exception)|\bimport\b|\bblock\w*\(|clock/i;
/** What puts things into one order, whoever asks and however they were given. */
const ORDERS =
  /\b(?:u|k)?sort\w*[!?]?\s*[({!]|\.sort\w*[!?]?\s*(?:[;)]|$)|\.to_?[sS]orted|\bsorted\w*\(|\b(?:Then|Order)By\w*\(|\border[_ ]by\b|\bslices\.Sort|\bTree(?:Set|Map)\b|\bBTree(?:Set|Map)\b|\bSorted(?:Set|Dictionary|List)\b|\bConcurrentSkipList|\.compareTo\(|identityHashCode|\b[mM]ath\.(?:min|max)\(|\b(?:min|max)\(\s*\w[^()]*,[^()]*\)/;
/** One of two things before the other one, by what both are known by. */
const LOWER_FIRST =
  /\b(\w+)(?:\(\))?\s*[<>]=?\s*[\w.]+(?:\.|->)\1\b|\b(?:from|src|source|left|first|a)\w*\s*[<>]=?\s*(?:to|dst|target|right|second|b)\w*\b/;

const SHOWS =
  /deadlock\w*|\b40P01\b|\bER_LOCK_\w+|lock wait timeout|waits for \w*lock|circular wait|\bstuck\b|hang|hung|no progress/i;
const MOST_READ = 20_000;

const takesLock = ({ code }: HunkLine): boolean => LOCKS.test(code) && !TAKES_NONE.test(code);

/** Locks that were taken in one order by everybody and are now taken as they come: two who want the same ones wait for each other. */
export function orderOfLocks({ removed, added, detail }: ReadChange): Consequence[] {
  const hunks = hunksOf(detail.slice(0, MOST_READ));
  const told = givenUp(removed, added, hunks) ?? turnedRound(hunks);
  if (told === null) return [];
  return [
    {
      why: `it takes locks in no common order any more, so that two who want the same ones wait for each other (a deadlock): ${told}`,
      shows: SHOWS,
      isPlain: true,
    },
  ];
}

function givenUp(removed: string[], added: string[], hunks: HunkLine[][]): string | null {
  const orders = (line: string): boolean => ORDERS.test(line) || LOWER_FIRST.test(line);
  const order = removed.find((line) => ORDERS.test(line)) ?? removed.find((line) => LOWER_FIRST.test(line));
  if (order === undefined || added.some(orders)) return null;
  const locks = hunks.some((hunk) => {
    const now = sideOf(hunk, '+');
    return hunk.some(({ sign, code }) => sign === '-' && orders(code)) && !now.some(({ code }) => ORDERS.test(code))
      ? locksMany(now)
      : false;
  });
  return locks ? `without "${oneLine(order, 80)}"` : null;
}

const OF_MANY = /\b(?:any|in)\s*\(|=\s*any\b|__in\b|\bIN\b|where_?in|findAllById|\ball\(/i;

/** True for lines that take locks on several things: in a loop, of one statement, or one after the other. */
function locksMany(lines: HunkLine[]): boolean {
  const at = lines.findIndex(takesLock);
  if (at < 0) return false;
  const taking = lines.filter(takesLock);
  return (
    new Set(taking.map(({ code }) => code)).size > 1 ||
    lines.some(({ code }) => loopedIn(code) !== null) ||
    lines.some(({ code }) => OF_MANY.test(code))
  );
}

/** Two locks, each taken before the other one until now. */
function turnedRound(hunks: HunkLine[][]): string | null {
  for (const hunk of hunks) {
    const [was, is] = (['-', '+'] as const).map((side) =>
      sideOf(hunk, side)
        .filter(takesLock)
        .map(({ code }) => code.replace(/[\s;]+/g, ' ')),
    );
    const [first, second] = was!;
    if (was!.length !== 2 || first === second || is![0] !== second || is![1] !== first || givesBackBetween(hunk))
      continue;
    return `"${oneLine(is![0]!, 60)}" before "${oneLine(is![1]!, 60)}", which was the other way round`;
  }
  return null;
}

/** True where the first lock may not be held any more when the second is taken. */
function givesBackBetween(hunk: HunkLine[]): boolean {
  const now = sideOf(hunk, '+');
  const held = now.slice(now.findIndex(takesLock), now.findLastIndex(takesLock));
  return held.some(({ code }) => /un_?lock|release/i.test(code) && !/\b(?:defer|finally)\b/.test(code));
}
