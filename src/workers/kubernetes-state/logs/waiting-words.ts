import { ageSeconds } from '../read/ages.ts';

/** The words of somebody who waits for an answer, or for work to be done. */
export const SPEAKS_OF_WAITING =
  /\b(?:slow\w*|latenc\w+|p\d\d|delay\w*|time[sd]? ?out|timeouts?|response times?|durations?|hang\w*|stall\w*|stuck|wait\w*|behind|lag(?:s|ging)?|late|later|overdue|backlogs?|queues?|queued|pil(?:e|es|ing) up|sluggish\w*|takes? (?:too |so |very )?(?:long(?:er)?|ages|forever|hours|minutes|seconds))\b|\b50[34]\b/i;

/** How programs write how long a piece of work had waited when they began with it: `queued 1h59m`, `waited=720s`, `age_ms=930000`. */
const WAITED =
  /\b(?:waited|queued(?:_?for)?|queue_?(?:time|wait|delay|age)|time_?in_?queue|enqueued|wait_?time|(?:message|job|event|record)_?age|delayed(?:_?by)?|behind)(_?ms|_?s(?:ec(?:onds)?)?)?["=: ]{1,3}(?:for |by )?"?(\d+(?:\.\d+)?|(?:\d{1,4}[dhms]){1,4})(?![\w.]) ?(ms|min(?:utes)?|m|h(?:ours)?|s|sec(?:onds)?)?\b/i;

/** How long (s) a piece of work had waited before it was begun; null where a line tells nothing of it. */
export function waitedSeconds(line: string): number | null {
  const found = WAITED.exec(line.slice(0, 1500));
  if (!found) return null;
  const [, suffix = '', value = '', unit = ''] = found;
  const age = ageSeconds(value);
  if (age !== null) return age;
  const of = unit || suffix.replace('_', '') || 's';
  return Number(value) * (/^ms$/i.test(of) ? 0.001 : /^m/i.test(of) ? 60 : /^h/i.test(of) ? 3600 : 1);
}
