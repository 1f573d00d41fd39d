import { creditSeries } from '../database-state/credit-series.ts';
import { worstUsedUp } from '../database-state/stories/volume-credits.ts';
import type { Story } from '../database-state/story.ts';
import { evidenceOf } from '../detectors/support/evidence-of.ts';
import { oneLine } from '../detectors/support/text.ts';
import { knownTelemetrySuspects } from '../localisation/known-suspects.ts';
import type { LocalisationInput } from '../localisation/localise.ts';
import type { Suspect } from '../localisation/suspect.ts';
import { knownCalls } from '../localisation/telemetry/known-calls.ts';
import { metricKind } from '../localisation/telemetry/metric-kind.ts';
import { servicesSeen } from '../localisation/telemetry/services-seen.ts';
import { type OpenSeries, openSeries } from './climbing-series.ts';
import { type LockHolder, lockHolder } from './lock-holder.ts';
import { type LoudestAsker, loudestAsker } from './loudest-asker.ts';
import { type MachineUpkeep, machineUpkeep } from './machine-upkeep.ts';
import { type MetricShift, metricShifts } from './metric-shifts.ts';
import { alertTime, type ProblemLine, problemLines } from './problem-lines.ts';
import { isMoreWork, servedDemand } from './served-demand.ts';
import { usualWords } from './usual-words.ts';

/** What went wrong, where first and since when: what a change has to fit. */
export type IncidentPicture = {
  alertAt: number;
  /** When the trouble began, epoch ms; the alert's time when nothing tells it. */
  onset: number;
  /** Services in trouble, the likeliest beginning first. */
  failing: Suspect[];
  /** Services that the complaints of others name. */
  named: Set<string>;
  /** Services that the alerts themselves are about. */
  alerted: Set<string>;
  problems: ProblemLine[];
  shifts: MetricShift[];
  /** What services have open of what there is only so much of. */
  open?: OpenSeries[];
  /** Who asks for what was never asked for before. */
  asker?: LoudestAsker | null;
  /** True where the first failing service is asked for more and answers as fast and as well as before. */
  meetsDemand?: boolean;
  /** The words in which the system spoke before the trouble. */
  usual?: ReadonlySet<string>;
  /** All services that telemetry was had of. */
  seen?: ReadonlySet<string>;
  /** True where one service is known to call the other. */
  asks?: (caller: string, callee: string) => boolean;
  /** What a machine in trouble did to itself shortly before. */
  upkeep?: MachineUpkeep | null;
  /** Burst credits that telemetry shows as used up. */
  credits?: Story | null;
  /** Who works at a database by hand and holds the locks that the programs wait for. */
  holder?: LockHolder | null;
};

/** The alert's own service is where the trouble was noticed; that counts, and less than what the others say. */
const ALERTED = 1.5;
/** A complaint about another service hands on most of the blame. */
const HANDED_ON = 0.7;
/** Parts of the platform report on others. */
const REPORTER =
  /^(?:kubelet|kubernetes|k8s(?:-events)?|kube-[\w-]+|[\w-]*(?:controller|scheduler|autoscaler|operator)|containerd|dockerd|systemd|karpenter|node-problem-detector)$/i;

export const isReporter = (service: string): boolean => REPORTER.test(service);

export function incidentPicture(input: LocalisationInput): IncidentPicture {
  const problems = problemLines(input);
  const shifts = metricShifts(input);
  const named = namedServices(input, problems);
  const failing = failingServices(input, named, troubledServices(input, problems, shifts));
  const onset = onsetOf(input, problems, shifts, failing);
  return {
    alertAt: alertTime(input),
    onset,
    asker: loudestAsker(input, onset),
    holder: lockHolder(input, problems, shifts),
    upkeep: machineUpkeep(input, onset, aboutMachines(problems, shifts)),
    credits: worstUsedUp(creditSeries(input.evidence)),
    meetsDemand: failing[0] !== undefined && servedDemand(input, failing[0].service) !== null,
    failing,
    usual: usualWords(input, shifts),
    seen: servicesSeen(input),
    asks: (caller, callee) => knownCalls(input).callersOf(callee).includes(caller),
    named: new Set([...named.values()].flatMap((names) => [...names])),
    alerted: new Set(input.alerts.flatMap(({ service }) => service ?? [])),
    problems,
    shifts,
    open: openSeries(input),
  };
}

const MAX_ABOUT = 40_000;

/** Where complaints and metrics that moved could name a machine. */
const aboutMachines = (problems: ProblemLine[], shifts: MetricShift[]): string =>
  [
    ...shifts.map(({ service }) => service),
    ...problems.map(({ body, attributes }) => `${body.slice(0, 400)} ${Object.values(attributes).join(' ')}`),
  ]
    .join('\n')
    .slice(0, MAX_ABOUT);

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
  return [...new Set([...logged, ...traced, ...alerted])]
    .filter((name): name is string => name !== null && name !== '')
    .sort();
}

