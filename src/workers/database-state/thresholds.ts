import { seenIn } from './complaints.ts';

const SHARE = /\b(\d{1,3})(?:\.\d{1,2})? ?(?:%|percent\b)/gi;
const PASSED = /exceed|above|\bover\b|cross|pass|reach|\bat\b|threshold|more than|higher than|warning/i;
/** What is left is told as a share, too; a small one is no threshold far from the limit. */
const LEFT = /\b(?:free|remaining|remains?|left|available)\b/i;
const REFUSED = /refus|reject|denied|too many|remaining connection slots|exhaust|\bfail|cannot|could not|throttl/i;
/** From this share on a limit is as good as reached, percent. */
const REACHED = 95;

/** True for a message that some threshold below a limit was passed (`exceeded 80% of max_connections`): nothing is used up, nobody refused. */
export function isOfThreshold(message: string): boolean {
  const shares = [...message.matchAll(SHARE)].map(([, share]) => Number(share));
  return (
    shares.length > 0 &&
    Math.max(...shares) < REACHED &&
    PASSED.test(message) &&
    !LEFT.test(message) &&
    !REFUSED.test(message)
  );
}

const OF_USE = /\b(?:memory|cpu|heap|rss|working set)\b/i;
/** A level that holds, in the words of whoever watches it, and one that rises. */
const STEADY =
  /\b(?:flat|steady|steadily at|stable|constant(?:ly)?|unchanged|plateau\w*|(?:not|no longer|hasn't|has not been) (?:growing|rising|increasing|changing)|(?:not|never) (?:grew|grown|rose|risen|changed|moved)|same (?:level|value|as|for))\b/i;
const GROWS =
  /\b(?:ris(?:es|ing|en)|rose|grow\w*|grew|climb\w*|increas\w*|leak\w*|creep\w*|crept|doubl\w+|up from|until|then|but|since the)\b/i;

/** True for an alert that a threshold below a limit was passed, by a level of which it says itself that it holds. */
export const isSteadyBelowLimit = (alert: string): boolean =>
  OF_USE.test(alert) && isOfThreshold(alert) && STEADY.test(alert) && !GROWS.test(seenIn(alert));
