import type { Finding, TimelineEntry } from '../../shared/report.ts';
import { incidentPicture } from '../changes/incident-picture.ts';
import { type OperationalCause, operationalCause } from '../changes/operational-cause.ts';
import { suspectChange } from '../changes/suspect-change.ts';
import { localise } from '../localisation/localise.ts';
import type { Suspect } from '../localisation/suspect.ts';
import { suspectConfidence } from '../localisation/suspect-confidence.ts';
import { templateChanges } from '../localisation/symptoms/template-changes.ts';
import { incidentWindow } from '../localisation/telemetry/incident-window.ts';
import { readLogs } from '../localisation/telemetry/read-logs.ts';
import { servicesSeen } from '../localisation/telemetry/services-seen.ts';
import type { Detector, DetectorInput } from './detector.ts';
import { lookActions } from './support/look-actions.ts';
import { missingRequests } from './support/missing-requests.ts';
import { sameName } from './support/names.ts';
import { oncePer } from './support/once-per.ts';
import { connected, isSelected, type Propagation, propagation } from './support/propagation.ts';
import { isAlertSubject } from './support/relation.ts';
import { unique } from './support/text.ts';
import { reasonSentence, type ToldBeginning, toldBeginning } from './support/told-beginning.ts';

/** Fewer components cannot tell a cause from its symptoms: what deviates may be all that was looked at. */
const LEAST_COMPONENTS = 3;
/** Scores that were never calibrated name a place: a probable cause at best. */
const MOST_CONFIDENCE = 0.7;
/** Less would count as no reason to doubt that all is well. */
const LEAST_CALIBRATED = 0.3;
/** Suspects of healthy telemetry scored 0.1 to 0.2 where we looked; below this a suspect is a lead, not a cause. */
const FAINT_SCORE = 0.2;
const LEAST_CONFIDENCE = 0.4;
const MAX_RIVALS = 2;
const LEAD_CONFIDENCE = 0.3;
/** What is this unlikely is not worth a line. */
const LEAST_LEAD = 0.03;
/** Below what `concludeFindings` takes for a reason to doubt that all is well. */
const FAINT_CONFIDENCE = 0.2;

/** So much is left of the confidence where the known calls don't lead from the alert to the suspect. */
const UNREACHABLE = 0.75;

/**
 * The component where the trouble most likely began, from series, spans, logs, other alerts and the call graph, with the way on
 * which it came to the alert's service. Silent where the evidence speaks of too few components to tell a cause from its symptoms;
 * where nothing stands out, what deviates most is a faint lead.
 */
export const whereItBegan: Detector = (input) => [...suspectsOf(input), ...missing(input)];

function suspectsOf(input: DetectorInput): Finding[] {
  const all = localise(input);
  const suspects = connected(input, all);
  const [first, ...others] = suspects;
  if (!first || !(canCompare(all, input) || explainedByLines(first, input))) return [];
  if (first.score < FAINT_SCORE && !isDemanded(first, input) && !saysExpired(first, input))
    return [faintLead(first, input)];
  return [
    toFinding(first, suspects, input),
    ...others
      .slice(0, MAX_RIVALS)
      .map((suspect) => toLead(suspect, suspects, input))
      .filter(({ confidence }) => confidence >= LEAST_LEAD),
  ];
}

/**
 * One that deviates among many that were looked at and do not is told apart from them; of deviating ones it takes as many. Nothing
 * links the only one that deviates on a whole platform to an alert that names no service.
 */
function canCompare(suspects: Suspect[], input: DetectorInput): boolean {
  const deviating = new Set(suspects.map(({ service }) => service));
  if (deviating.size >= LEAST_COMPONENTS) return true;
  return isLinked(input) && servicesSeen(input).size >= LEAST_COMPONENTS;
}

const isLinked = (input: DetectorInput) => Boolean(input.facts.service) || isSelected(input);

/** Of two services the one is told apart whose change fits, or whose lines say plainly what happened. */
function explainedByLines({ service }: Suspect, input: DetectorInput): boolean {
  if (!isLinked(input)) return false;
  const verdict = suspectChange(input);
  const plain = verdict?.operational && verdict.operational.kind !== 'demand' && verdict.operational.kind !== 'node';
  return Boolean(plain) || (verdict?.culprit?.live.services.includes(service) ?? false);
}

/** Requests that stay away are no fault of who waits for them, but nobody may call that healthy. */
function missing(input: DetectorInput): Finding[] {
  const found = missingRequests(input);
  if (!found) return [];
  const { service, statement, onset, evidence } = found;
  const suspect = { service, instance: null, class: null, evidence, reasons: [] };
  const what = `Requests of ${service} stay away`;
  return [
    {
      ...plainFinding(suspect, statement),
      confidence: LEAD_CONFIDENCE,
      timeline: onset === null ? [] : [{ at: new Date(onset).toISOString(), what, evidence }],
    },
  ];
}

const shareOf = (suspect: Suspect, suspects: Suspect[]) =>
  suspect.score / suspects.reduce((sum, { score }) => sum + score, 0);

function toFinding(suspect: Suspect, suspects: Suspect[], input: DetectorInput): Finding {
  const way = wayOf(suspect, input);
  const told = toldBeginning(suspect, input);
  const alertClass = told.isHardware ? 'infrastructure' : (suspect.class ?? 'application');
  const lines = changedLines(suspect, input);
  return {
    ...plainFinding(suspect, `The trouble most likely began at ${nameOf(suspect)}.`),
    statement: statementOf(suspect, told, way),
    class: alertClass,
    confidence: confidenceOf(suspect, suspects, way, input),
    cause: true,
    evidence: unique([
      ...suspect.evidence,
      ...told.evidence,
      ...way.evidence,
      ...lines.flatMap((line) => line.evidence),
    ]).sort((left, right) => left - right),
    timeline: [...timelineOf(suspect, way), ...lines],
    actions: lookActions(suspect.service, alertClass, input),
  };
}

