import { IS_DOWN } from '../database-state/complaints.ts';
import { SPEAKS_OF_DATABASE } from '../database-state/healthy-database.ts';
import type { DetectorInput } from '../detectors/detector.ts';
import { DOUBT } from '../detectors/support/doubt.ts';
import { diagnose } from './diagnose.ts';
import type { Context } from './diagnosis.ts';
import { isComplete as isCompleteJob, isFinishedTry, isRunLater, withoutRun } from './finished-tries.ts';
import { isOfFormerLife } from './former-life.ts';
import { idleByDesign } from './idle-by-design.ts';
import type { KubernetesState, LogText, Pod, Workload } from './kubernetes-state.ts';
import { saidBy } from './logs/pod-log.ts';
import { isWork } from './logs/served.ts';
import { SPEAKS_OF_WAITING } from './logs/waiting-words.ts';
import { isLongOver } from './long-over.ts';
import { writerOf } from './mentions.ts';
import { alarming } from './monitors.ts';
import { name } from './quote.ts';
import { textAt } from './raw.ts';
import { ageSeconds } from './read/ages.ts';
import { eventsOf, isReplaced, podsOf, sameNamespace, workloadName } from './relations.ts';
import { killedOfLate, oldKill } from './remembered-ends.ts';
import { isSlow, workWaits } from './slow-work.ts';
import { type Subjects, subjectPods } from './subjects.ts';
import { endpointsOfSlices } from './typed/endpoint-slices.ts';
import { endpointsOf } from './typed/to-objects.ts';

const OF_WORKLOADS = String.raw`\b(?:pods?|deployments?|replica ?sets?|stateful ?sets?|daemon ?sets?|containers?|roll-?outs?|kubernetes\w*|k8s|kube\w*|eks|aks|gke|namespaces?|crash\w*|restart\w*|logs?|hpa\w*|failedmount|failedscheduling|readiness|liveness|terminating)\b`;

/** The words of an alert that names workloads of Kubernetes. */
export const NAMES_KUBERNETES = new RegExp(OF_WORKLOADS, 'i');

/**
 * The words of an alert (or a question) about workloads of Kubernetes, or of somebody who asks whether all is well. What else an
 * alert says is a symptom of users, which the state of workloads alone does not clear up.
 */
export const SPEAKS_OF_KUBERNETES = new RegExp(
  OF_WORKLOADS +
    // Servers of databases and clouds have events, volumes and questions of their own.
    String.raw`|^(?![\s\S]*(?:${SPEAKS_OF_DATABASE.source}))[\s\S]*(?:(?<![\w.-])(?:autoscal\w*|quotas?|services?|endpoints?|probes?|mounts?|schedul\w*|events?|jobs?|cron ?jobs?|polic(?:y|ies)|volumes?|pvcs?|ingress\w*|images?|nodes?|warnings?|evict\w*)(?![\w-])|\b(?:is|are|does|do|did|was|were|has|have|any|anything|everything)\b[^\n]{0,120}\?|\b(?:fine|healthy|well|ok|okay|check|look at|review|investigate|analy[sz]e|health|anomal\w+)\b)`,
  'i',
);

/** Words of users who see a symptom: only the logs of those concerned can speak against it. */
const SYMPTOM_OF_USERS = new RegExp(
  String.raw`\b(?:slow\w*|latency|time[sd]? ?out|timeouts?|errors?|fail(?:s|ed|ing|ures?)?|5\d\d|unavailable|unreachable|degrad\w*|broken|outage|incident|impact\w*|complain\w*|p9\d|latenc\w+|wrong|root cause|cannot|can't|stuck|hang\w*|refus\w+|missing|unresponsive|not (?:reachable|responding|answering|working|getting|receiving))\b|${IS_DOWN}`,
  'i',
);

/** Symptoms that somebody outside of the cluster sees, whatever else an alert tells. */
const SEEN_BY_USERS =
  /\bslow|latenc|p9\d|time[sd]? ?-?out|\b5\d\ds?\b|5xx|error ?rate|\bcustomers?\b|\busers?\b|complain|outage|requests? fail/;

/** Pods may be ready and no service send them anything. */
const SPEAKS_OF_ENDPOINTS = /\b(?:no|zero|without) (?:(?:ready|available|healthy|active) )?endpoints\b|NoEndpoints/i;

