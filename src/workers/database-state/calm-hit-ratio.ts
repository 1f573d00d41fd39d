import { alertText } from '../alert-facts.ts';
import type { DetectorInput } from '../detectors/detector.ts';
import { buildState } from '../kubernetes-state/build-state.ts';
import type { PrintedSeries } from '../kubernetes-state/kubernetes-state.ts';
import type { Calm } from './calm.ts';

/** An alert about how often a cache finds what it is asked for. */
export const SPEAKS_OF_HITS =
  /\bhit[ _-]?(?:ratio|rate|percent\w*)|hitrat(?:io|e)|cache[ _-]?(?:miss(?:es)?|hits?)\b|miss[ _-]?rat(?:io|e)/i;
const OF_HITS = /(?:\b|_)hits?(?:\b|_)/i;
const OF_CLIENTS = /duration|latency|response_time|\b5\d\d\b|5xx|errors?_total|status=~?"5/i;
/** Fewer points than this show no course. */
const ENOUGH = 5;
/** A cache is warm where it finds as much as at the beginning, but for this share of it. */
const WARM = 0.97;
/** What clients feel is as before up to this many times the beginning. */
const AS_BEFORE = 1.25;

type Course = { first: number; last: number; least: number; most: number };

/** A cache that came back empty and finds again what it found before, with clients that feel nothing of it by a metric of their own; null otherwise. */
export function warmAgain({ alerts, evidence }: DetectorInput): Calm | null {
  if (!SPEAKS_OF_HITS.test(alertText(alerts))) return null;
  const known = buildState(evidence).series.flatMap((one) =>
    courseOf(one) ? [{ one, course: courseOf(one) as Course }] : [],
  );
  const hits = known.filter(({ one, course }) => OF_HITS.test(one.asked) && course.most <= 100);
  const felt = known.filter(({ one }) => !OF_HITS.test(one.asked) && OF_CLIENTS.test(one.asked));
  const warm = hits.length > 0 && hits.every(({ course }) => course.first > 0 && course.last >= WARM * course.first);
  if (!warm || felt.length === 0 || !felt.every(({ course }) => course.last <= AS_BEFORE * course.first)) return null;
  const [hit] = hits;
  return {
    statement: `no failure: the cache finds again what it found before (hit ratio ${hit?.course.last}, at the beginning ${hit?.course.first}${(hit?.course.least ?? 1) < WARM * (hit?.course.first ?? 0) ? `, at least ${hit?.course.least} while it was filled` : ''}), and its clients are answered as fast and as well as before`,
    evidence: [...new Set([...hits, ...felt].map(({ one }) => one.evidence))],
  };
}

function courseOf({ points }: PrintedSeries): Course | null {
  const values = points.map(Number);
  if (values.length < ENOUGH || values.some(Number.isNaN)) return null;
  return {
    first: values[0] ?? Number.NaN,
    last: values.at(-1) ?? Number.NaN,
    least: Math.min(...values),
    most: Math.max(...values),
  };
}
