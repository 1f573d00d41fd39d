import { changeAction, describeAction } from '../actions.ts';
import { type Analyzer, type Context, DEPTH, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { Container, KubeEvent, Pod } from '../kubernetes-state.ts';
import { messageOf } from '../logs/message-of.ts';
import { name, quote } from '../quote.ts';
import { eventsOf, workloadName } from '../relations.ts';

const START =
  /^(?:Init:)?(?:CreateContainerConfigError|CreateContainerError|RunContainerError|ContainerCannotRun|StartError|PreCreateHookError|PostStartHookError)$/;
const EVENT = /^(?:FailedMount|FailedAttachVolume|FailedMapVolume|FailedCreatePodSandBox|FailedPostStartHook)$/;

const OF_VOLUMES = /^(?:FailedMount|FailedAttachVolume|FailedMapVolume)$/;

/** A container runs only when all volumes of its pod are there: what the kubelet said of them before was overcome. */
const hasRun = ({ template }: Pod): boolean =>
  template.containers.some(
    ({ status, last }) => (status?.startedAt ?? last?.startedAt ?? null) !== null && !START.test(status?.reason ?? ''),
  );

/** How the network plugins (AWS VPC CNI, host-local, Calico, Azure, Cilium) write that they have no address left. */
const NO_ADDRESS_LEFT =
  /failed to assign an IP|no (?:more |free |available ){0,2}(?:IP|IPv4) ?(?:addresses|addrs)\b|failed to allocate for range|ran out of (?:IPv?4? )?(?:addresses|IPs)|no available IPs?\b|IPAM pool is exhausted|(?:address|IP) (?:pool|range)s? (?:is |are )?(?:exhausted|full)|insufficient (?:free )?IP|InsufficientFreeAddresses|no allocatable IPs|not enough IPs available/i;
/** How clouds say whose addresses are used up. */
const SUBNET_IS_FULL =
  /InsufficientFreeAddressesInSubnet|InsufficientCidrBlocks|not have enough free addresses|SubnetIsFull|IP_SPACE_EXHAUSTED|subnet\b.{0,80}\b(?:is full|no (?:more |free |available )?(?:IP )?addresses|exhausted|out of (?:IP )?addresses)/i;

/** What a log tells of the subnet whose addresses are used up. */
function fullSubnet({ state }: Context): { line: string; evidence: number } | null {
  const found = state.logs.flatMap(({ lines, evidence }) => {
    const line = lines.slice(-2000).findLast((one) => SUBNET_IS_FULL.test(one.slice(0, 1500)));
    return line === undefined ? [] : [{ line, evidence }];
  });
  return found[0] ?? null;
}

/** Finds containers that cannot be created, started or given their volumes: missing references, bad commands, failed mounts. */
export const startErrors: Analyzer = (context) => {
  const groups = Map.groupBy(
    context.state.pods.filter((pod) => !pod.deleting),
    (pod) => `${pod.namespace} ${workloadName(pod)}`,
  );
  return [...groups.values()].flatMap((pods) => pods.flatMap((pod) => stuck(context, pod)).slice(0, 1));
};

function stuck(context: Context, pod: Pod): Diagnosis[] {
  const containers = [...pod.template.initContainers, ...pod.template.containers];
  const failing = containers.find(
    ({ status, last }) => START.test(status?.reason ?? '') || START.test(last?.reason ?? ''),
  );
  const word = failing?.status?.reason ?? (START.test(pod.reason ?? '') ? pod.reason : null);
  const events = eventsOf(context.state, pod);
  const failed = events.filter(({ reason }) => EVENT.test(reason) && !(OF_VOLUMES.test(reason) && hasRun(pod)));
  const telling = failed.findLast(({ message }) => MEANINGS.some(({ pattern }) => pattern.test(message)));
  const event = telling ?? failed.at(-1);
  const told = events.findLast(({ reason, message }) => reason === 'Failed' && !/pull|ErrImage/i.test(message));
  if (failing || word) {
    const message =
      [failing?.status?.message, failing?.last?.message, told?.message].find((text) => text && text.length > 10) ?? '';
    return [toDiagnosis(pod, failing ?? null, word ?? failing?.last?.reason ?? 'StartError', message, told)];
  }
  const running = pod.phase === 'Running' && pod.ready === true;
  if (event && !running) {
    const found = withSubnet(context, toDiagnosis(pod, null, event.reason, event.message, event));
    // A node that is lost lets go of its volumes only when it is back or given up.
    const lost =
      found.kind === 'multi-attach'
        ? context.state.nodes.filter((node) => node.ready === false && node.name !== pod.node)
        : [];
    return [
      {
        ...found,
        touches: [...found.touches, ...lost.map((node) => node.name)],
        ...(lost.length > 0 && { depth: DEPTH.pod }),
      },
    ];
  }
  const refused = told && pod.ready !== true && MEANINGS.some(({ pattern }) => pattern.test(told.message));
  return refused ? [toDiagnosis(pod, null, told.reason, told.message, told)] : [];
}

type Meaning = {
  kind: string;
  class: Diagnosis['class'];
  pattern: RegExp;
  says: (match: RegExpExecArray) => string;
  remedy: string;
};

const MEANINGS: readonly Meaning[] = [
  {
    kind: 'reference-missing',
    class: 'infrastructure',
    pattern: /(secret|configmap)s? "([^"]+)" not found/i,
    says: ([, kind = '', object = '']) =>
      `the ${/secret/i.test(kind) ? 'Secret' : 'ConfigMap'} ${name(object)} that it refers to was not found (it does not exist)`,
    remedy: 'Create the missing object, or correct its name in the pod',
  },
  {
    kind: 'key-missing',
    class: 'infrastructure',
    pattern: /couldn't find key (\S+) in (Secret|ConfigMap) (\S+)/i,
    says: ([, key = '', kind = '', object = '']) =>
      `the key ${name(key)} does not exist in the ${kind} ${name(object)}`,
    remedy: 'Add the key, or correct its name in the pod',
  },
  {
    kind: 'key-missing',
    class: 'infrastructure',
    pattern: /(?:references non-existent|non-existent) (?:config|secret) key: (\S+)/i,
    says: ([, key = '']) => `its volume refers to the key ${name(key)} that does not exist in the ConfigMap or Secret`,
    remedy: 'Add the key, or correct its name in the volume',
  },
  {
    kind: 'command-missing',
    class: 'infrastructure',
    pattern:
      /exec: "([^"]+)": (?:executable file not found|stat [^:]+: no such file|no such file|permission denied|is a directory)/i,
    says: ([, command = '']) =>
      `its command ${name(command)} does not exist in the image or cannot be executed (wrong command)`,
    remedy: 'Correct command and arguments of the container',
  },
  {
    kind: 'mount-not-directory',
    class: 'infrastructure',
    pattern: /not a directory|are you trying to mount a directory onto a file/i,
    says: () =>
      'a volume is mounted over a path of another type (a file over a directory or the reverse: subPath or mountPath is wrong)',
    remedy: 'Correct mountPath and subPath of the volume',
  },
  {
    kind: 'run-as-root',
    class: 'infrastructure',
    pattern: /runAsNonRoot/i,
    says: () => 'its security context demands a user other than root, and the image runs as root (runAsNonRoot)',
    remedy: 'Set runAsUser, or use an image that does not run as root',
  },
  {
    kind: 'multi-attach',
    class: 'infrastructure',
    pattern: /Multi-Attach error/i,
    says: () => 'its volume is still attached to another node (Multi-Attach error)',
    remedy: 'Let the other pod end, or use a volume that several nodes may mount',
  },
  {
    kind: 'volume-driver',
    class: 'infrastructure',
    pattern: /driver name \S+ not found in the list of registered CSI drivers/i,
    says: () => 'the CSI driver of its volume does not run on the node',
    remedy: 'Bring the node plugin of the CSI driver back',
  },
  {
    kind: 'volume-limit',
    class: 'infrastructure',
    pattern: /(?:attachment|volume) limit|exceed(?:s|ed)? max volume count/i,
    says: () => 'the node already has as many volumes attached as it may',
    remedy: 'Move the pod to another node',
  },
  {
    kind: 'volume-damaged',
    class: 'infrastructure',
    pattern: /fsck found errors|wrong fs type|bad superblock|structure needs cleaning/i,
    says: () => 'the file system of its volume is damaged',
    remedy: 'Repair the file system, or restore the volume',
  },
  {
    kind: 'sandbox-address',
    class: 'network',
    pattern: NO_ADDRESS_LEFT,
    says: () =>
      'the pod network (CNI) has no free IP address for it (the IP addresses of its node or subnet are used up)',
    remedy:
      'Give the pods more addresses: a larger subnet or pod CIDR, a further subnet, prefixes, or fewer addresses kept in reserve',
  },
  {
    kind: 'sandbox-network',
    class: 'network',
    pattern:
      /failed to (?:setup|set up) network|\bcni\b|networkPlugin|failed to assign an IP|no IP addresses available|plugin type="[\w-]+" failed/i,
    says: () => 'the pod network (CNI) of its node cannot give it an address',
    remedy: 'Look at the network plugin of the node',
  },
];

