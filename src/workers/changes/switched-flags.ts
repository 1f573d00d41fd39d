import { type Change, isOfSettings } from './change-effect.ts';
import { blocksAround, hunksOf } from './harms/hunks.ts';

/** What applies settings does so within this time, and clocks differ by less than the other. */
const APPLIED_MS = 15 * 60_000;
const CLOCKS_MS = 60_000;
const LEAST_LETTERS = 4;

/**
 * The flags that a commit of settings switches: those that its changed lines, or what they stand below, call by their names, and that were switched
 * when it came to run at `since` (epoch ms). Who applies such a commit is another one than who behaves otherwise by it.
 */
export function flagsSwitchedBy(commit: Change, since: number, flags: readonly Change[]): Change[] {
  if (commit.kind !== 'commit' || commit.files.length === 0 || !commit.files.every(isOfSettings)) return [];
  const soon = flags.filter(({ id, at }) => {
    const late = Date.parse(at ?? '') - since;
    return id.length >= LEAST_LETTERS && late >= -CLOCKS_MS && late <= APPLIED_MS;
  });
  if (soon.length === 0) return [];
  const named = hunksOf(commit.detail).flatMap((hunk) =>
    hunk.flatMap(({ sign, code }, at) => (sign === ' ' ? [] : [code, ...blocksAround(hunk, at)])),
  );
  return soon.filter(({ id }) => named.some((line) => namePattern(id).test(line)));
}

/** The same name whatever stands between its words. */
const namePattern = (id: string): RegExp =>
  new RegExp(
    `(?<![\\w-])(?:(?:features?|flags?|toggles?)[-_])?${id
      .slice(0, 100)
      .split(/[-_. ]+/)
      .map((word) => RegExp.escape(word))
      .join('[-_. ]?')}(?![A-Za-z0-9]|[-_]\\w)`,
    'i',
  );
