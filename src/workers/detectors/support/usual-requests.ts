import { ascending, median, quantileOfSorted } from '../../localisation/statistics/robust.ts';
import { serviceIn } from '../../localisation/telemetry/component.ts';
import type { DetectorInput } from '../detector.ts';
import type { Proof } from './clean-evidence.ts';
import { evidenceOf } from './evidence-of.ts';
import { sameName } from './names.ts';

/** Alerts about the requests of a service: how long they take and how many fail. */
export const SPEAKS_OF_REQUESTS =
  /latenc|response times?|\bslow (?:requests?|responses?)|request duration|error[\s_-]?(?:rate|ratio|budget)|high errors?|5xx|http 5\d\d|apdex|\bslo\b/i;

/** Fewer values than this show no usual range. */
const ENOUGH_BEFORE = 20;
const ENOUGH_DURING = 2;
const HIGH = 0.95;

type Points = [number, number][];
type Compared = { number: number; before: number[]; during: number[] };

/**
 * Proof that the requests of the alert's service take as long and fail as seldom as in the hour before, and there are as many:
 * medians of the trouble's time within what was usual. Null where anything of this is not known.
 */
export function usualRequests(input: DetectorInput): Proof | null {
  const compared = ['duration', 'errors', 'calls'].map((measure) => compare(measure, input));
  const known = compared.filter((one) => one !== null);
  const [duration, errors, calls] = compared;
  if (!duration || !calls || !(errors ?? noErrors(input))) return null;
  const usual = aboveUsual(duration) || (errors && aboveUsual(errors)) || belowUsual(calls) ? null : known;
  if (!usual) return null;
  const { service } = input.facts;
  return {
    statement: `the requests of ${service} take as long and fail as seldom as in the hour before`,
    evidence: [...new Set([...usual.map(({ number }) => number), ...(errors ? [] : errorAnswers(input))])],
  };
}

const errorAnswers = ({ evidence }: DetectorInput) =>
  evidenceOf(evidence, 'requests.query').flatMap(({ evidence: item, number }) =>
    item.query.measure === 'errors' ? [number] : [],
  );

/** The answer was had, and holds no failure of any request of the service. */
const noErrors = (input: DetectorInput) => errorAnswers(input).length > 0;

function compare(measure: string, { evidence, facts }: DetectorInput): Compared | null {
  const { service, usualTo, troubleFrom } = facts;
  const [end, start] = [Date.parse(usualTo ?? ''), Date.parse(troubleFrom ?? '')];
  if (!service || Number.isNaN(end) || Number.isNaN(start)) return null;
  for (const { data, evidence: item, number } of evidenceOf(evidence, 'requests.query')) {
    if (item.query.measure !== measure) continue;
    const own = data.series.find(({ labels }) => sameName(serviceIn(labels) ?? '', service));
    if (!own) continue;
    const [before, during] = [valuesOf(own.points, (at) => at < end), valuesOf(own.points, (at) => at >= start)];
    if (before.length >= ENOUGH_BEFORE && during.length >= ENOUGH_DURING) return { number, before, during };
  }
  return null;
}

const valuesOf = (points: Points, belongs: (at: number) => boolean) =>
  points.filter(([at]) => belongs(at)).map(([, value]) => value);

const aboveUsual = ({ before, during }: Compared) => median(during) > quantileOfSorted(ascending(before), HIGH);
const belowUsual = ({ before, during }: Compared) => median(during) < quantileOfSorted(ascending(before), 1 - HIGH);
