/** A line of a hunk with its sign and how deep it stands. */
export type HunkLine = { sign: '+' | '-' | ' '; code: string; depth: number };

const MAX_LINES = 600;
const MAX_LINE = 400;

/** The parts of a diff that belong together, each with its lines in their order; blank lines are left out. */
export function hunksOf(detail: string): HunkLine[][] {
  const hunks: HunkLine[][] = [];
  for (const raw of detail.split('\n', MAX_LINES)) {
    if (raw.startsWith('@@') || hunks.length === 0) hunks.push([]);
    if (!/^[-+ ]/.test(raw) || /^(?:---|\+\+\+) /.test(raw)) continue;
    const code = raw.slice(1, MAX_LINE);
    if (code.trim() === '') continue;
    hunks.at(-1)!.push({ sign: raw[0] as HunkLine['sign'], code: code.trim(), depth: depthOf(code) });
  }
  return hunks;
}

/** How far a line is indented, in spaces. */
export const depthOf = (code: string): number => /^[ \t]*/.exec(code)![0].replaceAll('\t', '    ').length;

/** The lines of a hunk as they are now (`+`) or were before (`-`). */
export const sideOf = (hunk: HunkLine[], side: '+' | '-'): HunkLine[] =>
  hunk.filter(({ sign }) => sign === ' ' || sign === side);

const OPENS_ONLY = /^[{(]$/;
const ANNOTATES = /^(?:@(?!@)|#\[|\[)\w/;

/** The heads of the blocks in which a line stands, the nearest first, with what annotates them; `lines` are those of one side. */
export function blocksAround(lines: HunkLine[], at: number): string[] {
  const heads: string[] = [];
  let depth = lines[at]!.depth;
  let isBelow = false;
  for (let index = at - 1; index >= 0; index--) {
    const line = lines[index]!;
    const annotates: boolean = isBelow && line.depth === depth && ANNOTATES.test(line.code);
    isBelow = annotates || line.depth < depth;
    if (!isBelow) continue;
    // A brace by itself belongs to the line above it, which is as deep.
    if (OPENS_ONLY.test(line.code)) {
      depth = line.depth + 1;
      continue;
    }
    heads.push(line.code);
    depth = line.depth;
  }
  return heads;
}
