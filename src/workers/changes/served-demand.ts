import { isOfTime } from '../detectors/support/courses.ts';
import { sameName } from '../detectors/support/names.ts';
import { seriesOfService } from '../detectors/support/service-series.ts';
import type { LocalisationInput } from '../localisation/localise.ts';
import { metricKind, wordsOf } from '../localisation/telemetry/metric-kind.ts';
import { type MetricShift, metricShifts } from './metric-shifts.ts';
import { problemLines } from './problem-lines.ts';

/** Complaints that come this often are more than what every system says now and then. */
const OFTEN = 3;
/** A share of what there is that leaves room for more. */
const ROOM = 0.8;

const HANDS = /\b(?:replicas?|pods?|instances?|tasks?|nodes?|workers?)\b/;
/** Hands that are not there. */
export const NOT_READY = /\b(?:unavailable|pending|failed|unready|unhealthy|restarts?|evicted|missing)\b/;
/** Work that is done, by the time in which it is. */
const RATE = /\bper (?:s|sec|second|min|minute|hour)\b|\b(?:active|online) (?:users|sessions)\b/;
/** What is counted where people or programs are not served. */
export const UNSERVED =
  /\b(?:reject\w*|refus\w*|drop\w*|denied|declin\w*|retr(?:y|ies)|abandon\w*|evict\w*|lost|invalid|duplicates?|kill\w*|throttl\w*|limited|lagg?\w*|wait\w*|queued?|backlog|depth|pending|overdue|stale|unacked|error\w*|fail\w*)\b/;

/** More requests than before. */
const isMoreTraffic = (shift: MetricShift): boolean => metricKind(shift.metric) === 'traffic' && isMoreWork(shift);

/** More requests, or more of any work by the time in which it is done, than before. */
export function isMoreWork({ metric, before, since }: MetricShift): boolean {
  const words = wordsOf(metric);
  const kind = metricKind(metric);
  return since > before && (kind === 'traffic' || (kind === 'other' && RATE.test(words))) && !UNSERVED.test(words);
}

/**
 * The evidence that a service is asked for more than usual and answers as fast and as well as before, with what more requests need
 * anywhere: more hands, more of a processor and of connections, more work done. Null where anybody waits, fails or complains, and where
 * how it answers was not measured.
 */
export function servedDemand(input: LocalisationInput, service: string): number[] | null {
  const times = servedTimes(input, service);
  return times === null ? null : answersMeasured(input, service);
}

/**
 * True where all that a service does more than usual goes with what `asked` is asked for more and serves as well as before: as many times as much
 * at most, and with room left.
 */
export function sharesDemand(input: LocalisationInput, service: string, asked: string): boolean {
  const times = servedDemand(input, asked) && servedTimes(input, asked);
  const own = metricShifts(input).filter((shift) => sameName(shift.service, service));
  const isInProportion = ({ before, since }: MetricShift) => since <= (times ?? 0) * before;
  return (
    times !== null &&
    own.length > 0 &&
    own.every((shift) => shift.since > shift.before && goesWithDemand(shift, times) && isInProportion(shift))
  );
}

/** So many times as much as usual a service is asked for, where nothing speaks against it that it serves that; else null. */
function servedTimes(input: LocalisationInput, service: string): number | null {
  const shifts = metricShifts(input);
  const own = shifts.filter((shift) => sameName(shift.service, service));
  const asked = own.filter(isMoreTraffic);
  if (asked.length === 0 || shifts.some(isWorse)) return null;
  const times = Math.max(...asked.map(({ before, since }) => (before > 0 ? since / before : Number.POSITIVE_INFINITY)));
  return own.every((shift) => goesWithDemand(shift, times)) && !complainsOften(input) ? times : null;
}

/** True where lines that nobody wrote before come again and again. */
export function complainsOften(input: LocalisationInput): boolean {
  const complaints = Map.groupBy(problemLines(input), ({ service, template }) => `${service} ${template}`);
  return [...complaints.values()].some((lines) => lines.length >= OFTEN);
}

/** How long answers take, by whatever name; times of a processor or of collections are no answers. */
const isOfAnswers = (metric: string): boolean => isOfTime(metric) && ['latency', 'other'].includes(metricKind(metric));

/** What is used up by more work, and how many hands there are. */
const IN_STOCK = /\b(?:idle|free|available|unused|spare|remaining|left|replicas?|pods?|instances?|nodes?|workers?)\b/;

/** Slower, failing or waiting requests, of whomever, and less that is done. */
function isWorse({ metric, before, since }: MetricShift): boolean {
  const words = wordsOf(metric);
  const kind = metricKind(metric);
  if (since < before) {
    const isWork = ['traffic', 'other'].includes(kind) && !isOfTime(metric);
    return kind === 'successes' || (isWork && !IN_STOCK.test(words) && !UNSERVED.test(words));
  }
  const isFelt = isOfAnswers(metric) || ['failures', 'client'].includes(kind) || UNSERVED.test(words);
  return isFelt && kind !== 'successes';
}

function goesWithDemand(shift: MetricShift, times: number): boolean {
  const { metric, before, since } = shift;
  const words = wordsOf(metric);
  if (NOT_READY.test(words)) return false;
  const kind = metricKind(metric);
  if (kind === 'cpu') return since < before || (since > 1 ? since / 100 : since) < ROOM;
  if (kind === 'memory' || kind === 'saturation') return since <= times * before;
  return since > before && (kind === 'traffic' || kind === 'successes' || HANDS.test(words) || RATE.test(words));
}

/** The evidence of how fast and how well a service answers; null where one of both was not measured. */
function answersMeasured({ evidence }: LocalisationInput, service: string): number[] | null {
  const own = seriesOfService(evidence, service);
  const fast = own.filter(({ data }) => isOfAnswers(data.metric));
  const well = own.filter(({ data }) => ['failures', 'successes'].includes(metricKind(data.metric)));
  return fast.length > 0 && well.length > 0 ? [...new Set([...fast, ...well].map(({ number }) => number))] : null;
}
