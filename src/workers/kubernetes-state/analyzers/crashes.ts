import type { Action } from '../../../shared/report.ts';
import { exitCodeText } from '../../detectors/support/termination.ts';
import { changeAction, describeAction, logAction } from '../actions.ts';
import { reachedBy } from '../configured-calls.ts';
import { type Analyzer, type Context, DEPTH, type Diagnosis, diagnosis } from '../diagnosis.ts';
import { fillsDisk, largestDiskUser, USED_BY_EVICTED } from '../disk-users.ts';
import { isFinishedTry } from '../finished-tries.ts';
import type { Container, ContainerState, Pod } from '../kubernetes-state.ts';
import { failureActions } from '../logs/failure-actions.ts';
import { messageOf } from '../logs/message-of.ts';
import { lastLineOf, logsOfPod, logsOfWorkload, type Said, saidBy } from '../logs/pod-log.ts';
import { ABOUT_CALLEES, calleeOf, isStore, storeOf } from '../logs/store-of.ts';
import { name, quote } from '../quote.ts';
import { disruptionOf, eventsOf, isEvicted, isReplaced, workloadName } from '../relations.ts';
import { goneFor } from '../replaced-pods.ts';

/** Finds containers that crash, were killed for memory or end with an error, with the error of their own log. */
export const crashes: Analyzer = (context) => {
  const groups = Map.groupBy(
    context.state.pods.filter(
      (pod) => !pod.deleting && !pod.answered && !isDone(context, pod) && !isOver(context, pod),
    ),
    (pod) => `${pod.namespace} ${workloadName(pod)}`,
  );
  return [...groups.values()].flatMap((pods) =>
    pods
      .flatMap((pod) => crashOf(context, pod))
      .toSorted((left, right) => right.confidence - left.confidence)
      .slice(0, 1),
  );
};

/** The remains of a pod that was replaced tell of the past, unless somebody asks about them. */
const isOver = ({ state, text, input }: Context, pod: Pod): boolean =>
  isReplaced(state, pod) && (!/evict/.test(text) || goneFor(state, pod, input.now) > LONG_AGO);

/** A failed try that a later one made good, unless somebody asks why it failed. */
const isDone = ({ state, text }: Context, pod: Pod): boolean => !/\bwhy\b/.test(text) && isFinishedTry(state, pod);

type Crash = { pod: Pod; container: Container | null; end: ContainerState | null; word: string };

function crashOf(context: Context, pod: Pod): Diagnosis[] {
  const crash = findCrash(context, pod);
  if (!crash) return [];
  if (crash.end?.reason === 'OOMKilled' || pod.reason === 'OOMKilled' || pod.reason === 'Init:OOMKilled')
    return [outOfMemory(context, crash)];
  if (isEvicted(pod)) return [evicted(context, pod)];
  return [crashed(context, crash)];
}

const WORDS = /^(?:Init:)?(?:CrashLoopBackOff|Error|OOMKilled|ContainerCannotRun|DeadlineExceeded)$/;

function findCrash(context: Context, pod: Pod): Crash | null {
  const { state } = context;
  if (isEvicted(pod)) return { pod, container: null, end: null, word: 'Evicted' };
  for (const container of [...pod.template.initContainers, ...pod.template.containers]) {
    const { status, last, restarts } = container;
    const end = status?.state === 'terminated' ? status : last;
    const failed = end !== null && end.exitCode !== 0 && end.exitCode !== null;
    const looping = status?.reason === 'CrashLoopBackOff' || pod.reason === 'CrashLoopBackOff';
    const ended = status?.state === 'terminated' && failed;
    const unstable = failed && pod.ready === false && (restarts ?? 0) > 0;
    const memory =
      end?.reason === 'OOMKilled' &&
      (pod.ready === false || ((restarts ?? 0) >= MANY && !endedLongAgo(context, pod, end)));
    if (looping || ended || unstable || memory)
      return { pod, container, end, word: status?.reason ?? end?.reason ?? 'Error' };
  }
  if (WORDS.test(pod.reason ?? '')) return { pod, container: null, end: null, word: pod.reason ?? '' };
  if ((pod.restarts ?? 0) >= MANY && pod.restartedAgo !== null && pod.restartedAgo <= JUST_NOW)
    return { pod, container: null, end: null, word: 'restarts' };
  const backOff = eventsOf(state, pod).findLast(({ reason }) => reason === 'BackOff');
  return backOff && /restarting failed container/.test(backOff.message) && pod.ready === false
    ? { pod, container: null, end: null, word: 'BackOff' }
    : null;
}

