import type { ReadChange } from './harm.ts';

const MOST_LINES = 60;

/** The first line that is the same as before but for what `bare` takes out of it; null where there is none. */
export function sameBut(
  { removed, added }: Pick<ReadChange, 'removed' | 'added'>,
  bare: (line: string) => string,
): { before: string; after: string } | null {
  const now = new Map(added.slice(0, MOST_LINES).map((after) => [bare(after).replace(/[\s;,]+/g, ''), after]));
  for (const before of removed.slice(0, MOST_LINES)) {
    const after = now.get(bare(before).replace(/[\s;,]+/g, ''));
    if (after !== undefined && after !== before) return { before, after };
  }
  return null;
}
