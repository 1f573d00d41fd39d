import type { Evidence, Finding } from '../../shared/report.ts';
import { alertText } from '../alert-facts.ts';
import { servedDemand, sharesDemand } from '../changes/served-demand.ts';
import { diagnoseDatabase } from '../database-state/diagnose-database.ts';
import { isOver } from '../database-state/past-interruption.ts';
import { currentEvents } from '../database-state/stories/story-parts.ts';
import type { DetectorInput } from '../detectors/detector.ts';
import { CLEAN_CHECKS } from '../detectors/support/clean-evidence.ts';
import { evidenceOf } from '../detectors/support/evidence-of.ts';
import { harmlessCourse } from '../detectors/support/harmless-course.ts';
import { relatedLines } from '../detectors/support/log-lines.ts';
import { parseHostPort, sameName, serviceOfHost } from '../detectors/support/names.ts';
import { propagation } from '../detectors/support/propagation.ts';
import { isAlertSubject } from '../detectors/support/relation.ts';
import { usualMetric } from '../detectors/support/usual-metric.ts';

/** What speaks against a finding: a clause, where it stands, and how much of the confidence it leaves (0 to 1). */
export type Contradiction = { why: string; evidence: number[]; leaves: number };

type Check = (finding: Finding, input: DetectorInput) => Contradiction | null;

/**
 * What would be expected if a finding were the cause of the alert, and is not there: a way on which it could have reached the
 * alert, the fault in the evidence that would show it too. Missing evidence contradicts nothing.
 */
export function contradictions(finding: Finding, input: DetectorInput): Contradiction[] {
  return [cleanEvidence, harmless, shared, readyPeer, noWay, unrelated, pastInterruption].flatMap(
    (check) => check(finding, input) ?? [],
  );
}

/** The evidence that proves the kind of fault absent speaks against a finding of this kind about the alert's own subject. */
const cleanEvidence: Check = ({ detector, component, confidence }, input) => {
  const known = Object.hasOwn(CLEAN_CHECKS, detector) ? CLEAN_CHECKS[detector as keyof typeof CLEAN_CHECKS] : null;
  const own = isAlertSubject(component, input) || (detector === 'database-state' && isServerOfAlert(component, input));
  if (!known || confidence >= CERTAIN || !own) return null;
  const proof = known.proof(input);
  if (!proof) return null;
  // What more requests need anywhere is all that was found.
  const explained = detector === 'where-it-began' && component !== null && servedDemand(input, component) !== null;
  return { why: proof.statement, evidence: proof.evidence, leaves: explained ? 0.35 : 0.85 };
};

/** Where the alert's metric left its level for a reason that is no fault and nobody feels it, whatever moved with it is no beginning of a trouble. */
const harmless: Check = ({ detector }, input) => {
  const proof = detector === 'where-it-began' ? harmlessCourse(input) : null;
  return proof && { why: proof.statement, evidence: proof.evidence, leaves: 0.25 };
};

/** What a store or callee does more is no beginning of a trouble where the alert's service is asked for that much more and serves it. */
const shared: Check = ({ detector, component }, input) => {
  const { service } = input.facts;
  if (detector !== 'where-it-began' || !component || !service || isAlertSubject(component, input)) return null;
  const proof = sharesDemand(input, component, service) ? usualMetric(input) : null;
  return proof && { why: proof.statement, evidence: proof.evidence, leaves: 0.35 };
};

/** True for the database server that an alert names in its words; its labels often name the service of the cloud (`rds`) instead. */
function isServerOfAlert(component: string | null, input: DetectorInput): boolean {
  const { context } = diagnoseDatabase(input);
  return component !== null && component === context.server && context.text.includes(component.toLowerCase());
}

/** What a detector is this sure of it has seen with its own eyes. */
const CERTAIN = 0.85;

/** Nothing refuses connections where every endpoint is ready, at least not all the time. */
const readyPeer: Check = ({ detector, component, statement }, { evidence }) => {
  if (detector !== 'connection-failure' || !component || !/refus/i.test(statement)) return null;
  const peer = serviceOfHost(parseHostPort(component)?.host ?? '')?.service ?? component;
  const health = evidenceOf(evidence, 'service.health').find(({ data }) => data.found && sameName(data.service, peer));
  if (!health || health.data.readyEndpoints.length === 0 || health.data.notReadyEndpoints.length > 0) return null;
  return { why: `every endpoint of ${peer} is ready now`, evidence: [health.number], leaves: 0.9 };
};

/** Trouble of a service that the alert's service does not call, directly or through others, cannot have come from there. */
const noWay: Check = ({ detector, component }, input) => {
  if (detector === 'where-it-began' || !component || isAlertSubject(component, input)) return null;
  const { plausible, evidence } = propagation(input, component);
  return plausible
    ? null
    : { why: `no known call leads from the alert's service to ${component}`, evidence, leaves: 0.8 };
};

/** Questions that were put to a whole namespace: their answers hold the troubles of others too. */
const NAMESPACE_WIDE = new Set(['pods.status', 'kubernetes.objects', 'events.list']);
const NAMES = ['service', 'pod', 'object', 'labelSelector'];
const isNamespaceWide = ({ capability, query }: Evidence) =>
  NAMESPACE_WIDE.has(capability) && Boolean(query.namespace) && !NAMES.some((name) => query[name]);

/** What is wrong elsewhere in the namespace, with nothing that links it to what the alert is about. */
const unrelated: Check = ({ detector, component, evidence: cited }, input) => {
  const { service } = input.facts;
  if (!service || !component || detector === 'where-it-began' || isAlertSubject(component, input)) return null;
  const items = input.evidence.filter(({ number }) => cited.includes(number));
  if (items.length === 0 || !items.every(isNamespaceWide)) return null;
  if (propagation(input, component).path.length > 0 || isMentioned(component, input)) return null;
  return { why: `nothing links ${component} to ${service}`, evidence: [], leaves: 0.45 };
};

/** What programs write while their database is away for a moment. */
const WHILE_AWAY =
  /database system is (?:shutting down|starting up|in recovery)|terminating connection|connection (?:has been |was )?(?:closed|reset|lost)|server closed the connection/i;

/** Complaints of the time of a failover or of maintenance that is over tell of no fault that is left. */
const pastInterruption: Check = ({ detector, statement }, input) => {
  if (detector === 'database-state' || !WHILE_AWAY.test(statement)) return null;
  const { state, context } = diagnoseDatabase(input);
  if (!isOver(state, context.text)) return null;
  const evidence = currentEvents(state).map((event) => event.evidence);
  return { why: 'the interruption of the database server is over', evidence: [...new Set(evidence)], leaves: 0.3 };
};

/** True where the alert, or what its service logs, names the component. */
function isMentioned(component: string, input: DetectorInput): boolean {
  const name = component.toLowerCase();
  const own = relatedLines(input).filter(({ service }) => service !== null && isAlertSubject(service, input));
  return [alertText(input.alerts), ...own.map(({ body }) => body)].some((text) => text.toLowerCase().includes(name));
}
