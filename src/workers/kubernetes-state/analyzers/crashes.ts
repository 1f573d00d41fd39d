import type { Action } from '../../../shared/report.ts';
import { exitCodeText } from '../../detectors/support/termination.ts';
import { changeAction, describeAction, logAction } from '../actions.ts';
import { type Analyzer, type Context, DEPTH, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { Container, ContainerState, Pod } from '../kubernetes-state.ts';
import { messageOf } from '../logs/decisive-line.ts';
import { logsOfPod, logsOfWorkload, type Said, saidBy } from '../logs/pod-log.ts';
import { name, quote } from '../quote.ts';
import { eventsOf, workloadName } from '../relations.ts';

/** Finds containers that crash, were killed for memory or end with an error, with the error of their own log. */
export const crashes: Analyzer = (context) => {
  const groups = Map.groupBy(
    context.state.pods.filter((pod) => !pod.deleting && !pod.answered),
    (pod) => `${pod.namespace} ${workloadName(pod)}`,
  );
  return [...groups.values()].flatMap((pods) => pods.flatMap((pod) => crashOf(context, pod)).slice(0, 1));
};

type Crash = { pod: Pod; container: Container | null; end: ContainerState | null; word: string };

function crashOf(context: Context, pod: Pod): Diagnosis[] {
  const crash = findCrash(context, pod);
  if (!crash) return [];
  if (crash.end?.reason === 'OOMKilled' || pod.reason === 'OOMKilled' || pod.reason === 'Init:OOMKilled')
    return [outOfMemory(context, crash)];
  if (pod.reason === 'Evicted') return [evicted(pod)];
  return [crashed(context, crash)];
}

const WORDS = /^(?:Init:)?(?:CrashLoopBackOff|Error|OOMKilled|ContainerCannotRun|DeadlineExceeded)$/;

function findCrash({ state }: Context, pod: Pod): Crash | null {
  if (pod.reason === 'Evicted') return { pod, container: null, end: null, word: 'Evicted' };
  for (const container of [...pod.template.initContainers, ...pod.template.containers]) {
    const { status, last, restarts } = container;
    const end = status?.state === 'terminated' ? status : last;
    const failed = end !== null && end.exitCode !== 0 && end.exitCode !== null;
    const looping = status?.reason === 'CrashLoopBackOff' || pod.reason === 'CrashLoopBackOff';
    const ended = status?.state === 'terminated' && failed;
    const unstable = failed && pod.ready === false && (restarts ?? 0) > 0;
    const memory = end?.reason === 'OOMKilled' && (pod.ready === false || (restarts ?? 0) >= 3);
    if (looping || ended || unstable || memory)
      return { pod, container, end, word: status?.reason ?? end?.reason ?? 'Error' };
  }
  if (WORDS.test(pod.reason ?? '')) return { pod, container: null, end: null, word: pod.reason ?? '' };
  const backOff = eventsOf(state, pod).findLast(({ reason }) => reason === 'BackOff');
  return backOff && /restarting failed container/.test(backOff.message) && pod.ready === false
    ? { pod, container: null, end: null, word: 'BackOff' }
    : null;
}

const where = ({ pod, container }: Crash): string =>
  `${container ? `Container ${name(container.name)} of pod` : 'Pod'} ${name(pod.name)}`;

function outOfMemory({ state }: Context, crash: Crash): Diagnosis {
  const { pod, container, end } = crash;
  const limit = container?.limits.memory ?? null;
  const said = saidBy(logsOfPod(state, pod));
  const code = end?.exitCode === 137 ? ', exit code 137' : '';
  const loop = crash.word === 'CrashLoopBackOff' ? ' and restarts again and again (CrashLoopBackOff)' : '';
  return diagnosis({
    kind: 'oom-killed',
    class: 'resource',
    statement: `${where(crash)} is killed for want of memory (OOMKilled${code})${loop}: it needs more memory than its memory limit${limit ? ` of ${limit}` : ''} allows${said ? `. Its log says: ${words(said)}` : ''}`,
    component: workloadName(pod),
    namespace: pod.namespace,
    touches: [workloadName(pod), pod.name],
    confidence: 0.9,
    evidence: [
      ...pod.evidence,
      ...(said ? [said.log.evidence] : []),
      ...eventsOf(state, pod).map(({ evidence }) => evidence),
    ],
    actions: [
      ...podActions(crash),
      changeAction(
        'Raise the memory limit, or go back to the version before the growth',
        'Restarts the pods of the workload.',
      ),
    ],
    prevention: ['Set memory limits from measured use with headroom, and alert when the working set nears the limit.'],
    metrics: limit ? [{ name: `Memory limit of ${container?.name}`, value: limit, evidence: pod.evidence }] : [],
  });
}

function evicted(pod: Pod): Diagnosis {
  return diagnosis({
    kind: 'evicted',
    class: 'resource',
    statement: `Pod ${name(pod.name)} was evicted from its node (Evicted)${pod.message ? `: ${quote(pod.message, 220)}` : ' because the node ran short of resources'}`,
    component: workloadName(pod),
    namespace: pod.namespace,
    touches: [workloadName(pod), pod.name, pod.node ?? ''],
    confidence: 0.82,
    evidence: pod.evidence,
    actions: describeAction('pod', pod.name, pod.namespace, 'See why the pod was evicted'),
    prevention: ['Set requests that match use, so that the scheduler does not fill nodes beyond what they have.'],
  });
}

function crashed(context: Context, crash: Crash): Diagnosis {
  const { pod, container, end } = crash;
  const said = saidBy([
    ...logsOfPod(context.state, pod),
    ...logsOfWorkload(context.state, { name: workloadName(pod), namespace: pod.namespace }),
  ]);
  const kind = said?.line.kind ?? null;
  const own = [
    crash.word === 'Error' ? null : crash.word,
    end?.exitCode != null ? `exit code ${end.exitCode}` : null,
    exitText(end),
  ].filter((part) => part);
  const restarts = container?.restarts ?? pod.restarts;
  return diagnosis({
    kind: kind ? `crash-${kind.name}` : 'crash',
    class: kind?.class ?? 'application',
    statement: `${where(crash)} ${ended(crash)} (${own.join(', ')}${restarts ? `${own.length > 0 ? ', ' : ''}restart count ${restarts}` : ''})${kind ? ` because ${kind.meaning}` : ''}${said ? `. Its log says: ${words(said)}` : messageOfEnd(end)}`,
    component: workloadName(pod),
    namespace: pod.namespace,
    touches: [workloadName(pod), pod.name, ...(said ? [said.log.service ?? ''] : [])],
    confidence: said ? (kind ? 0.88 : 0.82) : 0.62,
    cause: said !== null,
    depth: DEPTH.pod,
    evidence: [
      ...pod.evidence,
      ...(said ? [said.log.evidence] : []),
      ...eventsOf(context.state, pod).map(({ evidence }) => evidence),
    ],
    actions: podActions(crash),
    prevention: [
      'Let a rollout stop when new pods do not become ready, so that a version that cannot start never replaces one that runs.',
      'Check configuration, secrets and dependencies at start, with an error message that names what is missing.',
    ],
    metrics: restarts ? [{ name: `Restarts of ${pod.name}`, value: String(restarts), evidence: pod.evidence }] : [],
  });
}

function ended({ pod, end, container, word }: Crash): string {
  const init =
    container && pod.template.initContainers.includes(container)
      ? ' (an init container, so that the pod cannot start)'
      : '';
  return `${word === 'CrashLoopBackOff' || word === 'BackOff' ? 'crashes again and again' : end?.state === 'terminated' && pod.owner?.kind === 'Job' ? 'failed' : 'ended with an error'}${init}`;
}

const exitText = (end: ContainerState | null): string | null =>
  end?.exitCode === 1 || end === null ? null : exitCodeText(end.exitCode);

const messageOfEnd = (end: ContainerState | null): string =>
  end?.message ? `. Its last words: ${quote(end.message, 200)}` : '';

/** The decisive line and, where there is one, the line that adds to it. */
export function words({ line }: Said): string {
  const also = line.also ? ` and ${quote(messageOf(line.also), 140)}` : '';
  return `${quote(messageOf(line.text), 220)}${also}`;
}

function podActions({ pod, container }: Crash): Action[] {
  return [
    ...logAction(pod.name, pod.namespace, container?.name ?? null, true),
    ...describeAction('pod', pod.name, pod.namespace, 'See state, limits and events of the pod'),
  ];
}
