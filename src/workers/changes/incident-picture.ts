import { workloadOf } from '../detectors/support/names.ts';
import { evidenceOf } from '../detectors/support/evidence-of.ts';
import type { LocalisationInput } from '../localisation/localise.ts';
import type { Suspect } from '../localisation/suspect.ts';
import { telemetrySuspects } from '../localisation/telemetry-suspects.ts';
import { type MetricShift, metricShifts } from './metric-shifts.ts';
import { alertTime, type ProblemLine, problemLines } from './problem-lines.ts';

/** What went wrong, where first and since when: what a change has to fit. */
export type IncidentPicture = {
  alertAt: number;
  /** When the trouble began, epoch ms; the alert's time when nothing tells it. */
  onset: number;
  /** Services in trouble, the likeliest beginning first. */
  failing: Suspect[];
  /** Services that the complaints of others name. */
  named: Set<string>;
  problems: ProblemLine[];
  shifts: MetricShift[];
};

/** The alert's own service is where the trouble was noticed; that counts, and less than what the others say. */
const ALERTED = 1.5;
/** A complaint about another service hands on most of the blame. */
const HANDED_ON = 0.7;
/** Parts of the platform report on others. */
const REPORTER = /^(?:kubelet|kube-[\w-]+|[\w-]*(?:controller|scheduler|autoscaler|operator)|containerd|dockerd|systemd|karpenter|node-problem-detector)$/i;

export const isReporter = (service: string): boolean => REPORTER.test(service);

export function incidentPicture(input: LocalisationInput): IncidentPicture {
  const problems = problemLines(input);
  const shifts = metricShifts(input);
  const named = namedServices(input, problems);
  const failing = failingServices(input, named);
  return {
    alertAt: alertTime(input),
    onset: onsetOf(input, problems, shifts, failing),
    failing,
    named: new Set([...named.values()].flatMap((names) => [...names])),
    problems,
    shifts,
  };
}

/** Who complains about whom, by the names of services in the complaints. */
function namedServices(input: LocalisationInput, problems: ProblemLine[]): Map<string, Set<string>> {
  const services = knownServices(input);
  const named = new Map<string, Set<string>>();
  for (const { service, body } of problems) {
    const words = new Set(body.toLowerCase().match(/[a-z0-9][a-z0-9._-]*[a-z0-9]/g));
    const others = services.filter((other) => other !== service && words.has(other.toLowerCase()));
    if (others.length === 0) continue;
    named.set(service, new Set([...(named.get(service) ?? []), ...others]));
  }
  return named;
}

function knownServices({ evidence, alerts }: LocalisationInput): string[] {
  const logged = evidenceOf(evidence, 'logs.query').flatMap(({ data }) => data.rows.map(({ service }) => service));
  const traced = evidenceOf(evidence, 'traces.query').flatMap(({ data }) => data.spans.map(({ service }) => service));
  const alerted = alerts.map(({ service }) => service);
  return [...new Set([...logged, ...traced, ...alerted])].filter((name): name is string => name !== null && name !== '').sort();
}

function failingServices(input: LocalisationInput, named: Map<string, Set<string>>): Suspect[] {
  const alerted = new Set(input.alerts.map(({ service }) => service));
  const own = telemetrySuspects(input)
    .filter(({ service }) => !isReporter(service))
    .map((suspect) => ({ ...suspect, score: suspect.score * (alerted.has(suspect.service) ? ALERTED : 1) }));
  const scores = new Map(own.map(({ service, score }) => [service, score]));
  for (const { service, score } of own) {
    const others = [...(named.get(service) ?? [])].filter((other) => scores.has(other));
    for (const other of others) {
      scores.set(other, scores.get(other)! + (HANDED_ON * score) / others.length);
      scores.set(service, scores.get(service)! - (HANDED_ON * score) / others.length);
    }
  }
  return own
    .map((suspect) => ({ ...suspect, score: Math.max(Number.MIN_VALUE, scores.get(suspect.service)!) }))
    .sort((left, right) => right.score - left.score || (left.service < right.service ? -1 : 1));
}

/** The first complaint, or the end of the step in which a metric of a failing service left its level. */
function onsetOf(input: LocalisationInput, problems: ProblemLine[], shifts: MetricShift[], failing: Suspect[]): number {
  const alertAt = alertTime(input);
  const troubled = new Set([...failing.map(({ service }) => service), ...input.alerts.map(({ service }) => service)]);
  const complaints = problems.map(({ at }) => at);
  const moved = shifts.filter(({ service }) => troubled.has(service)).map(({ at, step }) => at + step);
  const times = [...complaints, ...moved].filter((at) => at <= alertAt);
  return times.length > 0 ? Math.min(...times) : alertAt;
}

/** The same service under its bare name: without a replica's number, `-service`, `svc` and the like. */
export function bareService(name: string): string {
  return workloadOf(name.toLowerCase()).replace(/[-_.]?(?:service|svc|server|api|app|worker)$/, '').replace(/[-_.]/g, '');
}