/** So long (in seconds) after its last end a pod that is ready has overcome it, unless somebody asks about just that. */
const LONG_AGO = 86_400;
/** Even who asks about it does not mean one of this long before (in seconds). */
const FAR_BACK = 7 * 86_400;
const ASKS_ABOUT_ENDS = /\boom|memory|restart|\bkill|crash/;

function endedLongAgo({ input, text }: Context, pod: Pod, end: ContainerState): boolean {
  const since = (input.now.getTime() - Date.parse(end.finishedAt ?? '')) / 1000;
  return (pod.restartedAgo ?? since) >= (ASKS_ABOUT_ENDS.test(text) ? FAR_BACK : LONG_AGO);
}

/** A pod that runs at the moment, and was restarted so often and so lately (in seconds), is in a loop all the same. */
const MANY = 3;
const JUST_NOW = 600;

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

function evicted(context: Context, pod: Pod): Diagnosis {
  const { state } = context;
  const event = eventsOf(state, pod).findLast(({ reason }) => reason === 'Evicted');
  const why = pod.message ?? disruptionOf(pod)?.message ?? event?.message ?? null;
  const user = /ephemeral-storage|disk/i.test(why ?? '') ? largestDiskUser(context, pod.node) : null;
  const other = user && user.workload !== workloadName(pod) ? user : null;
  return diagnosis({
    kind: 'evicted',
    class: 'resource',
    statement: `Pod ${name(pod.name)} was evicted from ${pod.node ? `node ${name(pod.node)}` : 'its node'} (Evicted)${why ? `${consumerIn(why)}: ${quote(why, 220)}` : ' because the node ran short of resources'}${other ? `. ${fillsDisk(other)}` : ''}`,
    component: workloadName(pod),
    namespace: pod.namespace,
    touches: [workloadName(pod), pod.name, pod.node ?? '', other?.workload ?? ''],
    confidence: 0.82,
    evidence: [...pod.evidence, ...(event ? [event.evidence] : []), ...(other?.evidence ?? [])],
    actions: describeAction('pod', pod.name, pod.namespace, 'See why the pod was evicted'),
    prevention: ['Set requests that match use, so that the scheduler does not fill nodes beyond what they have.'],
  });
}

/** The container that the kubelet says used the resource which ran short; it stands far behind in a long message. */
function consumerIn(why: string): string {
  const short = /low on resource: ([\w-]+)/.exec(why)?.[1];
  const all = [...why.matchAll(USED_BY_EVICTED)];
  const [, container, used, resource] = all.find(([, , , of]) => of === short) ?? all[0] ?? [];
  return container ? `, whose container ${name(container)} was using ${used} of ${resource}` : '';
}

