import { complainsOften } from '../../changes/served-demand.ts';
import { isStore } from '../../kubernetes-state/logs/store-of.ts';
import { metricKind, wordsOf } from '../../localisation/telemetry/metric-kind.ts';
import type { DetectorInput } from '../detector.ts';
import type { Proof } from './clean-evidence.ts';
import { type Course, coursesOf, endsUsual, firstRow, isOfTime } from './courses.ts';
import { evidenceOf } from './evidence-of.ts';
import { sameName } from './names.ts';
import { isHandedOn, jobNames, jobWords, tellsLateness, tellsSuccess, tookLonger } from './scheduled-work.ts';
import { oneLine } from './text.ts';
import { unfelt } from './unfelt.ts';
import { measuredMetric } from './usual-metric.ts';
import { tellsEnd, tellsFailure } from './work-words.ts';

/** Work that somebody starts, that ends by itself, and of which there is much at once. */
const WORK =
  /\b(?:back-?fill|re-?index|reprocess|replay|re-?build|bulk|import|export|migrat|snapshot|compaction|load ?test|soak ?test|drill|rehears|re-?encrypt|re-?sync|warm-?up|archiv|purge|clean-?up|batch (?:job|run)|maintenance|(?:nightly|hourly|daily|weekly|monthly|quarterly|yearly|month-?end|end[- ]of[- ](?:day|month|quarter|year)) (?:run|job|batch|report|invoic|statement|billing|settlement|digest|payout))\w*/i;
const BEGINS = /\b(?:start\w*|begin\w*|begun|running|launched|kick\w* off|joined|joining)\b/i;
/** It begins so long before its measure moves and is told of so long after at most; and so soon after its end all is as before. */
const [BEFORE_MS, AFTER_MS, SOON_MS] = [15 * 60_000, 5 * 60_000, 15 * 60_000];
/** What a scheduler hands on again within this time it hands on all the time. */
const OFTEN_MS = 20 * 60_000;
const MAX_BODY = 500;

type Told = { at: number; service: string; text: string; number: number };
/** Work with the line that began it, all that is told of it since, and what it is called. */
type Work = { name: string; begun: Told; since: Told[] };

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
  const work = workBegunAt(moved, measured.service, toldLines(input));
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

/** What was begun just when the measure moved: work of which somebody says so, or what a scheduler handed on to whom it was measured of. */
function workBegunAt(moved: number, service: string, told: Told[]): Work | null {
  const isNear = ({ at }: Told) => at >= moved - BEFORE_MS && at <= moved + AFTER_MS;
  const ofWork = told.filter(({ text }) => WORK.test(text));
  const begun = ofWork.find((line) => isNear(line) && BEGINS.test(line.text));
  if (begun) {
    const since = ofWork.filter(({ at }) => at > begun.at);
    return { name: WORK.exec(begun.text)?.[0].toLowerCase() ?? 'work', begun, since };
  }
  const due = told
    .filter((line) => isNear(line) && isHandedOn(line.service, line.text))
    .map((line) => ofJob(line, told));
  return due.find((work) => work?.since.some((line) => sameName(line.service, service))) ?? null;
}

/** What a scheduler handed on and what is told of it since; null where it hands on the like all the time. */
function ofJob(begun: Told, told: Told[]): Work | null {
  const words = jobWords(begun.text);
  const isOfJob = ({ text }: Told) => jobWords(text).some((word) => words.includes(word));
  const often = told.some(
    (line) => line.service === begun.service && line.at < begun.at && begun.at - line.at <= OFTEN_MS && isOfJob(line),
  );
  const since = told.filter((line) => line.at >= begun.at && line !== begun && isOfJob(line));
  const [name = 'work'] = jobNames(begun.text);
  return often || since.length === 0 ? null : { name: oneLine(name, 60), begun, since };
}

/** What is counted where work goes wrong for those who wait for it; that it waits its turn is what a queue is for. */
const GOES_WRONG =
  /\b(?:reject\w*|refus\w*|drop\w*|denied|declin\w*|retr(?:y|ies|ied)|abandon\w*|evict\w*|lost|invalid|overdue|late|missed|expired|dead|dlq|killed|restarts?|oom)\b/;

/**
 * The evidence that nobody but those who work feels anything: what they and their stores do otherwise is as before at the end, none of their work
 * fails, and all others answer as fast and as well as ever. Null where nobody else was measured.
 */
function unfeltByOthers(input: DetectorInput, working: string[]): number[] | null {
  const courses = coursesOf(input);
  const isAtWork = ({ service }: Course) => isStore(service) || working.some((one) => sameName(one, service));
  const others = courses.filter((course) => !isAtWork(course));
  const answers = others.filter(
    ({ metric }) => isOfTime(metric) || ['failures', 'successes'].includes(metricKind(metric)),
  );
  const fails = courses.some(
    ({ metric, left }) => left !== null && (metricKind(metric) === 'failures' || GOES_WRONG.test(wordsOf(metric))),
  );
  const stays = courses.filter(isAtWork).every(endsUsual) && others.every(({ left }) => left === null);
  if (fails || !stays || complainsOften(input)) return null;
  return answers.some(({ metric }) => isOfTime(metric)) && answers.some(({ metric }) => !isOfTime(metric))
    ? [...new Set(answers.map(({ evidence }) => evidence))]
    : null;
}

/** What was said and by whom, oldest first. */
const toldLines = ({ evidence }: DetectorInput): Told[] =>
  evidenceOf(evidence, 'logs.query')
    .flatMap(({ number, data }) =>
      data.rows.flatMap(({ at, service, body }): Told[] => {
        const ms = Date.parse(at);
        return service && !Number.isNaN(ms) ? [{ at: ms, service, text: body.slice(0, MAX_BODY), number }] : [];
      }),
    )
    .sort((one, other) => one.at - other.at);
