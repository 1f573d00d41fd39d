import type { Consequence, ReadChange } from './harm.ts';

/** Their regular expressions never go back (RE2 and its like). */
const NEVER_BACKTRACKS = /\.(?:go|rs)$/i;
/** What only a regular expression has. */
const LOOKS_LIKE_PATTERN = /\\[wsdSWDb]|\\[pP]\{|\[\^|\(\?[:=!<]|\[\w-\w|\.[*+]/;

const SHOWS =
  /\bcpu\b|cpu_|_cpu|event.?loop|block(?:ed|ing)|hang|hung|stuck|slow|latenc|duration|p9\d|time[sd]? ?out|deadline|busy|did not answer|liveness/i;

/** A regular expression that takes exponentially long for some texts, in a language that tries all ways to match. */
export function backtracking({ added, removed, files }: ReadChange): Consequence[] {
  if (files.length > 0 && files.every((file) => NEVER_BACKTRACKS.test(file))) return [];
  const found = added.some(canBacktrack) && !removed.some(canBacktrack);
  if (!found) return [];
  return [
    {
      why: 'it matches text by a regular expression with a repetition inside a repetition, which can backtrack for ever',
      shows: SHOWS,
      isPlain: true,
    },
  ];
}

/** True for a line with a group that repeats what is itself repeated, or with two repetitions of anything side by side. */
function canBacktrack(written: string): boolean {
  // Strings of Java, C# and JSON write every backslash twice.
  const line = written.replaceAll('\\\\', '\\');
  return LOOKS_LIKE_PATTERN.test(line) && (repeatsRepetition(line) || /\.[*+](?:\(\?:|\()?\.[*+]/.test(line));
}

const UNBOUNDED = /^(?:[*+]|\{\d+,\})(?!\+)/;

/**
 * Reads a line once from left to right; text that is no pattern has no such groups. A repetition that a fixed character always follows or goes before
 * within its group can be told apart from the next one, unless that character may be left out.
 */
function repeatsRepetition(line: string): boolean {
  const groups: { repeats: boolean; separated: boolean }[] = [];
  for (let at = 0; at < line.length; at++) {
    const char = line[at]!;
    const group = groups.at(-1);
    if (char === '[' || /^\\[pP]\{/.test(line.slice(at, at + 3))) {
      at = char === '[' ? endOfClass(line, at) : endOfProperty(line, at);
      if (group && UNBOUNDED.test(line.slice(at + 1, at + 9))) group.repeats = true;
    } else if (char === '(') groups.push({ repeats: false, separated: false });
    else if (char === ')') {
      const closed = groups.pop();
      if (!closed) continue;
      const isRepeated = UNBOUNDED.test(line.slice(at + 1, at + 9));
      if (closed.repeats && !closed.separated && isRepeated) return true;
      if (group && groups.length > 0) {
        groups.at(-1)!.repeats ||= closed.repeats || isRepeated;
      }
    } else if (group) {
      const isLiteral = char === '\\' ? !/[wWsSdDbB]/.test(line[at + 1] ?? '') : /[^.^$|?*+{}:=!<]/.test(char);
      if (char === '\\') at++;
      const next = line.slice(at + 1, at + 9);
      const startsGroup = line.slice(Math.max(0, at - 2), at + 1).startsWith('(?');
      if (UNBOUNDED.test(next) && (isLiteral || char === '.' || char === '\\')) group.repeats = true;
      else if (isLiteral && !startsGroup && !/^(?:[?*]|\{0)/.test(next)) group.separated = true;
    }
  }
  return false;
}

/** Where a class of characters ends that begins at `start`. */
function endOfClass(line: string, start: number): number {
  for (let at = start + 2; at < line.length; at++) {
    if (line[at] === '\\') at++;
    else if (line[at] === ']') return at;
  }
  return line.length;
}

/** Where a property of characters ends (`\\p{Letter}`) that begins at `start`. */
function endOfProperty(line: string, start: number): number {
  const end = line.indexOf('}', start);
  return end === -1 ? line.length : end;
}
