import { oneLine } from '../../detectors/support/text.ts';
import { loopedIn } from '../loops.ts';
import type { Consequence, ReadChange } from './harm.ts';
import { blocksAround, type HunkLine, hunksOf, sideOf } from './hunks.ts';

/** Calls that come back when a broker, a store or a disk has confirmed what was done until then. */
const SETTLES =
  /((?:\b[A-Za-z_$][\w$]*(?:\.|->|::|\?\.))*\b(?:commit(?:_?(?:sync|async|messages?|offsets?|now|transaction))?|save_?and_?flush|flush|f?(?:data)?sync|sync_?(?:all|data)|force|basic_?ack|ack(?:nowledge)?|wait_?for_?confirms(?:_?or_?die)?)!?)\s*\(/i;
const WAITS_FOR_SEND =
  /(\b[\w.$]*(?:send|produce|publish)\w*)\(.*\)\s*[!?]*\.(?:get|join|result|wait|block)\(\)|(\bawait [\w.$]*\.commit\w*)\(/i;
/** What confirms nothing before it comes back. */
const WAITS_NOT = /async(?!\w*\s*[=:]\s*false)|_nowait/i;

/** Loops that go over pieces, and not on for as long as the program runs or until a try succeeds. */
const OVER_PIECES = /\b(?:in|of|as|range)\b|\w\s+:\s+\w|\beach|\.(?:map|forEach)\b/i;
const NOT_OVER_PIECES = /^(?:while|until|loop)\b|attempt|retr(?:y|ies)|\btries\b/i;
/** Pieces of which each holds many, by what makes them or by what a piece is called. */
const MAKES_MANY = /(?:batch|chunk|partition|page|slice|window|group|segment|bucket|shard)\w*!?\s*\(/i;
const HOLDS_MANY = /batch|chunk|partition|page|slice|window|group|segment|bucket|shard/i;
const PIECES: readonly RegExp[] = [
  /^for(?:each)?\b\s*\(?\s*(.+?)\s*(?:\bin\b|\bof\b|\s:\s|:?=\s*range\b)/i,
  /\bas\s+([^)]+)\)/i,
  /(?:\{\s*|\()([\w\s,]+?)\)?\s*[-=]>|\|([\w\s,]+)\|/,
];
/** Not for each but for every so many, or every so often. */
const NOW_AND_THEN =
  /^(?:\}?\s*else\s+)?(?:if|unless|when)\b.*(?:%|\bmod\b|size|len|count|>=|full|elapsed|every|interval|last\b|since)|%\s*\w+\s*==/i;

const SHOWS =
  /(?<![a-z])commits?(?![a-z])|fsync|flush|(?<![a-z])wal(?![a-z])|iops|journal|redo|consumer_?lag|(?<![a-z])lag(?![a-z])|behind|backlog|(?<![a-z])acks?(?![a-z])|confirm/i;

/** What each turn of a loop over pieces has confirmed, by one side of a hunk. */
function settledInTurns(lines: HunkLine[]): { call: string; line: HunkLine }[] {
  return lines.flatMap((line, at) => {
    const call = callIn(line.code);
    return call !== null && isEachPiece(line.code, blocksAround(lines, at)) ? [{ call, line }] : [];
  });
}

function callIn(code: string): string | null {
  const sent = WAITS_FOR_SEND.exec(code);
  return sent ? (sent[1] ?? sent[2]!) : (SETTLES.exec(code)?.[1] ?? null);
}

function isEachPiece(code: string, heads: string[]): boolean {
  const loop = heads.findIndex((head) => loopedIn(head)?.opens);
  const own = [code, ...heads.slice(0, Math.max(0, loop))];
  if (own.some((line) => NOW_AND_THEN.test(line))) return false;
  const head = loop < 0 ? (loopedIn(code)?.within ? code : null) : heads[loop]!;
  return head !== null && OVER_PIECES.test(head) && !NOT_OVER_PIECES.test(head) && !isOfMany(head);
}

/** True for a loop of which each turn has many pieces. */
function isOfMany(head: string): boolean {
  const pieces = PIECES.flatMap((form) => form.exec(head)?.slice(1) ?? []).filter((piece) => piece !== undefined);
  return MAKES_MANY.test(head) || pieces.some((piece) => HOLDS_MANY.test(piece));
}

/** What was confirmed once for many pieces, or not at all, and is now waited for with each of them: the way to the other end and back for every one. */
export function settledEach({ detail }: ReadChange): Consequence[] {
  for (const hunk of hunksOf(detail)) {
    const before = settledInTurns(sideOf(hunk, '-')).map(({ call }) => call);
    const found = settledInTurns(sideOf(hunk, '+')).find(
      ({ call, line }) => line.sign === '+' && !WAITS_NOT.test(line.code) && !before.includes(call),
    );
    if (!found) continue;
    const why = `it waits for "${oneLine(found.call, 50)}" with each one of many, where one wait for all of them was enough`;
    return [{ why, shows: SHOWS, isPlain: true }];
  }
  return [];
}
