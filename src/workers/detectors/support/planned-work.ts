import { complainsOften } from '../../changes/served-demand.ts';
import { isStore } from '../../kubernetes-state/logs/store-of.ts';
import { metricKind } from '../../localisation/telemetry/metric-kind.ts';
import type { DetectorInput } from '../detector.ts';
import type { Proof } from './clean-evidence.ts';
import { type Course, coursesOf, endsUsual, firstRow, isOfTime } from './courses.ts';
import { evidenceOf } from './evidence-of.ts';
import { sameName } from './names.ts';
import { unfelt } from './unfelt.ts';
import { measuredMetric } from './usual-metric.ts';
import { tellsEnd, tellsFailure } from './work-words.ts';

/** Work that somebody starts, that ends by itself, and of which there is much at once. */
const WORK =
  /\b(?:back-?fill|re-?index|reprocess|replay|re-?build|bulk|import|export|migrat|snapshot|compaction|load ?test|soak ?test|drill|rehears|re-?encrypt|re-?sync|warm-?up|archiv|purge|clean-?up|batch (?:job|run)|maintenance)\w*/i;
const BEGINS = /\b(?:start\w*|begin\w*|begun|running|launched|kick\w* off|joined|joining)\b/i;
/** It begins so long before its measure moves and is told of so long after at most; and so soon after its end all is as before. */
const [BEFORE_MS, AFTER_MS, SOON_MS] = [15 * 60_000, 5 * 60_000, 15 * 60_000];
const MAX_BODY = 500;

type Told = { at: number; service: string; text: string; number: number };

/**
 * Proof for the measure of work that somebody planned: it left its level when that work began by its own word, came back when it ended without a
 * failure, and nobody felt anything of it meanwhile.
 */
export function plannedWork(input: DetectorInput): Proof | null {
  const measured = measuredMetric(input);
  if (!measured) return null;
  const own = coursesOf(input).filter(
    ({ metric, service }) => metric === measured.metric && sameName(service, measured.service),
  );
  const [course] = own.filter(({ left }) => left !== null);
  if (!course || !own.every(endsUsual)) return null;
  const moved = course.later[course.left ?? 0]?.[0] ?? 0;
  const since = course.later.slice(course.left ?? 0);
  const back = firstRow(since, ([, value]) => Math.abs(value - course.before) <= course.bound);
  const over = back === null ? undefined : since[back]?.[0];
  const told = toldWork(input);
  const begun = told.find(({ at, text }) => BEGINS.test(text) && at >= moved - BEFORE_MS && at <= moved + AFTER_MS);
  const ended = told.findLast(({ at, text }) => begun !== undefined && tellsEnd(text) && at > begun.at);
  if (!begun || !ended || over === undefined || over > ended.at + SOON_MS || over < moved) return null;
  const felt = unfelt(input, measured) ?? unfeltByOthers(input, [measured.service, begun.service, ended.service]);
  if (!felt || tellsFailure(ended.text)) return null;
  return {
    statement: `${measured.metric} of ${measured.service} was up for as long as planned work went on (${nameOf(begun.text)}), is as before since, and nobody else felt anything of it`,
    evidence: [...new Set([course.evidence, begun.number, ended.number, ...felt])],
  };
}

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
  const fails = courses.some((course) => metricKind(course.metric) === 'failures' && course.left !== null);
  const stays = courses.filter(isAtWork).every(endsUsual) && others.every(({ left }) => left === null);
  if (fails || !stays || complainsOften(input)) return null;
  return answers.some(({ metric }) => isOfTime(metric)) && answers.some(({ metric }) => !isOfTime(metric))
    ? [...new Set(answers.map(({ evidence }) => evidence))]
    : null;
}

/** The work in the word of whoever began it; what else is said of it holds numbers of its own. */
const nameOf = (text: string): string => WORK.exec(text)?.[0].toLowerCase() ?? 'work';

/** What was said of such work, oldest first. */
const toldWork = ({ evidence }: DetectorInput): Told[] =>
  evidenceOf(evidence, 'logs.query')
    .flatMap(({ number, data }) =>
      data.rows.flatMap(({ at, service, body }): Told[] => {
        const text = body.slice(0, MAX_BODY);
        const ms = Date.parse(at);
        return service && WORK.test(text) && !Number.isNaN(ms) ? [{ at: ms, service, text, number }] : [];
      }),
    )
    .sort((one, other) => one.at - other.at);
