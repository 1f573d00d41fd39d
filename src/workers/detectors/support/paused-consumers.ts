import { liveChanges } from '../../changes/live-changes.ts';
import { alertTime } from '../../changes/problem-lines.ts';
import { wordsOf } from '../../localisation/telemetry/metric-kind.ts';
import type { DetectorInput } from '../detector.ts';
import type { Proof } from './clean-evidence.ts';
import { type Course, coursesOf, type Excursion, endsUsual, excursionsOf } from './courses.ts';
import { sameName } from './names.ts';
import { tellsLateness } from './scheduled-work.ts';
import { seriesOfService } from './service-series.ts';
import { round } from './text.ts';
import { toldLines } from './told-work.ts';
import { unfeltByOthers } from './unfelt.ts';
import { measuredMetric } from './usual-metric.ts';
import { tellsFailure } from './work-words.ts';

/** What waits for a consumer, counted or by its age. */
const WAITING = /\b(?:lag|backlog|queued?|depth|pending|waiting|unacked|unread|behind|age|delay|staleness)\b/;
/** How consumers, and those who replace them, tell that they are replaced one after the other. */
const UPDATES =
  /\b(?:rolling|staggered) (?:update|restart|deploy\w*|upgrade|replacement)\b|\brollout (?:started|begun|begins|of|in progress)\b|\brolling out\b|\bgraceful(?:ly)? (?:shut ?down|stop\w*)\b/i;
/** The words at the end of the name of a bound that somebody set for a measure. */
const BOUND =
  / (?:objective|slo|target|goal|budget|deadline|allowed|sla)(?: (?:ms|sec|secs|seconds|min|minutes|records))?$/;
/** An update begins so long before what waits goes up, and is told of so long after. */
const [BEFORE_MS, AFTER_MS] = [10 * 60_000, 2 * 60_000];
/** A smaller share of the highest peak is no pause; so many times as much as in an earlier update is as much. */
const [NOTABLE, AS_MUCH] = [0.2, 1.25];

/**
 * Proof for what waited while its consumers were replaced one after the other: it went up when the update began, is worked off since, nothing failed, nobody
 * else felt it, and it stayed within a bound that somebody set or waited no more than in the update before. Null where any is not so.
 */
export function pausedConsumers(input: DetectorInput): Proof | null {
  const measured = measuredMetric(input);
  if (!measured || !WAITING.test(wordsOf(measured.metric))) return null;
  const { metric, service } = measured;
  const courses = coursesOf(input).filter((one) => sameName(one.service, service));
  const own = courses.filter((one) => one.metric === metric);
  const course = own[0] && own.length === 1 ? pausing(own[0]) : null;
  if (!course || !endsUsual(course)) return null;
  const pauses = excursionsOf(course);
  const last = pauses.at(-1);
  const updates = updatesOf(input, service);
  const began = ({ from }: Excursion) => updates.find(({ at }) => at >= from - BEFORE_MS && at <= from + AFTER_MS);
  const update = last && began(last);
  if (!last || !update || !pauses.every(began) || last.to < alertTime(input) - BEFORE_MS) return null;
  const since = toldLines(input).filter((line) => line.at >= update.at && sameName(line.service, service));
  if (since.some(({ text }) => tellsFailure(text) || tellsLateness(text))) return null;
  const kept = keptBound(courses, metric) ?? asBefore(input, measured, last, updates);
  const felt = kept && unfeltByOthers(input, [service], true, true);
  if (!felt) return null;
  return {
    statement: `${metric} of ${service} went up while its consumers were replaced one after the other, and all that waited is worked off since; ${kept.told}, and nobody else felt anything of it`,
    evidence: [...new Set([course.evidence, update.number, ...kept.numbers, ...felt])],
  };
}

/** A course that goes far up now and then, whose pauses are no part of what is usual of it; null for one that does not. */
function pausing(course: Course): Course | null {
  const { before, bound, later } = course;
  const rise = Math.max(...later.map(([, value]) => value)) - before;
  return rise > Math.max(1, before) ? { ...course, bound: Math.min(bound, NOTABLE * rise) } : null;
}

type Update = { at: number; number: number };

/** When a service was replaced, by its own lines or by what was deployed there. */
function updatesOf(input: DetectorInput, service: string): Update[] {
  const told = toldLines(input).filter((line) => sameName(line.service, service) && UPDATES.test(line.text));
  const deployed = liveChanges(input.evidence).flatMap(({ change, at, services, evidence: [number] }): Update[] =>
    at === null || number === undefined || change.kind === 'flag' || !services.some((one) => sameName(one, service))
      ? []
      : [{ at, number }],
  );
  return [...told, ...deployed];
}

type Kept = { told: string; numbers: number[] };

/** A bound for the measure, or for another one of what waits, that no value went beyond. */
function keptBound(courses: Course[], metric: string): Kept | null {
  for (const bound of courses) {
    const plain = wordsOf(bound.metric).replace(BOUND, '');
    const unit = /(?: (?:ms|sec|secs|seconds|min|minutes|records))$/.exec(wordsOf(bound.metric))?.[0] ?? '';
    if (plain === wordsOf(bound.metric) || !WAITING.test(plain)) continue;
    const measure = courses.find((one) => [plain, `${plain}${unit}`].includes(wordsOf(one.metric)));
    const least = Math.min(...bound.later.map(([, value]) => value));
    const most = Math.max(...(measure?.later.map(([, value]) => value) ?? []));
    if (!measure || !(most <= least) || (measure.metric !== metric && !endsUsual(measure))) continue;
    return {
      told: `${measure.metric} came to ${round(most)} of ${round(least)} that are allowed`,
      numbers: [measure.evidence, bound.evidence],
    };
  }
  return null;
}

/** As much waited in the update before, and was worked off. */
function asBefore(
  { evidence }: DetectorInput,
  { metric, service }: { metric: string; service: string },
  { from, peak }: Excursion,
  updates: Update[],
): Kept | null {
  for (const { data, number } of seriesOfService(evidence, service)) {
    if (data.metric !== metric) continue;
    const points = data.series.flatMap((one) => one.points.filter(([at]) => at < from - BEFORE_MS));
    const [at, most] = points.toSorted(([, left], [, right]) => right - left)[0] ?? [0, 0];
    const isUpdate = updates.some((update) => update.at <= at && update.at >= at - BEFORE_MS);
    if (isUpdate && peak <= AS_MUCH * most) return { told: 'as much waited in the update before', numbers: [number] };
  }
  return null;
}
