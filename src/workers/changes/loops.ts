import { closingOf } from './brackets.ts';

/** What a line runs for each of many by itself, and whether the lines after it are run so as well. */
export type Looped = { within: string; opens: boolean };

const BLOCK = /^(?:\}\s*)?(?:await\s+)?(?:async\s+)?(?:for|foreach|while|until|loop)\b/;
/** Conditions are asked anew for each turn; what a loop goes over is asked for once. */
const ASKED_EACH_TURN = /^(?:\}\s*)?(?:while|until)\b/;
const GIVEN_EACH =
  /\.(?:map|forEach|each|flatMap|filter|for_each|each_with_index|collect|mapNotNull)\b\s*(?=[({]|do\b)/g;
const COMPREHENDS = /[[({]\s*([^[\]]*?)\s(?:async\s+)?for\s+[\w, ()]+\s+in\b/;

const MOST_ON_LINE = 8;

/** How a line loops; null where it does not. */
export function loopedIn(line: string): Looped | null {
  const code = line.trim();
  if (BLOCK.test(code)) {
    const body = /(?:\{|:|\bdo\b|\bthen\b|\))\s*([^{}:]*(?:\([^)]*\))?[^{}:()]*\}?;?)$/.exec(code)?.[1] ?? '';
    return { within: ASKED_EACH_TURN.test(code) ? code : body, opens: true };
  }
  const given = [...code.matchAll(GIVEN_EACH).take(MOST_ON_LINE)].map(({ 0: call, index }) =>
    argumentAt(code, index + call.length),
  );
  const comprehended = COMPREHENDS.exec(code)?.[1];
  const all = [...given, ...(comprehended === undefined ? [] : [{ within: comprehended, opens: false }])];
  return all.length === 0
    ? null
    : { within: all.map(({ within }) => within).join('\n'), opens: all.some(({ opens }) => opens) };
}

/** The text in brackets that begin at `start`; it opens a block where they do not end on the line. */
function argumentAt(code: string, start: number): Looped {
  const end = closingOf(code, start);
  return end === null
    ? { within: code.slice(start), opens: true }
    : { within: code.slice(start, end + 1), opens: false };
}

const DEFINES =
  /^(?:(?:export|async|public|private|protected|internal|static|override|suspend|open|abstract|final|pub|default)\s+)*(?:fun|func|def|fn|function|sub)\b/;
/** What is named to be called for each, as in `map(repository::findById)`. */
const NAMES_CALL = /^[({]\s*&?:?(?:[\w.]+(?:::|\.))?(?:find|fetch|load|query|lookup|select)\w*\s*[)}]/m;

/** True where some lines, in their order, ask by `asks` for each of many, and not only for what is then gone through. */
export function asksForEach(lines: string[], asks: RegExp): boolean {
  let inLoop = false;
  return lines.some((line) => {
    const looped = loopedIn(line);
    const isWithin = inLoop && !DEFINES.test(line.trim());
    inLoop ||= looped?.opens ?? false;
    const within = isWithin ? line : (looped?.within ?? '');
    return asks.test(within) || NAMES_CALL.test(looped?.within ?? '');
  });
}
