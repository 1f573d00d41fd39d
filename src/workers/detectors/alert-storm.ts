import type { Finding, TimelineEntry } from '../../shared/report.ts';
import { inForm } from '../changes/evidence-form.ts';
import { alertStormSuspects } from '../localisation/alert-storm-suspects.ts';
import { localise } from '../localisation/localise.ts';
import type { Suspect } from '../localisation/suspect.ts';
import type { Detector, DetectorInput } from './detector.ts';
import { lookActions } from './support/look-actions.ts';
import { sameName } from './support/names.ts';

/** Of fewer than two services none can explain the other, and three are told by localisation itself where nothing else tells more. */
const LEAST_SERVICES = 2;
const ENOUGH_FOR_LOCALISATION = 3;
/** Whoever is left with no more of the blame than this is not singled out by the alerts. */
const LEAST_SHARE = 0.5;
/** Below the distance at which a rival would make an identified cause doubtful. */
const MOST_CONFIDENCE = 0.65;
/** Where telemetry points elsewhere the alerts alone are a lead. */
const MOST_AGAINST_TELEMETRY = 0.35;
/** Localisation by telemetry scores below this where nothing stands out. */
const FAINT_SCORE = 0.2;
const MOST_STARTS = 6;

/**
 * Where a storm of alerts began, by the alerts of the incident and the call graph: the service whose trouble explains the
 * alerts of the others, and which none of them explains. Silent where there is no storm, where the alerts single nobody out, and
 * where `where-it-began` works on the alerts itself.
 */
export const alertStorm: Detector = (input) => {
  const suspects = alertStormSuspects(input);
  const [first] = suspects;
  if (!first || suspects.length < LEAST_SERVICES) return [];
  const share = first.score / suspects.reduce((sum, { score }) => sum + score, 0);
  if (share <= LEAST_SHARE) return [];
  const [told] = localise(input);
  const byAlerts = told !== undefined && told.reasons.join() === first.reasons.join();
  if (byAlerts && suspects.length >= ENOUGH_FOR_LOCALISATION) return [];
  const against =
    told !== undefined && !byAlerts && told.score >= FAINT_SCORE && !sameName(told.service, first.service);
  return [toFinding(first, suspects.length, against, input)];
};

function toFinding(suspect: Suspect, services: number, against: boolean, input: DetectorInput): Finding {
  const { service, instance, evidence } = suspect;
  const alertClass = suspect.class ?? 'application';
  const most = against ? MOST_AGAINST_TELEMETRY : MOST_CONFIDENCE;
  const began = against ? 'By the alerts alone the trouble began at' : 'The storm of alerts most likely began at';
  return {
    detector: 'alert-storm',
    class: alertClass,
    statement: `${began} ${instance ?? service}. ${sentenceOf(suspect.reasons.join('; '))}`,
    component: service,
    confidence: Number(Math.min(most, suspect.probability ?? most).toFixed(2)),
    cause: !against,
    evidence,
    timeline: starts(input),
    actions: lookActions(service, alertClass, input),
    prevention: [],
    metrics: groupMetric(input, services),
  };
}

const sentenceOf = (reasons: string) => `${reasons.charAt(0).toUpperCase()}${reasons.slice(1)}.`;

/** How many alerts of how many services, where the evidence says so. */
function groupMetric({ evidence }: DetectorInput, services: number): Finding['metrics'] {
  return inForm(evidence, 'alerts.active').map(({ number, data }) => ({
    name: 'Alerts of the incident',
    value: `${data.alerts.length} of ${services} services`,
    evidence: [number],
  }));
}

/** The first alert of each service, the earliest first. */
function starts({ evidence }: DetectorInput): TimelineEntry[] {
  const told = inForm(evidence, 'alerts.active').flatMap(({ number, data }) =>
    data.alerts.flatMap(({ name, entity, startsAt }) =>
      startsAt === null || entity === '' ? [] : [{ at: startsAt, what: `${name} at ${entity}`, entity, number }],
    ),
  );
  const sorted = told.sort((left, right) => Date.parse(left.at) - Date.parse(right.at));
  const first = sorted.filter((one, index) => sorted.findIndex(({ entity }) => entity === one.entity) === index);
  return first.slice(0, MOST_STARTS).map(({ at, what, number }) => ({ at, what, evidence: [number] }));
}
