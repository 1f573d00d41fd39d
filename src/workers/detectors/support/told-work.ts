import type { DetectorInput } from '../detector.ts';
import { evidenceOf } from './evidence-of.ts';
import { sameName } from './names.ts';
import { isHandedOn, jobNames, jobWords } from './scheduled-work.ts';
import { oneLine } from './text.ts';

/** Work that somebody starts, that ends by itself, and of which there is much at once. */
const WORK =
  /\b(?:back-?fill|re-?index|reprocess|replay|re-?build|bulk|import|export|migrat|snapshot|compaction|load ?test|soak ?test|drill|rehears|re-?encrypt|re-?sync|warm-?up|archiv|purge|clean-?up|batch (?:job|run)|maintenance|(?:nightly|hourly|daily|weekly|monthly|quarterly|yearly|month-?end|end[- ]of[- ](?:day|month|quarter|year)) (?:run|job|batch|report|invoic|statement|billing|settlement|digest|payout))\w*/i;
const BEGINS = /\b(?:start\w*|begin\w*|begun|running|launched|kick\w* off|joined|joining)\b/i;
/** True for a line by which somebody tells that what it names begins. */
export const tellsBeginning = (text: string): boolean => BEGINS.test(text);
/** It begins so long before its measure moves and is told of so long after at most. */
const [BEFORE_MS, AFTER_MS] = [15 * 60_000, 5 * 60_000];
/** What a scheduler hands on again within this time it hands on all the time. */
const OFTEN_MS = 20 * 60_000;
const MAX_BODY = 500;

/** What was said, when (epoch ms) and by whom, with the evidence that holds it. */
export type Told = { at: number; service: string; text: string; number: number };
/** Work with the line that began it, all that is told of it since, and what it is called. */
export type Work = { name: string; begun: Told; since: Told[] };

/** What was begun just when the measure moved: work of which somebody says so, or what a scheduler handed on to whom it was measured of. */
export function workBegunAt(moved: number, service: string, input: DetectorInput): Work | null {
  const told = toldLines(input);
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

/** What was said and by whom, oldest first. */
export const toldLines = ({ evidence }: DetectorInput): Told[] =>
  evidenceOf(evidence, 'logs.query')
    .flatMap(({ number, data }) =>
      data.rows.flatMap(({ at, service, body }): Told[] => {
        const ms = Date.parse(at);
        return service && !Number.isNaN(ms) ? [{ at: ms, service, text: body.slice(0, MAX_BODY), number }] : [];
      }),
    )
    .sort((one, other) => one.at - other.at);
