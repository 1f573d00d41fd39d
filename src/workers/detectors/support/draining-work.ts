import { wordsOf } from '../../localisation/telemetry/metric-kind.ts';
import type { DetectorInput } from '../detector.ts';
import type { Proof } from './clean-evidence.ts';
import { type Course, coursesOf, endsUsual } from './courses.ts';
import { sameName } from './names.ts';
import { tellsLateness, usualDuration } from './scheduled-work.ts';
import { seriesOfService } from './service-series.ts';
import { workBegunAt } from './told-work.ts';
import { unfeltByOthers } from './unfelt.ts';
import { measuredMetric } from './usual-metric.ts';
import { tellsFailure } from './work-words.ts';

/** What waits, counted. */
const WAITING = /\b(?:queued?|depth|backlog|pending|waiting|lag|length|unacked|messages|jobs|tasks)\b/;
/** Fewer points than this since the peak show no pace; so much of the peak has to be done, and the last third has to go on at so much of the pace. */
const [ENOUGH, DONE, GOES_ON] = [6, 0.1, 0.5];
/** Done in so many times as long as before it is done in its usual time, and so many times as much as before is as much. */
const [IN_TIME, AS_MUCH] = [1.5, 1.25];
const DAY_MS = 20 * 3_600_000;

/**
 * Proof for what waits while work goes on: it piled up when that work began, is worked off at a steady pace without a failure, will be done in the
 * time that the work says it took before or was as much a day or a week before and drained, and nobody else feels anything. Null where any is not so.
 */
export function drainingWork(input: DetectorInput): Proof | null {
  const measured = measuredMetric(input);
  if (!measured || !WAITING.test(wordsOf(measured.metric))) return null;
  const { metric, service } = measured;
  const own = coursesOf(input).filter((one) => one.metric === metric && sameName(one.service, service));
  const [course, ...others] = own.filter((one) => one.left !== null);
  if (!course || others.length > 0 || endsUsual(course)) return null;
  const moved = course.later[course.left ?? 0]?.[0] ?? 0;
  const work = workBegunAt(moved, service, input);
  const end = endByPace(course);
  if (!work || end === null || work.since.some(({ text }) => tellsFailure(text) || tellsLateness(text))) return null;
  const usual = usualDuration([work.begun, ...work.since].map(({ text }) => text));
  const before = usual === null ? asMuchBefore(input, service, course) : null;
  const isInTime = usual === null ? before !== null : end - work.begun.at <= IN_TIME * usual;
  const felt = isInTime ? unfeltByOthers(input, [service, work.begun.service], false) : null;
  if (!felt) return null;
  return {
    statement: `${metric} of ${service} went up when planned work began (${work.name}), which ${before === null ? 'by its pace is done in about the time that it took before' : 'was as much at the same time before, and drained'}; it drains steadily, and nobody else feels anything of it`,
    evidence: [...new Set([course.evidence, work.begun.number, ...(before === null ? [] : [before]), ...felt])],
  };
}

/** When all that waits will be done at the pace since the peak, epoch ms; null where it does not drain steadily. */
function endByPace({ later, before }: Course): number | null {
  const top = later.reduce((best, [, value], index) => (value > (later[best]?.[1] ?? 0) ? index : best), 0);
  const falling = later.slice(top);
  const [peak, part, last] = [falling[0], falling[Math.floor((falling.length * 2) / 3)], falling.at(-1)];
  if (!peak || !part || !last || falling.length < ENOUGH || peak[1] <= before) return null;
  const pace = (peak[1] - last[1]) / (last[0] - peak[0]);
  const latest = (part[1] - last[1]) / (last[0] - part[0]);
  const isSteady = peak[1] - last[1] >= DONE * (peak[1] - before) && latest >= GOES_ON * pace;
  return isSteady ? last[0] + (last[1] - before) / pace : null;
}

/** The evidence of an earlier day on which at least nearly as much waited, and no more does at its end; null where there is none. */
function asMuchBefore({ evidence }: DetectorInput, service: string, course: Course): number | null {
  const started = course.later[0]?.[0] ?? 0;
  const most = Math.max(...course.later.map(([, value]) => value));
  const earlier = seriesOfService(evidence, service).find(
    ({ data }) =>
      data.metric === course.metric &&
      data.series.some(
        ({ points }) =>
          points.length >= ENOUGH &&
          points.every(([at]) => at < started - DAY_MS) &&
          AS_MUCH * Math.max(...points.map(([, value]) => value)) >= most &&
          Math.abs((points.at(-1)?.[1] ?? most) - course.before) <= course.bound,
      ),
  );
  return earlier?.number ?? null;
}
