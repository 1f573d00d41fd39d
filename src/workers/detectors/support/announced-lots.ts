import { alertTime } from '../../changes/problem-lines.ts';
import { median } from '../../localisation/statistics/robust.ts';
import { metricKind, wordsOf } from '../../localisation/telemetry/metric-kind.ts';
import type { DetectorInput } from '../detector.ts';
import type { Proof } from './clean-evidence.ts';
import { type Course, coursesOf, type Excursion, endsUsual, excursionsOf } from './courses.ts';
import { sameName } from './names.ts';
import { jobNames, ofThisTime, tellsLateness, tookLonger, usualDuration } from './scheduled-work.ts';
import { oneLine } from './text.ts';
import { type Told, toldLines } from './told-work.ts';
import { unfelt, unfeltByOthers } from './unfelt.ts';
import { measuredMetric } from './usual-metric.ts';
import { tellsEnd, tellsFailure } from './work-words.ts';

/** A lot of work with a name of its own: the line that announced it, the one that told its end, and all that names it. */
type Lot = { name: string; begun: Told; ended: Told; lines: Told[] };
/** A lot with the time during which the measure was up for it. */
type Burst = { lot: Lot; excursion: Excursion };

const ANNOUNCES =
  /\b(?:(?:en)?queu(?:ed|ing)|start\w*|begin\w*|begun|launch\w*|submitted|scheduled|released|accepted|loaded|handed (?:over|on)|running)\b/i;
/** A lot is announced so long before the measure goes up for it and so long after, and has ended so long after it is as before. */
const [BEFORE_MS, AFTER_MS, SOON_MS] = [5 * 60_000, 2 * 60_000, 5 * 60_000];
/** A smaller share of the highest peak is no burst. */
const NOTABLE = 0.2;
/** So much of what was announced has to be done, and at so much of the pace of an earlier lot, or of its own beginning. */
const [DONE, PACE] = [0.9, 0.75];

/**
 * Proof for what goes up each time a named lot of work is announced, and is as before when that lot tells its end: all of it was done, in its time,
 * none of it failed, at the pace of before, and nobody felt anything. Null where any is not so, or nothing tells that it was in its time.
 */
export function announcedLots(input: DetectorInput): Proof | null {
  const measured = measuredMetric(input);
  if (!measured) return null;
  const courses = coursesOf(input).filter(({ service }) => sameName(service, measured.service));
  const own = courses.filter(({ metric }) => metric === measured.metric);
  const [course, ...others] = own.filter(({ left }) => left !== null);
  if (!course || others.length > 0 || !own.every(endsUsual)) return null;
  const bursts = burstsOf(course, measured.service, input);
  const last = bursts?.at(-1);
  if (!bursts || !last || last.excursion.to < alertTime(input) - AFTER_MS) return null;
  const inTime = bursts.map((burst) => wasInTime(burst, bursts, courses));
  if (inTime.includes(false) || inTime.at(-1) !== true) return null;
  const felt = unfelt(input, measured) ?? unfeltByOthers(input, [measured.service, last.lot.begun.service]);
  if (!felt) return null;
  const lines = bursts.flatMap(({ lot }) => [lot.begun.number, lot.ended.number]);
  return {
    statement: `${measured.metric} of ${measured.service} went up when planned work was announced (${oneLine(last.lot.name, 60)}), which was worked off at the usual pace and ended in its time; it is as before since, and nobody felt anything of it`,
    evidence: [...new Set([course.evidence, ...lines, ...felt])],
  };
}

/** Every notable excursion with the lot that it goes with; null where one has none. */
function burstsOf(course: Course, service: string, input: DetectorInput): Burst[] | null {
  const all = excursionsOf(course);
  const highest = Math.max(...all.map(({ peak }) => peak - course.before));
  const notable = all.filter(({ peak }) => peak - course.before >= NOTABLE * highest);
  const told = toldLines(input).filter((line) => sameName(line.service, service));
  const bursts = notable.flatMap((excursion): Burst[] => {
    const lot = lotOf(excursion, service, told);
    return lot ? [{ lot, excursion }] : [];
  });
  return bursts.length === notable.length && bursts.length > 0 ? bursts : null;
}

