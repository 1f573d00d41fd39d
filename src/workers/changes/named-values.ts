import type { DiffLines } from './diff-lines.ts';

const DEFINES =
  /(?:^|\s)([A-Za-z_]\w*)(?:\s*:\s*[\w.<>]+)?\s*(?::=|=(?!=))\s*(-?\d[\d_]*(?:\.\d+)?(?:ms|s|m|h)?|[\w.]*\w\([\d_]+\)|\d[\d_]*\s*\*\s*[\w.]+)\s*[;,]?$/;

/** Where a diff defines numbers by name, the names are replaced by what they stand for: another name is another value or none. */
export function withNamedValues({ removed, added }: DiffLines, detail: string): DiffLines {
  const context = detail
    .split('\n', 600)
    .filter((line) => line.startsWith(' '))
    .map((line) => line.trim().slice(0, 400));
  const [was, is] = [valuesIn([...context, ...removed]), valuesIn([...context, ...added])];
  return was.size + is.size === 0
    ? { removed, added }
    : { removed: removed.map((line) => withValues(line, was)), added: added.map((line) => withValues(line, is)) };
}

function valuesIn(lines: string[]): Map<string, string> {
  return new Map(
    lines.flatMap((line): [string, string][] => {
      const [, name, value] = DEFINES.exec(line.replace(/\s+(?:\/\/|#).*$/, '')) ?? [];
      return name && value ? [[name, value]] : [];
    }),
  );
}

/** The line that defines the name keeps it. */
const withValues = (line: string, values: Map<string, string>): string =>
  DEFINES.test(line)
    ? line
    : line.replace(/(?<![\w.])[A-Za-z_]\w*(?!\w|\s*[(:=])/g, (name) => values.get(name) ?? name);