/** So little counts a service that only complains, or was only alerted about, among those that telemetry suspects. */
const ONLY_COMPLAINS = 0.1;

/** Services that complain often, and alerted ones whose metrics moved, as faint suspects. */
function troubledServices({ alerts }: LocalisationInput, problems: ProblemLine[], shifts: MetricShift[]): Suspect[] {
  const lines = Map.groupBy(problems, ({ service }) => service);
  const complaining = [...lines].filter(([, own]) => own.length >= OFTEN).map(([service]) => service);
  const alerted = shifts
    .filter(({ service }) => alerts.some((alert) => alert.service === service))
    .map(({ service }) => service);
  return [...new Set([...complaining, ...alerted])].map((service) => {
    const own = lines.get(service) ?? [];
    const moved = shifts.filter((shift) => shift.service === service);
    const reason = own[0]
      ? `${service} says "${oneLine(own[0].body, 120)}"`
      : `${moved[0]?.metric} of ${service} left its usual level`;
    return {
      service,
      instance: null,
      score: ONLY_COMPLAINS,
      onset: Math.min(...own.map(({ at }) => at), ...moved.map(({ at }) => at)),
      class: null,
      reasons: [reason],
      evidence: [...new Set([...own, ...moved].map(({ evidence }) => evidence))].sort((left, right) => left - right),
    };
  });
}

function failingServices(input: LocalisationInput, named: Map<string, Set<string>>, troubled: Suspect[]): Suspect[] {
  const alerted = new Set(input.alerts.map(({ service }) => service));
  const suspected = knownTelemetrySuspects(input);
  const faint = troubled.filter(({ service }) => !suspected.some((other) => other.service === service));
  const own = [...suspected, ...faint]
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

/** A suspect with less than this share of the first one's score is in no trouble worth a word. */
const NOTABLE = 0.1;

/** The suspects that are in trouble for sure; among the others are all whose values moved by chance. */
export function notable(failing: Suspect[]): Suspect[] {
  const least = NOTABLE * (failing[0]?.score ?? 0);
  return failing.filter(({ score }) => score >= least);
}

/** The first complaint, or the end of the step in which a metric of a failing service left its level. */
function onsetOf(input: LocalisationInput, problems: ProblemLine[], shifts: MetricShift[], failing: Suspect[]): number {
  const alertAt = alertTime(input);
  const troubled = new Set([...notable(failing), ...input.alerts].map(({ service }) => service));
  const moved = shifts
    .filter((shift) => troubled.has(shift.service) && !asksForMore(shift) && !climbsSlowly(shift))
    .map(({ at, step }) => at + step);
  const { often, rare } = firstComplaints(problems);
  const [clear, faint] = [[...often, ...moved], rare].map((times) => times.filter((at) => at <= alertAt));
  const times = clear!.length > 0 ? clear! : faint!;
  return times.length > 0 ? Math.min(...times) : alertAt;
}

const RUSH = 2;

/** Somewhat more requests than before, or ever more of them, are nobody's trouble: they come every morning, and at the end of the month. */
const asksForMore = (shift: MetricShift): boolean =>
  isMoreWork(shift) && (!shift.sudden || (metricKind(shift.metric) === 'traffic' && shift.since < RUSH * shift.before));

/** What climbs slowly to less than twice its level goes with the requests of the day. */
const climbsSlowly = ({ before, since, sudden }: MetricShift): boolean =>
  !sudden && since > before && since < RUSH * before;

const OFTEN = 3;

/** What was said so long before the rest is another story. */
const LONGEST_PAUSE_MS = 10 * 60_000;

/**
 * When each complaint began: its first line since the last long pause. Once or twice something is said in every healthy system:
 * that counts where nothing else does.
 */
function firstComplaints(problems: ProblemLine[]): { often: number[]; rare: number[] } {
  const alike = [...Map.groupBy(problems, ({ service, template }) => `${service} ${template}`).values()];
  const runs = alike.map((lines) => lastRun(lines.map(({ at }) => at).sort((left, right) => left - right)));
  return {
    often: runs.filter((times) => times.length >= OFTEN).map(([first]) => first!),
    rare: runs.filter((times) => times.length < OFTEN).map(([first]) => first!),
  };
}

function lastRun(times: number[]): number[] {
  const start = times.findLastIndex((at, index) => index === 0 || at - times[index - 1]! > LONGEST_PAUSE_MS);
  return times.slice(start);
}