function lotOf({ from, to }: Excursion, service: string, told: Told[]): Lot | null {
  const announced = told.filter(
    ({ at, text }) =>
      at >= from - BEFORE_MS &&
      at <= from + AFTER_MS &&
      ANNOUNCES.test(ofThisTime(text)) &&
      !tellsEnd(ofThisTime(text)),
  );
  for (const begun of announced) {
    for (const name of jobNames(begun.text)) {
      if (sameName(name, service)) continue;
      const lines = told.filter(({ at, text }) => at >= begun.at && text.includes(name));
      const ended = lines.findLast(({ text }) => tellsEnd(ofThisTime(text)));
      if (ended && ended.at > begun.at && ended.at >= to - SOON_MS && ended.at <= to + SOON_MS)
        return { name, begun, ended, lines };
    }
  }
  return null;
}

/** True where something shows that the lot was done as it should be and in its time, false where something speaks against it, null where nothing tells. */
function wasInTime({ lot, excursion }: Burst, bursts: Burst[], courses: Course[]): boolean | null {
  const { begun, ended, lines } = lot;
  const texts = lines.map(({ text }) => text);
  const due = dueTime(begun);
  const earlier = bursts.filter((other) => other.excursion.to < excursion.from).map((other) => other.excursion);
  const paced = keepsPace(excursion, earlier, courses);
  if (texts.some((text) => tellsFailure(text) || tellsLateness(text)) || tookLonger(texts)) return false;
  if (!isWhole(begun.text, ended.text) || paced === false || (due !== null && ended.at > due)) return false;
  return due !== null || paced === true || usualDuration(texts) !== null || null;
}

const DUE = /\b(?:due|deadline|until|by|before)\b\D{0,12}\b([01]\d|2[0-3]):([0-5]\d)\b/i;
const [DAY_MS, HALF_DAY_MS] = [24 * 3_600_000, 12 * 3_600_000];

/** Until when the announcement says that all is to be done, epoch ms; null where it does not tell, or means the time of another place. */
function dueTime({ at, text }: Told): number | null {
  const [, hours, minutes] = DUE.exec(text) ?? [];
  if (hours === undefined) return null;
  const midnight = at - (at % DAY_MS);
  const due = midnight + (Number(hours) * 60 + Number(minutes)) * 60_000;
  const next = due < at ? due + DAY_MS : due;
  return next - at <= HALF_DAY_MS ? next : null;
}

const AMOUNT = /(?<![\w:.-])\d{2,9}(?![\w:]|[.-]\d)/g;

/** False where the end counts far less than was announced. */
function isWhole(begun: string, ended: string): boolean {
  const [wanted] = (ofThisTime(begun).match(AMOUNT) ?? []).map(Number);
  const done = (ofThisTime(ended).match(AMOUNT) ?? []).map(Number);
  return wanted === undefined || done.length === 0 || Math.max(...done) >= DONE * wanted;
}

const BY_TIME = /\bper (?:s|sec|second|min|minute|hour)\b|\brate\b/;
const isPace = ({ metric }: Course): boolean =>
  BY_TIME.test(wordsOf(metric)) && !['failures', 'successes'].includes(metricKind(metric));

/** Whether the work went on at the pace of the earlier lots and did not slow down towards its end; null where its pace, or no earlier one, was measured. */
function keepsPace({ from, to }: Excursion, earlier: Excursion[], courses: Course[]): boolean | null {
  const paces = courses.filter(
    (course) => isPace(course) && between(course, from, to).some((value) => value > course.before),
  );
  if (paces.length === 0) return null;
  const third = (to - from) / 3;
  const slows = paces.some((course) => {
    const [start, end] = [between(course, from, from + third), between(course, to - 1.5 * third, to - third / 2)];
    return end.length > 0 && start.length > 0 && median(end) < PACE * median(start);
  });
  if (slows) return false;
  if (earlier.length === 0) return null;
  return paces.every((course) => {
    const before = earlier.flatMap((one) => between(course, one.from, one.to));
    return median(between(course, from, to)) >= PACE * median(before);
  });
}

const between = ({ later }: Course, from: number, to: number): number[] =>
  later.flatMap(([at, value]) => (at >= from && at <= to ? [value] : []));
