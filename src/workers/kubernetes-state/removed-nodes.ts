import type { DetectorInput } from '../detectors/detector.ts';
import { DOUBT } from '../detectors/support/doubt.ts';
import { diagnose } from './diagnose.ts';
import { isFinishedTry } from './finished-tries.ts';
import { workloadsAreIll } from './healthy-state.ts';
import type { KubeEvent, KubernetesState } from './kubernetes-state.ts';
import { writerOf } from './mentions.ts';
import { name, quote } from './quote.ts';
import { isReplaced } from './relations.ts';

/** Alerts about a node that is not there, or not as it should be. */
const OF_NODES = /\bnodes?\b|\bkube_?node\w*|\bkubelet|\bhosts?\b|\binstances?\b|\bmachines?\b/;
/** What users see is not cleared up by why a node is gone. */
const MORE =
  /\bslow|latenc|time[sd]? ?-?out|\b5\d\ds?\b|5xx|error ?rate|\bcustomers?\b|\busers?\b|complain|outage|requests? fail|\bpods? (?:lost|fail|pending)|\bpending\b/;

/** What cluster-autoscaler, Karpenter and those of the clouds say of a node that they take away because it is not needed. */
const TAKES_AWAY =
  /\bscale-?\s?down\b|\bscaled? in\b|toBeDeleted|consolidat|under-?utili[sz]|\bempty\b|\bdisrupting\b|deprovision|no longer needed|unneeded|\bdeleted? node(?:claim)?\b/i;
const REASON =
  /^(?:ScaleDown(?!Failed)\w*|Disruption(?:Launching|Terminating|WaitingReadiness)|Deprovisioning\w*|Consolidat\w*)$/;
/** A node is also taken away because it was lost, or cannot be taken away. */
const FOR_TROUBLE =
  /unready|not ready|unhealthy|interrupt|preempt|reclaim|repair|fail|cannot|unable|blocked|error|longUnregistered|unregistered/i;
const AUTOSCALER = /autoscaler|karpenter|node-?pool|castai|spot-?ocean|machine-?(?:controller|set)/i;
/** The first words of a trouble with the node itself. */
const LOST =
  /^(?:NodeNotReady|NodeStatusUnknown|NodeUnreachable|NodeHasDiskPressure|NodeHasInsufficientMemory|SystemOOM|KernelDeadlock|NodeNotSchedulable)$/;

/**
 * What shows that a node which an alert misses is meant to be as it is: its autoscaler took it away before it fell silent, and it is in no
 * list any more, or it was drained before it was restarted, and is ready again; the nodes, workloads and pods that are left are well.
 */
export function removedNode(input: DetectorInput): { statement: string; evidence: number[] } | null {
  const { context, diagnoses } = diagnose(input);
  const { state, text } = context;
  if (!OF_NODES.test(text) || MORE.test(text)) return null;
  if (diagnoses.some(({ confidence }) => confidence >= DOUBT) || workloadsAreIll(input) || !restIsWell(state))
    return null;
  const list = [...state.nodes, ...state.pods, ...state.workloads].flatMap(({ evidence }) => evidence);
  const meant = takenAway(state, text) ?? drained(state, text);
  return (
    meant && {
      statement: `${meant.said}, and the nodes, pods and workloads that are left are well`,
      evidence: [...new Set([...meant.evidence, ...list])],
    }
  );
}

function takenAway(state: KubernetesState, text: string): Removal | null {
  const missed = missedNodes(state, text);
  const removals = missed.map((node) => removalOf(state, node));
  const [first] = removals;
  if (!first || removals.includes(null)) return null;
  return {
    said: `node ${name(missed[0] ?? '')} was taken away because it was not needed (${quote(first.said, 160)})`,
    evidence: removals.flatMap((one) => one?.evidence ?? []),
  };
}

/** The nodes of the alert that were cordoned before anything else was seen of them, and are ready again. */
function drained(state: KubernetesState, text: string): Removal | null {
  const words = new Set(wordsOf(text));
  const own = state.nodes.filter((node) => words.has(node.name.toLowerCase()));
  const events = own.map((node) => state.events.filter((event) => event.kind === 'Node' && event.name === node.name));
  const [first] = own;
  const wasMeant = events.every((some) => {
    const cordoned = some.filter(({ reason }) => reason === 'NodeNotSchedulable');
    const lost = some.filter(
      ({ reason }) => reason !== 'NodeNotSchedulable' && (LOST.test(reason) || reason === 'Rebooted'),
    );
    return cordoned.length > 0 && lost.every((event) => cordoned.some((one) => isBefore(one, event)));
  });
  if (!first || !wasMeant || !own.every(({ ready }) => ready === true)) return null;
  return {
    said: `node ${name(first.name)} was cordoned and drained before it was restarted, and is ready again`,
    evidence: events.flatMap((some) => some.map(({ evidence }) => evidence)),
  };
}

