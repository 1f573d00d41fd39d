import { liveChanges } from '../../changes/live-changes.ts';
import { IN_ROW } from '../../changes/metric-shifts.ts';
import { NOT_READY } from '../../changes/served-demand.ts';
import { median } from '../../localisation/statistics/robust.ts';
import { metricKind, wordsOf } from '../../localisation/telemetry/metric-kind.ts';
import type { DetectorInput } from '../detector.ts';
import type { Proof } from './clean-evidence.ts';
import { type Course, coursesOf, endsUsual, firstRow } from './courses.ts';
import { evidenceOf } from './evidence-of.ts';
import { sameName } from './names.ts';
import { unfelt } from './unfelt.ts';
import { measuredMetric } from './usual-metric.ts';

/** What is measured of a cache: how often it finds what it is asked for, and how much it holds. */
const OF_CACHE =
  /\bhit (?:ratio|rate|percent\w*)\b|\bmiss (?:ratio|rate)\b|\bcaches?\b.*\b(?:hits?|miss(?:es)?|entries|items|keys|size)\b|\b(?:hits?|miss(?:es)?)\b.*\bcaches?\b/;
/** A program that begins anew, or a cache that somebody emptied. */
const BEGINS =
  /\b(?:start(?:ed|ing|up)?|ready|booted|listening|launched|restarted|empty|cold|flush(?:ed|all|db)?|cleared|purged?|invalidat\w+|warm(?:s|ing|ed)?[ -]?up|warming)\b/i;
/** A program begins at most so long before its cache is asked, and is told of at most so long after. */
const [BEFORE_MS, AFTER_MS] = [15 * 60_000, 3 * 60_000];
/** A share of what there is that leaves room for what the cache does not answer. */
const ROOM = 0.8;
/** Who has to ask others for everything is slower by so many times at most, until the cache is full. */
const SLOWER = 2;
const IS_SHARE = /\b(?:ratio|percent\w*|utili[sz]ation|used|usage)\b/;

/**
 * Proof for a cache that began empty: what it finds fell at once when its program began anew or somebody emptied it, and comes back or rises still,
 * while nobody feels anything and those behind it have room for what it does not answer. A cache that stays below its level has another story.
 */
export function fillingCache(input: DetectorInput): Proof | null {
  const measured = measuredMetric(input);
  if (!measured || !OF_CACHE.test(wordsOf(measured.metric))) return null;
  const { service, metric } = measured;
  const all = coursesOf(input);
  const own = all.filter((one) => one.metric === metric && sameName(one.service, service));
  const [low] = own.filter(({ left }) => left !== null);
  if (!low || !own.every((one) => one.left === null || fills(one))) return null;
  const fell = low.later[low.left ?? 0]?.[0] ?? 0;
  const begun = beginningOf(input, service, fell);
  const felt = unfelt(input, { service, metric, slower: SLOWER });
  if (begun.length === 0 || !felt || !all.every((one) => one.left === null || hasRoom(one))) return null;
  const values = low.later.map(([, value]) => value);
  return {
    statement: `the cache of ${service} began empty and fills ${endsUsual(low) ? 'again' : 'still'} (${metric} ${worst(low)[1]} at the worst, ${values.at(-1)} at the end, ${values[0]} at the beginning), and its requests are answered as well as before`,
    evidence: [...new Set([low.evidence, ...begun, ...felt])],
  };
}

const lost = (value: number, { before }: Course): number => Math.abs(value - before);

const worst = (course: Course): [number, number] =>
  course.later.toSorted(([, one], [, other]) => lost(other, course) - lost(one, course))[0] ?? [0, 0];

/** From one third of the way back to the next so much less is missing; on a way that is not at its end yet, in the last one, too. */
const [NEARER, STILL_NEARER] = [0.92, 0.85];

/** Emptied once and at once, and from then on on the way back without a rest, up to what it held before or to the end. */
function fills(course: Course): boolean {
  const { later, before, bound, left } = course;
  const since = later.slice(left ?? 0);
  const returned = firstRow(since, ([, value]) => Math.abs(value - before) <= bound);
  const away = since.slice(0, returned ?? since.length);
  const [lowest] = worst({ ...course, later: away });
  const emptied = away.findIndex(([at]) => at === lowest);
  const again =
    returned !== null && firstRow(since.slice(returned), ([, value]) => Math.abs(value - before) > bound) !== null;
  if (again || emptied > Math.max(IN_ROW, away.length / 3)) return false;
  const way = away.slice(emptied).map(([, value]) => lost(value, course));
  const part = Math.floor(way.length / 3);
  const [first = 0, middle = 0, last = 0] = [way.slice(0, part), way.slice(part, 2 * part), way.slice(-part)].map(
    median,
  );
  if (returned !== null) return part < 2 || middle <= NEARER * first;
  return part >= 2 && middle <= NEARER * first && last <= STILL_NEARER * middle;
}

/** Lines of the service and deploys of it, by which it began anew just before its cache was found empty. */
function beginningOf(input: DetectorInput, service: string, fell: number): number[] {
  const isNear = (at: number): boolean => at >= fell - BEFORE_MS && at <= fell + AFTER_MS;
  const begins = evidenceOf(input.evidence, 'logs.query').flatMap(({ number, data }) =>
    data.rows
      .filter((row) => row.service && sameName(row.service, service) && BEGINS.test(row.body))
      .map((row) => ({ at: Date.parse(row.at), number })),
  );
  // Who writes so all day (`job started`) tells nothing by it.
  const usual = begins.some(({ at }) => at < fell - BEFORE_MS);
  const lines = usual ? [] : begins.filter(({ at }) => isNear(at)).map(({ number }) => number);
  const deploys = liveChanges(input.evidence).filter(
    ({ change, at, services }) =>
      change.kind !== 'flag' && at !== null && isNear(at) && services.some((one) => sameName(one, service)),
  );
  return [...new Set(lines), ...deploys.flatMap(({ evidence }) => evidence)];
}

/** What a cache does not answer is asked of those behind it, who have room for it or are back already. */
function hasRoom(course: Course): boolean {
  const { metric, later } = course;
  const words = wordsOf(metric);
  if (OF_CACHE.test(words) || /\bcaches?\b/.test(words)) return true;
  if (NOT_READY.test(words)) return false;
  const kind = metricKind(metric);
  const most = Math.max(...later.map(([, value]) => value));
  if (kind === 'cpu' || kind === 'memory' || kind === 'host' || IS_SHARE.test(words))
    return (most > 1 ? most / 100 : most) < ROOM;
  return kind === 'traffic' || kind === 'other' || endsUsual(course);
}