/** Work that is handed on goes the other way than calls: whom a change makes ask others more reaches those others. */
function wayOf({ service }: Suspect, input: DetectorInput): Propagation {
  const way = propagation(input, service);
  const culprit = way.plausible ? null : suspectChange(input)?.culprit;
  const isFelt = culprit?.live.services.includes(service) && culprit.affects.some((one) => isAlertSubject(one, input));
  return isFelt ? { ...way, plausible: true } : way;
}

const MAX_LINES = 2;

/** How the log lines of a suspect changed, beside what makes it one. */
function changedLines({ service }: Suspect, input: DetectorInput): TimelineEntry[] {
  const own = changedTemplates(input).filter(({ component }) => sameName(component.service, service));
  return own.slice(0, MAX_LINES).map(({ onset, reason, evidence }) => {
    return { at: new Date(onset ?? input.now).toISOString(), what: reason, evidence };
  });
}

const changedTemplates = oncePer((input: DetectorInput) => templateChanges(readLogs(input, incidentWindow(input))));

const nameOf = ({ instance, service }: Suspect) => instance ?? service;

type Place = Pick<Suspect, 'service' | 'instance' | 'class' | 'evidence' | 'reasons'>;

function plainFinding(suspect: Place, beginning: string): Finding {
  return {
    detector: 'where-it-began',
    class: suspect.class ?? 'application',
    statement: `${beginning} ${reasonSentence(suspect.reasons[0])}`.trim(),
    component: suspect.service,
    confidence: 0,
    cause: false,
    evidence: suspect.evidence,
    timeline: [],
    actions: [],
    prevention: [],
    metrics: [],
  };
}

function statementOf(suspect: Suspect, { sentences }: ToldBeginning, { path, plausible }: Propagation): string {
  const [name, noticed] = [nameOf(suspect), path.at(-1)];
  const between = path.slice(1, -1);
  const through = between.length > 0 ? ` by way of ${between.join(', ')}` : '';
  const way = noticed ? `From there it reaches ${noticed}${through}.` : '';
  const against = plausible ? '' : 'Against it speaks that no known call leads there from where the alert is.';
  return [`The trouble most likely began at ${name}.`, sentences, way, against].filter(Boolean).join(' ');
}

/** A rush makes it doubtful what the use of resources tells, but where many times the requests come in is where it began. */
const LEAST_OF_DEMAND = 0.55;

function isDemanded({ service }: Suspect, input: DetectorInput): boolean {
  const operational = operationalOf(input);
  return operational?.kind === 'demand' && [operational.service, operational.waitsAt].includes(service);
}

function operationalOf(input: DetectorInput): OperationalCause | null {
  const verdict = suspectChange(input);
  return verdict ? verdict.operational : operationalCause(incidentPicture(input));
}

/** An expired certificate needs no metric that deviates: who says so is where it began. */
const saysExpired = ({ service }: Suspect, input: DetectorInput): boolean => {
  const operational = operationalOf(input);
  return operational?.kind === 'expired' && operational.saidBy === service;
};

/** Calibrated where it can be, else by how far it stands out; less where the trouble can't have come from there. */
function confidenceOf(suspect: Suspect, suspects: Suspect[], { plausible }: Propagation, input: DetectorInput): number {
  const reckoned = suspectConfidence(suspects);
  const calibrated = reckoned !== null && isDemanded(suspect, input) ? Math.max(reckoned, LEAST_OF_DEMAND) : reckoned;
  const confidence =
    calibrated === null
      ? LEAST_CONFIDENCE + (MOST_CONFIDENCE - LEAST_CONFIDENCE) * shareOf(suspect, suspects)
      : Math.max(LEAST_CALIBRATED, calibrated);
  return Math.round(confidence * (plausible ? 1 : UNREACHABLE) * 100) / 100;
}

/** A weaker suspect: a possibility, never a rival that would make the first one doubtful. */
function toLead(suspect: Suspect, suspects: Suspect[], input: DetectorInput): Finding {
  const { plausible } = propagation(input, suspect.service);
  const confidence = LEAD_CONFIDENCE * shareOf(suspect, suspects) * (plausible ? 1 : UNREACHABLE);
  return {
    ...plainFinding(suspect, `The trouble could have begun at ${nameOf(suspect)}.`),
    confidence: Math.round(confidence * 100) / 100,
  };
}

/** A faint deviation stands out among fainter ones in any healthy system, too. */
function faintLead(suspect: Suspect, input: DetectorInput): Finding {
  return {
    ...plainFinding(suspect, `Nothing stands out; ${nameOf(suspect)} deviates most.`),
    confidence: FAINT_CONFIDENCE,
    actions: lookActions(suspect.service, suspect.class ?? 'application', input).slice(0, 1),
  };
}

/** Where it began and which way it took, and when each service on the way got worse. */
function timelineOf(
  { service, evidence, onset }: Suspect,
  { path, timeline, evidence: read }: Propagation,
): TimelineEntry[] {
  const first = timeline.map(({ at }) => Date.parse(at)).sort((left, right) => left - right)[0];
  const began = onset ?? first;
  if (began === undefined) return timeline;
  const way = path.length > 1 ? `, from where it goes to ${path.slice(1).join(', then ')}` : '';
  const what = `First deviation at ${service}${way}`;
  return [{ at: new Date(began).toISOString(), what, evidence: unique([...evidence, ...read]) }, ...timeline];
}