/** The nodes that the alert names and of which only events, logs and a question in vain tell. */
function missedNodes(state: KubernetesState, text: string): string[] {
  const asked = [...state.missing.keys()]
    .filter((key) => key.startsWith('Node|'))
    .map((key) => key.split('|')[2] ?? '');
  const told = state.events.filter(({ kind }) => /^(?:Node|NodeClaim|Machine)$/.test(kind)).map((event) => event.name);
  const lines = autoscalerLines(state).filter(({ said }) => TAKES_AWAY.test(said));
  const logged = wordsOf(text).filter((word) => lines.some(({ said }) => said.includes(word)));
  const names = [...new Set([...asked, ...told, ...logged])].filter(
    (one) => one.length > 3 && text.includes(one.toLowerCase()),
  );
  const listed = [...state.listed].some((key) => key.startsWith('Node|'));
  const gone = names.filter((one) => asked.includes(one) || listed);
  return gone.length === names.length && !names.some((one) => state.nodes.some((node) => node.name === one))
    ? names
    : [];
}

/** A name of a node as the clouds give it: of several parts. */
const NODE_NAME = /[a-z0-9][a-z0-9.-]{4,250}/g;

const wordsOf = (text: string): string[] =>
  (text.match(NODE_NAME) ?? []).map((word) => word.replace(/[.-]$/, '')).filter((word) => /[a-z0-9][.-]/.test(word));

/** What autoscalers wrote. */
const autoscalerLines = ({ logs }: KubernetesState): Removal[] =>
  logs
    .filter((log) => !log.command && AUTOSCALER.test(`${writerOf(log)} ${log.service ?? ''}`))
    .flatMap(({ lines, evidence }) => lines.map((line) => ({ said: line.slice(0, 1500), evidence: [evidence] })));

type Removal = { said: string; evidence: number[] };

/** What the autoscaler said of the node before anything was wrong with it; null where it said nothing, or took away what was lost. */
function removalOf(state: KubernetesState, node: string): Removal | null {
  const own = state.events.filter((event) => event.name === node || event.message.includes(node));
  const taken = own.filter(({ reason, message }) => REASON.test(reason) && TAKES_AWAY.test(`${reason} ${message}`));
  const lines = autoscalerLines(state).filter((line) => line.said.includes(node));
  const logged = lines.filter(({ said }) => TAKES_AWAY.test(said));
  const said = [...taken.map(({ message, evidence }) => ({ said: message, evidence: [evidence] })), ...logged];
  const [first] = said;
  if (!first || said.some((one) => FOR_TROUBLE.test(one.said))) return null;
  const lost = own.filter(({ reason, kind }) => kind === 'Node' && LOST.test(reason));
  // What went wrong with it before it was taken away may be why.
  return lost.every((event) => taken.some((one) => isBefore(one, event))) ? first : null;
}

function isBefore(one: KubeEvent, other: KubeEvent): boolean {
  if (one.ageSeconds !== null && other.ageSeconds !== null) return one.ageSeconds >= other.ageSeconds;
  const [left, right] = [Date.parse(one.lastSeen ?? ''), Date.parse(other.firstSeen ?? other.lastSeen ?? '')];
  return left <= right;
}

/** Nodes and pods were seen, and not one of them is ill. */
function restIsWell(state: KubernetesState): boolean {
  const pods = state.pods.filter((pod) => !pod.deleting && !isReplaced(state, pod) && !isFinishedTry(state, pod));
  return (
    state.nodes.length > 0 &&
    state.nodes.every(({ ready }) => ready !== false) &&
    pods.length > 0 &&
    pods.every(({ phase, ready }) => phase === 'Succeeded' || ready === true) &&
    state.workloads.every(
      ({ desired, ready, available }) => desired === null || (ready ?? available ?? desired) >= desired,
    )
  );
}
