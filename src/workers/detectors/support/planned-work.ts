import type { DetectorInput } from '../detector.ts';
import type { Proof } from './clean-evidence.ts';
import { coursesOf, endsUsual, firstRow } from './courses.ts';
import { sameName } from './names.ts';
import { tellsLateness, tellsSuccess, tookLonger } from './scheduled-work.ts';
import { workBegunAt } from './told-work.ts';
import { unfelt, unfeltByOthers } from './unfelt.ts';
import { measuredMetric } from './usual-metric.ts';
import { tellsEnd, tellsFailure } from './work-words.ts';

/** So soon after its end all is as before. */
const SOON_MS = 15 * 60_000;

/**
 * Proof for the measure of work that somebody planned: it left its level when that work began by its own word or by that of a scheduler, came
 * back when it ended without a failure and in its time, and nobody felt anything of it meanwhile.
 */
export function plannedWork(input: DetectorInput): Proof | null {
  const measured = measuredMetric(input);
  if (!measured) return null;
  const own = coursesOf(input).filter(
    ({ metric, service }) => metric === measured.metric && sameName(service, measured.service),
  );
  const [course, ...others] = own.filter(({ left }) => left !== null);
  // What waits in another queue waits behind this work.
  if (!course || !own.every(endsUsual) || others.some(({ queue }) => queue !== course.queue)) return null;
  const moved = course.later[course.left ?? 0]?.[0] ?? 0;
  const since = course.later.slice(course.left ?? 0);
  const back = firstRow(since, ([, value]) => Math.abs(value - course.before) <= course.bound);
  const over = back === null ? undefined : since[back]?.[0];
  const work = workBegunAt(moved, measured.service, input);
  const ended = work?.since.findLast(({ text }) => tellsEnd(text) || tellsSuccess(text));
  if (!work || !ended || over === undefined || over > ended.at + SOON_MS || over < moved) return null;
  const { name, begun } = work;
  const felt = unfelt(input, measured) ?? unfeltByOthers(input, [measured.service, begun.service, ended.service]);
  const goesWrong = work.since.some(({ text }) => tellsFailure(text) || tellsLateness(text));
  if (!felt || goesWrong || tookLonger([begun, ...work.since].map(({ text }) => text))) return null;
  return {
    statement: `${measured.metric} of ${measured.service} was up for as long as planned work went on (${name}), is as before since, and nobody else felt anything of it`,
    evidence: [...new Set([course.evidence, begun.number, ended.number, ...felt])],
  };
}
