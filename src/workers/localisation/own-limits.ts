import { metricShifts } from '../changes/metric-shifts.ts';
import type { ProblemLine } from '../changes/problem-lines.ts';
import { suspectChange } from '../changes/suspect-change.ts';
import { isOfTime } from '../detectors/support/courses.ts';
import { seriesOf } from '../detectors/support/evidence-of.ts';
import { sameName } from '../detectors/support/names.ts';
import { oncePer } from '../detectors/support/once-per.ts';
import { knownComplaints } from './known-complaints.ts';
import type { LocalisationInput } from './localise.ts';
import type { Suspect } from './suspect.ts';
import { servicesBelow } from './symptoms/discount-callers.ts';
import { type OwnLimit, ownLimitIn } from './symptoms/own-limit-words.ts';
import type { CallGraph } from './telemetry/call-graph.ts';
import { serviceIn } from './telemetry/component.ts';
import { knownCalls } from './telemetry/known-calls.ts';
import { metricKind } from './telemetry/metric-kind.ts';
import { peersAmong } from './telemetry/named-peers.ts';

/** A service that says again and again, and never said before, that it has reached a limit of its own. */
export type Limited = { limit: OwnLimit; lines: ProblemLine[] };

/** What is said once or twice is no state. */
const OFTEN = 3;

/** The services at a limit of their own, by name, with the lines that say so. */
export const ownLimits = oncePer((input: LocalisationInput): Map<string, Limited> => {
  const told = knownComplaints(input).flatMap((line) => {
    const limit = ownLimitIn(line.body);
    return limit ? [{ line, limit }] : [];
  });
  const services = [...Map.groupBy(told, ({ line }) => line.service)];
  return new Map(
    services.flatMap(([service, own]): [string, Limited][] => {
      const hard = own.filter(({ limit }) => !limit.fillsByWaiting);
      const counted = hard.length >= OFTEN ? hard : own;
      const limited = { limit: counted[0]!.limit, lines: counted.map(({ line }) => line) };
      return own.length >= OFTEN ? [[service, limited]] : [];
    }),
  );
});

/**
 * Suspects with whom a limit of its own is reached before those whom it calls: what it holds open shows at the other end, too, and its lines
 * name the other end. Unchanged where the one it calls is slow, fails or complains itself, and where a change or a circumstance tells the beginning.
 */
export function beginningAtOwnLimit(input: LocalisationInput, suspects: Suspect[]): Suspect[] {
  const [first] = suspects;
  const limited = ownLimits(input);
  if (!first || limited.size === 0 || limited.has(first.service) || explainsIt(input)) return suspects;
  const graph = knownCalls(input);
  const own = suspects.find(({ service }) => {
    const found = limited.get(service);
    return found && isAsked(first.service, service, found, graph) && isSound(first.service, found, input);
  });
  if (!own) return suspects;
  return [{ ...own, score: Math.max(own.score, first.score) }, ...suspects.filter((other) => other !== own)];
}

const explainsIt = (input: LocalisationInput): boolean => {
  const verdict = suspectChange(input);
  return Boolean(verdict?.culprit ?? verdict?.operational);
};

/** True for one that the other calls, by the calls that were seen or by its own words. */
function isAsked(asked: string, by: string, { lines }: Limited, graph: CallGraph): boolean {
  const peerOf = peersAmong([asked]);
  return servicesBelow(by, graph).includes(asked) || lines.some(({ body }) => peerOf(body, by) === asked);
}

/** True for one who answers as before: neither slower nor worse, busier or with complaints of its own; a pool needs the proof that it is not slower. */
function isSound(service: string, { limit }: Limited, input: LocalisationInput): boolean {
  const worse = metricShifts(input).some(
    ({ service: one, metric, before, since }) =>
      sameName(one, service) && (metricKind(metric) === 'successes' ? since < before : since > before && hurts(metric)),
  );
  const complaints = knownComplaints(input).filter((line) => sameName(line.service, service));
  return !worse && complaints.length < OFTEN && (!limit.fillsByWaiting || isTimed(service, input));
}

const HURTS = new Set(['failures', 'cpu', 'memory', 'host']);
const hurts = (metric: string): boolean => HURTS.has(metricKind(metric)) || isOfTime(metric);

const isTimed = (service: string, { evidence }: LocalisationInput): boolean =>
  seriesOf(evidence).some(
    ({ data }) => isOfTime(data.metric) && data.series.some(({ labels }) => sameName(serviceIn(labels) ?? '', service)),
  );
