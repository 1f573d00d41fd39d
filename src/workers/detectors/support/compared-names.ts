/** The words at the end of a metric's name by which it is compared with another time, or is that of another time. */
const COMPARED = new Set(
  'vs versus over to against of by at relative ratio change delta diff last previous prior same a week day year hour month wow dod yoy mom ago yesterday baseline expected forecast predicted typical usual before earlier time percent'.split(
    ' ',
  ),
);
/** Of these words one makes a number of two. */
const OF_BOTH = /\b(?:vs|versus|over|to|against|by|relative|ratio|change|delta|diff|wow|dod|yoy|mom|percent)\b/;

/** `orders per min vs last week` as `orders per min`. */
export function withoutComparison(words: string): string {
  const all = words.split(' ');
  const kept = all.findLastIndex((word) => !COMPARED.has(word));
  return all.slice(0, kept + 1).join(' ');
}

/** True for words that name what `plain` was or was expected to be at another time: `orders per min same time last week` of `orders per min`. */
export const isOfOtherTime = (words: string, plain: string): boolean =>
  words !== plain && withoutComparison(words) === plain && !OF_BOTH.test(words.slice(plain.length));