function crashed(context: Context, crash: Crash): Diagnosis {
  const { pod, container, end } = crash;
  const logs = [
    ...logsOfPod(context.state, pod),
    ...logsOfWorkload(context.state, { name: workloadName(pod), namespace: pod.namespace }),
  ];
  const said = saidBy(logs);
  const last = said || end?.message ? null : lastLineOf(logs);
  const kind = said?.line.kind ?? null;
  const store =
    said && kind?.class === 'database'
      ? storeOf(context.state, workloadName(pod), pod.namespace, `${said.line.text} ${said.line.also ?? ''}`)
      : null;
  const callee = said ? calleeOf(context.state, said, workloadName(pod)) : null;
  // An answer with an error of the server was given by somebody else, also where the line does not say by whom.
  const vague = kind?.name === 'callee-error' && callee === null;
  const below = vague ? [...reachedBy(context.state, workloadName(pod), pod.namespace)] : [];
  const waits = ABOUT_CALLEES.has(kind?.name ?? '') && (vague || (callee ?? store) !== null);
  const restarts = container?.restarts ?? pod.restarts;
  return diagnosis({
    kind: kind ? `crash-${kind.name}` : 'crash',
    class: classOf(workloadName(pod), pod, kind?.class ?? null),
    statement: `${where(crash)} ${ended(crash)}${facts(crash)}${kind ? ` because ${kind.meaning}${store ? ` (${name(store.name)})` : ''}` : ''}${NAME_SERVER.test(workloadName(pod)) ? ', so the names of the cluster do not resolve (DNS)' : ''}${said ? `. Its log says: ${words(said)}` : last ? `. Its log ends with: ${quote(messageOf(last.text), 200)}` : messageOfEnd(end)}`,
    component: workloadName(pod),
    namespace: pod.namespace,
    touches: [
      workloadName(pod),
      pod.name,
      store?.name ?? '',
      callee ?? '',
      ...below,
      ...(said ? [said.log.service ?? ''] : []),
    ],
    confidence: said ? (kind ? 0.88 : 0.82) : 0.62,
    cause: said !== null,
    // Who crashes for want of a callee is explained by what that callee suffers from.
    depth: waits ? DEPTH.service : DEPTH.pod,
    evidence: [
      ...pod.evidence,
      ...(store?.evidence ?? []),
      ...(said ? [said.log.evidence] : []),
      ...(last ? [last.log.evidence] : []),
      ...eventsOf(context.state, pod).map(({ evidence }) => evidence),
    ],
    actions: [
      ...podActions(crash),
      ...failureActions(
        kind?.name ?? null,
        { owner: workloadName(pod), pod: pod.name, namespace: pod.namespace, peer: callee ?? store?.name ?? null },
        context.state,
      ),
    ],
    prevention: [
      'Let a rollout stop when new pods do not become ready, so that a version that cannot start never replaces one that runs.',
      'Check configuration, secrets and dependencies at start, with an error message that names what is missing.',
    ],
    metrics: restarts ? [{ name: `Restarts of ${pod.name}`, value: String(restarts), evidence: pod.evidence }] : [],
  });
}

/** State, exit code and restarts, as far as they are known. */
function facts({ pod, container, end, word }: Crash): string {
  const restarts = container?.restarts ?? pod.restarts;
  const told = [
    word === 'Error' || word === 'restarts' ? null : word,
    end?.exitCode != null ? `exit code ${end.exitCode}` : null,
    exitText(end),
    restarts ? `restart count ${restarts}` : null,
  ].filter((part) => part);
  return told.length > 0 ? ` (${told.join(', ')})` : '';
}

/** The pods that resolve the names of a cluster. */
const NAME_SERVER = /^(?:coredns|kube-dns|node-?local-?dns)/;

/** A store that crashes for a reason of no known kind, or for its files and settings, is still a trouble of a database. */
function classOf(workload: string, pod: Pod, told: Diagnosis['class'] | null): Diagnosis['class'] {
  if (NAME_SERVER.test(workload)) return 'network';
  const images = pod.template.containers.map(({ image }) => image ?? '').join(' ');
  const store = isStore(`${workload} ${images}`);
  return store && (told === null || told === 'application') ? 'database' : (told ?? 'application');
}

function ended({ pod, end, container, word }: Crash): string {
  const init =
    container && pod.template.initContainers.includes(container)
      ? ' (an init container, so that the pod cannot start)'
      : '';
  return `${word === 'CrashLoopBackOff' || word === 'BackOff' || word === 'restarts' ? 'crashes again and again' : end?.state === 'terminated' && pod.owner?.kind === 'Job' ? 'failed' : 'ended with an error'}${init}`;
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
