import { complainsOften, UNSERVED } from '../../changes/served-demand.ts';
import { isStore } from '../../kubernetes-state/logs/store-of.ts';
import { metricKind, wordsOf } from '../../localisation/telemetry/metric-kind.ts';
import type { DetectorInput } from '../detector.ts';
import { isOfOtherTime } from './compared-names.ts';
import { type Course, coursesOf, endsUsual, firstRow, isOfTime } from './courses.ts';
import { sameName } from './names.ts';

/**
 * What is measured of an alert and whose; what answers more slowly for a while by so many times at most, where its callers feel nothing of it; true
 * where the time of the day asks for less.
 */
type Alarmed = { service: string; metric: string; slower?: number; goesWithTime?: boolean };

/**
 * The evidence that nobody feels anything of what a service is alerted of: it answers as fast and as well as before up to the end of what was
 * recorded, and is asked as often; nobody else is slower or fails more, nobody waits, and nobody complains again and again. Null where it was
 * not measured or is not so. The metric of the alert itself is left out.
 */
export function unfelt(
  input: DetectorInput,
  { service, metric: alarmed, slower = 1, goesWithTime = false }: Alarmed,
): number[] | null {
  const words = wordsOf(alarmed);
  const courses = coursesOf(input).filter(
    ({ metric }) =>
      metric !== alarmed && !isOfOtherTime(wordsOf(metric), words) && !(goesWithTime && isAskedOnly(metric)),
  );
  const own = courses.filter((course) => sameName(course.service, service));
  const fast = own.filter(({ metric }) => isOfTime(metric));
  const well = own.filter(({ metric }) => ['failures', 'successes'].includes(metricKind(metric)));
  const callers = courses.filter(({ metric, service: one }) => isOfTime(metric) && !sameName(one, service));
  const passing = callers.length > 0 ? fast.filter((course) => isPassing(course, slower)) : [];
  if (courses.some((course) => worsens(course, service) && !passing.includes(course)) || complainsOften(input))
    return null;
  return fast.length > 0 && well.length > 0
    ? [...new Set([...fast, ...well, ...(passing.length > 0 ? callers : [])].map(({ evidence }) => evidence))]
    : null;
}

const isAskedOnly = (metric: string): boolean => metricKind(metric) === 'traffic' && !UNSERVED.test(wordsOf(metric));

/** Slower for a while only, and by not so much. */
const isPassing = (course: Course, slower: number): boolean =>
  endsUsual(course) && course.later.every(([, value]) => value <= slower * course.before);

/** Slower, failing, waiting or lost at some time; of the service itself also asked for less. */
function worsens({ metric, service: own, before, bound, later }: Course, service: string): boolean {
  const kind = metricKind(metric);
  const rises = firstRow(later, ([, value]) => value - before > bound) !== null;
  const falls = firstRow(later, ([, value]) => before - value > bound) !== null;
  if (kind === 'successes' || (kind === 'traffic' && sameName(own, service) && !UNSERVED.test(wordsOf(metric))))
    return falls;
  const felt = isOfTime(metric) || kind === 'failures' || kind === 'client' || UNSERVED.test(wordsOf(metric));
  return felt && rises;
}

/** What is counted where work goes wrong for those who wait for it; that it waits its turn is what a queue is for. */
const GOES_WRONG =
  /\b(?:reject\w*|refus\w*|drop\w*|denied|declin\w*|retr(?:y|ies|ied)|abandon\w*|evict\w*|lost|invalid|overdue|late|missed|expired|dead|dlq|killed|restarts?|oom)\b/;

/**
 * The evidence that nobody but those who work feels anything: what they and their stores do otherwise is as before at the end (where it is done), none of their work
 * fails, and all others answer as fast and as well as ever. Null where nobody else was measured. Where the work is what others are served by, how much of it
 * fails counts as well.
 */
export function unfeltByOthers(
  input: DetectorInput,
  working: string[],
  isDone = true,
  isForOthers = false,
): number[] | null {
  const courses = coursesOf(input);
  const isAtWork = ({ service }: Course) => isStore(service) || working.some((one) => sameName(one, service));
  const others = courses.filter((course) => !isAtWork(course));
  const isOfFailures = ({ metric }: Course) => ['failures', 'successes'].includes(metricKind(metric));
  const answers = [
    ...others.filter((course) => isOfTime(course.metric) || isOfFailures(course)),
    ...(isForOthers ? courses.filter((course) => isAtWork(course) && isOfFailures(course)) : []),
  ];
  const fails = courses.some(
    ({ metric, left }) => left !== null && (metricKind(metric) === 'failures' || GOES_WRONG.test(wordsOf(metric))),
  );
  const stays = (!isDone || courses.filter(isAtWork).every(endsUsual)) && others.every(({ left }) => left === null);
  if (fails || !stays || complainsOften(input)) return null;
  return answers.some(({ metric }) => isOfTime(metric)) && answers.some(({ metric }) => !isOfTime(metric))
    ? [...new Set(answers.map(({ evidence }) => evidence))]
    : null;
}