/** Names the subnet behind a node that has no address left, where a log tells of it. */
function withSubnet(context: Context, found: Diagnosis): Diagnosis {
  const subnet = /^sandbox-/.test(found.kind) ? fullSubnet(context) : null;
  if (!subnet) return found;
  const said = `The subnet has no free IP addresses left, as a log says: ${quote(messageOf(subnet.line), 240)}`;
  return { ...found, statement: `${found.statement}. ${said}`, evidence: [...found.evidence, subnet.evidence] };
}

function toDiagnosis(
  pod: Pod,
  container: Container | null,
  word: string,
  message: string,
  event: KubeEvent | undefined,
): Diagnosis {
  const found = MEANINGS.map((meaning) => ({ meaning, match: meaning.pattern.exec(message) })).find(
    ({ match }) => match !== null,
  );
  const what = /Mount|Attach|MapVolume/.test(word) ? 'cannot mount its volumes' : 'cannot start';
  const says = found?.match ? found.meaning.says(found.match) : null;
  const target =
    found?.match && /reference|key/.test(found.meaning.kind) ? [found.match[2] ?? '', found.match[1] ?? ''] : [];
  return diagnosis({
    kind: found?.meaning.kind ?? 'start-error',
    class: found?.meaning.class ?? 'infrastructure',
    statement: `${container ? `Container ${name(container.name)} of pod` : 'Pod'} ${name(pod.name)} ${what} (${word})${says ? ` because ${says}` : ''}${message ? `. The kubelet says: ${quote(message, 200)}` : ''}`,
    component: workloadName(pod),
    namespace: pod.namespace,
    touches: [workloadName(pod), pod.name, ...target],
    confidence: says ? 0.92 : 0.78,
    evidence: [...pod.evidence, ...(event ? [event.evidence] : [])],
    actions: [
      ...describeAction('pod', pod.name, pod.namespace, 'See the exact error of the kubelet'),
      changeAction(found?.meaning.remedy ?? 'Correct what the message names', 'Restarts the pods of the workload.'),
    ],
    prevention: [
      'Check manifests before they are applied: every ConfigMap, Secret and key that a pod refers to must be there.',
    ],
  });
}