const SPEAKS_OF_SLOWNESS =
  /slow|latenc|p9\d|respons\w* time|\bages\b|\bhang|takes? (?:too )?long|\bseconds?\b|time[sd]? ?out|sluggish/i;

/** What somebody says to have waited for in vain. */
const MISSES_SOMETHING =
  /\b(?:not|\w+n't|never|no longer)(?: yet| any ?more)? (?:receiv|get|see(?!m)|find|arriv|appear|updat|sen[dt]|deliver|reach|com(?:e|ing)|load|open|process|sync|print|save|stor|publish|refresh)\w*\b/i;

/** Who asks why users see something knows that they do: ready pods and quiet logs do not deny it. */
const ASKS_WHY = /\bwhy\b|root cause|\bwhat (?:is|makes it) (?:slow|broken|failing)\b/;

/**
 * What shows by itself that all is well where the alert asks about workloads; null where they are not well, nothing was seen of them, or
 * somebody asks why users see something (unless that is a Job which came to its end, or what a log complained about long ago).
 */
export function healthyState(input: DetectorInput): { statement: string; evidence: number[] } | null {
  const { state, text } = diagnose(input).context;
  const done = state.workloads.some(
    (one) => one.kind === 'Job' && isCompleteJob(one) && text.includes(withoutRun(one.name)),
  );
  const isSymptom = SYMPTOM_OF_USERS.test(text) || MISSES_SOMETHING.test(text);
  const asksWhy = ASKS_WHY.test(text) && isSymptom && !done && !asksOfOldLines(text, state);
  return asksWhy ? null : wellWorkloads(input);
}

const LOGS_ERRORS = /\b(?:logs?|logged|logging|writes?|prints?)\b[^.?!\n]{0,40}\b(?:errors?|warnings?|failures?)\b/;

/**
 * True for a question about errors that somebody logs, where all that was found of them is over for long, or a search found nothing that harms
 * anybody and the program works.
 */
const asksOfOldLines = (text: string, { logs, ...state }: KubernetesState): boolean =>
  LOGS_ERRORS.test(text) &&
  logs.some(
    (log) =>
      isLongOver({ logs, ...state }, log) ||
      (log.filter !== null && log.lines.length > 0 && saidBy([log]) === null && worksBeside(logs, log)),
  );

/** So many pieces of work in a log show that its program works. */
const WORKS = 2;

/** True where the log of the same pod tells of work beside what was searched for in it. */
const worksBeside = (logs: LogText[], { pod, namespace }: LogText): boolean =>
  logs.some(
    (log) => !log.filter && log.pod === pod && log.namespace === namespace && log.lines.filter(isWork).length >= WORKS,
  );

/** True where the log of a program that an alert names was read and complains of nothing. */
export function hasQuietLog(input: DetectorInput): boolean {
  const { context, subjects } = diagnose(input);
  const own = context.state.logs.filter((log) => !log.command && subjects.names.has(writerOf(log).toLowerCase()));
  return own.some(({ lines }) => lines.length > 0) && own.every((log) => saidBy([log]) === null);
}

/** What shows that the workloads of an alert rest on purpose, so that nobody misses them; null where any of them is to run. */
export function restsByDesign(input: DetectorInput): { statement: string; evidence: number[] } | null {
  const { context, subjects } = diagnose(input);
  const workloads = subjectWorkloads(context.state, subjects);
  const rest = workloads.every((one) => restOf(context.state, one).length > 0);
  return workloads.length > 0 && rest ? healthyState(input) : null;
}

/** What shows that the workloads of the alert are well; null where they are not, or nothing was seen of them. */
export function wellWorkloads(input: DetectorInput): { statement: string; evidence: number[] } | null {
  const { context, subjects, diagnoses } = diagnose(input);
  const { state } = context;
  if (state.desiredOnly || diagnoses.some(({ confidence }) => confidence >= DOUBT)) return null;
  if (alarming(input, state, subjectPods(state, subjects))) return null;
  const pods = subjectPods(state, subjects).filter(
    (pod) => !pod.deleting && !isReplaced(state, pod) && !isFinishedTry(state, pod),
  );
  const workloads = subjectWorkloads(state, subjects);
  if (pods.length === 0 && workloads.length === 0) return null;
  // Who asks about what is left of a pod is answered by the pods that stand in its place.
  const asksOfRemains =
    !SEEN_BY_USERS.test(context.text) &&
    subjectPods(state, subjects).some(
      (pod) => isReplaced(state, pod) && (/evict/.test(context.text) || context.text.includes(pod.name)),
    );
  const allRest = workloads.length > 0 && workloads.every((one) => restOf(state, one).length > 0);
  if (SYMPTOM_OF_USERS.test(context.text) && !asksOfRemains && !allRest && !heard(state, pods)) return null;
  if (SPEAKS_OF_ENDPOINTS.test(context.text) && !hasEndpoints(context, pods)) return null;
  if (/restart|crash/.test(context.text) && pods.some((pod) => isNewborn(pod))) return null;
  if (killedOfLate(context.text, pods, input.now)) return null;
  const waits = SPEAKS_OF_WAITING.test(context.text);
  if ((waits || SPEAKS_OF_SLOWNESS.test(context.text)) && isSlow(state)) return null;
  if (waits && workWaits(state)) return null;
  if (!pods.every(isWell) || !workloads.every((workload) => isComplete(state, workload))) return null;
  const resting = workloads.flatMap((workload) => restOf(state, workload));
  const runs = running(pods, workloads);
  // A name without a pod, a number or a completed run shows nothing.
  if (runs === '' && resting.length === 0 && !workloads.some((one) => cameToItsEnd(state, one))) return null;
  const said = [
    runs,
    ...resting.map(({ statement }) => statement),
    ...terminating(state, subjects),
    ...over(state, workloads),
    oldKill(context.text, pods),
    quiet(context),
  ].filter((part) => part !== null && part !== '');
  const evidence = [
    ...pods.flatMap((pod) => pod.evidence),
    ...workloads.flatMap((workload) => workload.evidence),
    ...state.events.map((event) => event.evidence),
    ...state.logs.map((log) => log.evidence),
    ...deletingPods(state, subjects).flatMap((pod) => pod.evidence),
    ...resting.flatMap(({ evidence: own }) => own),
  ];
  return { statement: said.join('; '), evidence: [...new Set(evidence)] };
}

/** True where a pod of the alert's subjects is not well, or a workload of them lacks replicas. */
export function workloadsAreIll(input: DetectorInput): boolean {
  const { context, subjects } = diagnose(input);
  const { state } = context;
  const pods = subjectPods(state, subjects).filter((pod) => !pod.deleting && !isReplaced(state, pod));
  return !(pods.every(isWell) && subjectWorkloads(state, subjects).every((workload) => isComplete(state, workload)));
}

/** True when the words of the alert are those of users and a log of the pods in question was read, or events about them. */
function heard(state: KubernetesState, pods: Pod[]): boolean {
  const names = new Set(pods.flatMap((pod) => [pod.name, workloadName(pod)]));
  const logs = state.logs.some(
    ({ pod, service, command }) => !command && (names.has(pod ?? '') || names.has(service ?? '')),
  );
  return (
    logs ||
    hasCompleted(pods) ||
    state.events.some((event) => names.has(event.name)) ||
    state.workloads.some(({ conditions }) => conditions.length > 0)
  );
}

/** A job that came to its end did what it was asked to do. */
const hasCompleted = (pods: Pod[]): boolean => pods.length > 0 && pods.every(({ phase }) => phase === 'Succeeded');

/** True for a Job, or a CronJob, of which this run or a later one came to its end. */
const cameToItsEnd = (state: KubernetesState, workload: Workload): boolean =>
  workload.kind === 'CronJob'
    ? state.workloads.some((one) => one.kind === 'Job' && withoutRun(one.name) === workload.name && isCompleteJob(one))
    : isCompleteJob(workload) || isRunLater(state, workload);

/** A pod this young (s) cannot tell what became of those before it. */
const NEWBORN = 600;
const isNewborn = ({ raw }: Pod): boolean => (ageSeconds(textAt(raw, 'metadata', 'age') ?? '') ?? NEWBORN) < NEWBORN;

/** True when a service of the pods in question, by its name in the alert or by their own, was seen and has endpoints. */
function hasEndpoints({ state, text }: Context, pods: Pod[]): boolean {
  const alone = [
    ...(state.others.get('Endpoints') ?? []),
    ...endpointsOfSlices(state.others.get('EndpointSlice') ?? []),
  ].filter((meta) => endpointsOf(meta).ready.length > 0);
  const seen = [...alone, ...state.services.filter(({ endpoints }) => endpoints !== null && endpoints.length > 0)];
  return seen.some(
    (one) => text.includes(one.name.toLowerCase()) && pods.some((pod) => sameNamespace(one.namespace, pod.namespace)),
  );
}

const isWell = (pod: Pod): boolean =>
  pod.phase === 'Succeeded' || (pod.ready === true && (pod.phase === null || pod.phase === 'Running'));

function isComplete(state: KubernetesState, { desired, ready, available, kind, ...workload }: Workload): boolean {
  if (kind === 'Job' || kind === 'CronJob' || desired === null) return true;
  const enough = (ready ?? available) !== null && (ready ?? available ?? 0) >= desired;
  return (
    enough ||
    (ready === null &&
      available === null &&
      podsOf(state, { kind, desired, ready, available, ...workload }).every(isWell))
  );
}

function subjectWorkloads(state: KubernetesState, { names, namespaces }: Subjects): Workload[] {
  const own = state.workloads.filter(({ kind }) => kind !== 'ReplicaSet');
  const named = own.filter((workload) => names.has(workload.name.toLowerCase()));
  if (named.length > 0 || names.size > 0) return named;
  return namespaces.size > 0 ? own.filter(({ namespace }) => namespace !== null && namespaces.has(namespace)) : own;
}

function running(pods: Pod[], workloads: Workload[]): string {
  const [workload] = workloads.filter(({ desired, ready }) => desired !== null && desired > 0 && ready !== null);
  const replicas = workload
    ? `${workload.kind} ${name(workload.name)} has ${workload.ready} of ${workload.desired} desired replicas ready`
    : null;
  const namesOf = (some: Pod[]) => [...new Set(some.map(workloadName))].slice(0, 3).map(name).join(', ');
  const active = pods.filter(({ phase }) => phase !== 'Succeeded');
  const ready = active.length > 0 ? `all pods of ${namesOf(active)} are running and ready` : null;
  const done = active.length === 0 && pods.length > 0 ? `all pods of ${namesOf(pods)} have completed` : null;
  return [replicas, ready, done].filter((part) => part !== null).join(' and ');
}

const deletingPods = (state: KubernetesState, { names }: Subjects): Pod[] =>
  state.pods.filter(
    (pod) =>
      pod.deleting &&
      (names.size === 0 || names.has(pod.name.toLowerCase()) || names.has(workloadName(pod).toLowerCase())),
  );

/** What looks like trouble and is only the end of a pod that was replaced. */
function terminating(state: KubernetesState, subjects: Subjects): string[] {
  const [pod] = deletingPods(state, subjects);
  return pod
    ? [
        `pod ${name(pod.name)} is terminating: it belongs to the old ReplicaSet of a completed rollout and is no current failure`,
      ]
    : [];
}

/** A workload that its autoscaler took to zero until there is work. */
function restOf(state: KubernetesState, workload: Workload): { statement: string; evidence: number[] }[] {
  const rest = workload.desired === 0 ? idleByDesign(state, workload) : null;
  return rest
    ? [
        {
          statement: `${workload.kind} ${name(workload.name)} rests at zero replicas by design: ${rest.why}`,
          evidence: rest.evidence,
        },
      ]
    : [];
}

/** A warning that the present state contradicts is over. */
function over(state: KubernetesState, workloads: Workload[]): string[] {
  const events = workloads.flatMap((workload) => eventsOf(state, workload)).filter(({ type }) => type === 'Warning');
  const rolledBack =
    state.logs.some(({ lines }) => lines.some((line) => /roll(?:ed)?[ -]?back/i.test(line))) ||
    events.some(({ message }) => /roll(?:ed)?[ -]?back/i.test(message));
  const [event] = events;
  return event ? [`the event ${name(event.reason)} is over${rolledBack ? ': the rollout was rolled back' : ''}`] : [];
}

function quiet({ state, input }: Context): string | null {
  const read = state.logs.filter(({ lines }) => lines.length > 0);
  if (read.length === 0) return null;
  const complaining = read.filter((log) => saidBy([log]) !== null);
  const former = complaining.filter((log) => isOfFormerLife({ state, input }, log));
  const old = complaining.filter((log) => isLongOver(state, log));
  // Somebody beside those whom the alert is about complains of something that is no matter of theirs.
  if (complaining.some((log) => !former.includes(log) && !old.includes(log))) return null;
  if (former.length > 0)
    return 'what earlier containers complained about is over, and the logs since then hold no error';
  return old.length > 0
    ? 'what was complained about long ago is over, and the logs since then hold no error'
    : 'the logs hold no error';
}
