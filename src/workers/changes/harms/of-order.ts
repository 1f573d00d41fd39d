import { oneLine } from '../../detectors/support/text.ts';
import type { Consequence, ReadChange } from './harm.ts';
import { sameBut } from './same-but.ts';

/** Bounds and counts: what is one more or less where all else is the same. */
const withoutOne = (line: string): string =>
  line
    .replace(/\s[+-]\s?1(?![\w.])/g, '')
    .replace(/([<>])=(?!=)/g, '$1')
    .replace(/\.\.[=.<]/g, '..')
    .replace(/(?<![\w.])[01](?=\s*(?:;|\.\.|,|\)|$))/g, '#');
/** Up to `n - 1` is below `n`. */
const saysTheSame = ({ before, after }: { before: string; after: string }): boolean => {
  const differs = (pattern: RegExp) => before.match(pattern)?.length !== after.match(pattern)?.length;
  return differs(/[<>.]=/g) && differs(/[+-]\s?1(?![\w.])/g);
};
const COUNTS =
  /[<>]|\.\.|\blen\b|length|size|count|\bindex\b|offset|page|range|slice|sub(?:string|list|str)|\[[^\]]*\]|limit/i;

const BESIDE =
  /out of (?:range|bounds)|IndexOutOf|OutOfRange|RangeError|IndexError|index (?:is )?(?:out|too)|slice bounds|begin \d+, end|past the end|off by one|duplicate|\btwice\b|skipp\w+|\bempty\b|(?:first|last) (?:page|row|item|entry|record|line|day)|one (?:too (?:many|few)|more|less)|missing|repeated|again and again|endless|never ends|pages?_read|same (?:page|row|record)/i;

/** A bound, an index or a count that is one more or one less than before. */
export function offByOne(change: ReadChange): Consequence[] {
  const pair = sameBut(change, withoutOne);
  if (!pair || !COUNTS.test(pair.before) || saysTheSame(pair)) return [];
  const why = `it counts one more or one less than before: "${oneLine(pair.after, 80)}" instead of "${oneLine(pair.before, 80)}"`;
  return [{ why, shows: BESIDE, isPlain: true }];
}

const NAME = /[A-Za-z_][\w.]*|"[^"]*"|'[^']*'/g;
const sorted = (text: string): string => text.match(NAME)?.toSorted().join(' ') ?? '';
const DEFINES = /\b(?:func|function|def|fn|fun|interface|constructor)\b|^(?:public|private|protected|static)\b.*\{$/;
/** The arguments of the innermost call of a line, with what stands around them. */
const CALL = /^(.*[\w!?\])]\()([^()]*,[^()]*)(\).*)$/;

const REFUSED =
  /negative|below (?:zero|0)|less than|greater than|out of range|must (?:not )?(?:be|precede|come)|latitude|longitude|invalid|mismatch|wrong|illegal ?argument|Argument(?:Out\w*)?(?:Exception|Error)|ValueError|violates|foreign key|not found|does not exist|unknown|unexpected|expected|insufficient|would become/i;

/** The same things handed over in another order, while whoever takes them is not changed. */
export function swappedArguments({ removed, added }: ReadChange): Consequence[] {
  if ([...removed, ...added].some((line) => DEFINES.test(line) && CALL.test(line))) return [];
  for (const before of removed.slice(0, MOST_LINES)) {
    const was = CALL.exec(before);
    const after = was && added.slice(0, MOST_LINES).find((line) => isSwapped(was, CALL.exec(line)));
    if (!after) continue;
    const why = `it hands over the same things in another order: "${oneLine(after, 80)}" instead of "${oneLine(before, 80)}"`;
    return [{ why, shows: REFUSED, isPlain: true }];
  }
  return [];
}

const MOST_LINES = 60;
/** Of sets and lists the order says nothing. */
const UNORDERED =
  /\b(?:\w*[sS]et\w*|listOf|of|union|includes?|contains|import|require|Promise\.all|gather|allOf|max|min)\($/;

function isSwapped(was: RegExpExecArray, is: RegExpExecArray | null): boolean {
  if (!is || was[1] !== is[1] || was[3] !== is[3] || was[2] === is[2] || UNORDERED.test(was[1]!)) return false;
  return bare(was[2]!) !== bare(is[2]!) && sorted(was[2]!) === sorted(is[2]!) && !/[=:]/.test(is[2]!);
}
const bare = (text: string) => text.replace(/\s+/g, '');
