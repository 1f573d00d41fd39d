import { alertText } from '../../alert-facts.ts';
import type { DetectorInput } from '../../detectors/detector.ts';
import { DOUBT } from '../../detectors/support/doubt.ts';
import { serviceOfHost } from '../../detectors/support/names.ts';
import { addressesOf } from '../analyzers/addresses.ts';
import { pathsOf } from '../analyzers/policy-paths.ts';
import { applies } from '../analyzers/policy-rules.ts';
import { diagnose } from '../diagnose.ts';
import type { KubernetesState, Meta, Service, Workload } from '../kubernetes-state.ts';
import { isAskedWay, isOpen } from '../policies-let-through.ts';
import { name } from '../quote.ts';
import { recordAt, textAt, textMapAt } from '../raw.ts';
import { objectNamed, sameNamespace, selectables, selects } from '../relations.ts';
import { isWholeAutoscaler, isWholeIngress } from './whole-entrances.ts';
import { isWholeBinding, isWholeRole, mayList } from './whole-rights.ts';
import { hasRoomForAll } from './whole-room.ts';
import { isWholeWorkload } from './whole-templates.ts';

/** Somebody asks in general whether something is wrong with what he shows. */
const ASKS =
  /\b(?:is|are|does|do|has|have|any|anything|something|everything)\b[^?]{0,200}\?|\bwhat(?:'s| is) (?:the )?(?:issue|problem|matter|wrong)\b|\b(?:check|review|look (?:over|at)|validate|verify|lint)\b/i;
/** Somebody sees harm: objects that fit together do not tell why. */
const HARM =
  /\bwhy\b|\bnever\b|\bstuck\b|fail|crash|pending|\bno (?:pods?|endpoints?|replicas?|answers?)\b|\bnot\b|n't\b|cannot|unable|refus|forbid|den(?:y|ied)|slow|time[sd]? ?-?out|\b[45]\d\d\b|error|\bdown\b|unavail|unreach|missing|\blost\b|\bhang|restart|unhealthy|evict|\boom|\bkilled\b|unresponsive/i;

type Check = (state: KubernetesState, meta: Meta) => boolean;
const always: Check = () => true;
const isPlain =
  (...members: string[]): Check =>
  (_, { raw }) =>
    members.every((member) => raw[member] === undefined && recordAt(raw, 'spec')[member] === undefined);

/** The kinds of objects that are understood as a whole, beside workloads, services and claims; any other one is a reason to say nothing. */
const KINDS: Readonly<Record<string, Check>> = {
  // Looked at by themselves.
  Deployment: always,
  StatefulSet: always,
  Service: always,
  PersistentVolumeClaim: always,
  Namespace: (_, { labels }) => !Object.keys(labels).some((key) => key.startsWith('pod-security.')),
  ResourceQuota: always,
  LimitRange: always,
  ServiceAccount: always,
  ConfigMap: always,
  Secret: always,
  StorageClass: (_, { raw }) => isWholeClass(raw),
  Role: isWholeRole,
  ClusterRole: isWholeRole,
  RoleBinding: isWholeBinding,
  PodDisruptionBudget: isBudget,
  NetworkPolicy: isPlain('status'),
  Ingress: isWholeIngress,
  IngressClass: always,
  HorizontalPodAutoscaler: isWholeAutoscaler,
};

/**
 * What shows that bare objects are right and complete, for somebody who asks in general: every kind and every field of them is understood, all that
 * they refer to is among them, every service leads to a port that is listened on, whoever is called is there and let through, and all replicas have
 * room. Nothing is known of what runs, so that nobody may tell of harm. Null where anything of this is not so, or cannot be told.
 */
export function wholeObjects(input: DetectorInput): { statement: string; evidence: number[] } | null {
  const asked = alertText(input.alerts);
  if (!ASKS.test(asked) || HARM.test(asked.replace(/\bnetwork polic\w+/gi, ''))) return null;
  const { context, diagnoses } = diagnose(input);
  const { workloads, services, claims, others } = context.state;
  if (diagnoses.some(({ confidence }) => confidence >= DOUBT) || !areWhole(input)) return null;
  if (!waysAreKnown(input, asked) || !rightsAreKnown(context.state, asked)) return null;
  const shown = workloads.slice(0, 3).map((one) => `${one.kind} ${name(one.name)}`);
  const all = [...workloads, ...services, ...claims, ...[...others.values()].flat()];
  return {
    statement: `the objects that were shown are right and complete (${shown.join(', ')}): what they refer to is among them, services, ports, probes and selectors fit together, and the replicas have room`,
    evidence: [...new Set(all.flatMap(({ evidence }) => evidence))],
  };
}

const OF_WAYS = /\bpolic(?:y|ies)\b|\bblock|\breach|\bisolat|\bconnect|\bcall\b/i;
const OF_RIGHTS = /\ballow|\bpermi|\brights?\b|\brbac\b|\baccess\b|\brole|\bmay\b/i;
const ASKED_OF = /\b(?:list|get|read|see|watch)\s{1,3}(?:the |all |its |any )?([a-z]{3,30})\b/i;

/** Who asks whether somebody gets through to somebody (in this order) is answered where a way between just those two is known. */
function waysAreKnown(input: DetectorInput, asked: string): boolean {
  const { context } = diagnose(input);
  if (!OF_WAYS.test(asked)) return true;
  if (!context.state.others.has('NetworkPolicy')) return false;
  return pathsOf(context, selectables(context.state)).some(
    (path) => path.port !== null && isAskedWay(context.text, path),
  );
}

/** Who asks what somebody may do is answered for what can be listed, where all who were shown may. */
function rightsAreKnown(state: KubernetesState, asked: string): boolean {
  if (!OF_RIGHTS.test(asked.replace(/\bnetwork polic\w+/gi, '')) || OF_WAYS.test(asked)) return true;
  const [, resource = ''] = ASKED_OF.exec(asked) ?? [];
  return state.workloads.every((one) => mayList(state, one, resource.toLowerCase()));
}

/** True where bare objects of one namespace fit together by themselves, whatever is asked. */
export function areWhole(input: DetectorInput): boolean {
  const { state } = diagnose(input).context;
  const { workloads, services, claims, others } = state;
  const seen = [state.pods, state.nodes, state.events, state.logs, state.series].some((told) => told.length > 0);
  const namespaces = new Set([...workloads, ...services].map(({ namespace }) => namespace));
  return (
    state.desiredOnly &&
    !seen &&
    workloads.length > 0 &&
    namespaces.size === 1 &&
    [...others.values()].flat().every((meta) => Object.hasOwn(KINDS, meta.kind) && KINDS[meta.kind]?.(state, meta)) &&
    workloads.every((one) => isWholeWorkload(state, one) && callsAreThere(state, one) && claimsFit(state, one)) &&
    services.every((one) => isWholeService(state, one)) &&
    claims.every((one) => isWholeClaim(state, one)) &&
    hasRoomForAll(state) &&
    pathsAreOpen(input)
  );
}

/** Every policy lets whoever is told to call somebody through to him; one that limits who calls nobody known is not understood. */
function pathsAreOpen(input: DetectorInput): boolean {
  const { context } = diagnose(input);
  const { others } = context.state;
  const policies = others.get('NetworkPolicy') ?? [];
  const paths = policies.length > 0 ? pathsOf(context, selectables(context.state)) : [];
  const limitsCallers = policies.some(({ raw }) => applies(recordAt(raw, 'spec'), 'egress'));
  // Where the program behind an Ingress runs is not shown.
  const fromOutside = policies.length > 0 && others.has('Ingress');
  return (
    !fromOutside &&
    (!limitsCallers || paths.length > 0) &&
    paths.every((path) => path.port !== null && isOpen(context.state, policies, path))
  );
}

/** Whoever a workload is told to call is a service that was shown, at a port that it has. */
const callsAreThere = ({ services }: KubernetesState, { template, namespace }: Workload): boolean =>
  template !== null &&
  addressesOf(template).every(({ host, port }) => {
    const place = serviceOfHost(host);
    const service = services.find(
      (one) => one.name === place?.service && sameNamespace(one.namespace, place.namespace ?? namespace),
    );
    return service !== undefined && (port === null || service.ports.some((one) => String(one.port) === port));
  });

function isWholeService({ workloads }: KubernetesState, { type, selector, ports, raw }: Service): boolean {
  const own = workloads.filter(({ template }) => template !== null && selects(selector, template.labels));
  const containers = own.flatMap(({ template }) => template?.containers ?? []);
  const plain = recordAt(raw, 'spec').externalIPs === undefined && recordAt(raw, 'spec').externalName === undefined;
  return (
    plain &&
    /^(?:ClusterIP|NodePort)$/.test(type ?? 'ClusterIP') &&
    own.length === 1 &&
    ports.length > 0 &&
    ports.every(({ port, targetPort, protocol }) => {
      const target = targetPort ?? String(port);
      return (
        protocol === 'TCP' &&
        containers.some((one) => one.ports.some((each) => String(each.port) === target || each.name === target))
      );
    })
  );
}

const isWholeClass = (raw: Meta['raw']): boolean =>
  /[./]/.test(textAt(raw, 'provisioner') ?? '') &&
  !/no-provisioner/.test(textAt(raw, 'provisioner') ?? '') &&
  raw.allowedTopologies === undefined;

function isWholeClaim(
  state: KubernetesState,
  { storageClass, volume, selector, raw }: KubernetesState['claims'][number],
): boolean {
  const spec = recordAt(raw, 'spec');
  const known = storageClass !== null && objectNamed(state, 'StorageClass', storageClass, null) !== null;
  return known && volume === null && !selector && spec.dataSource === undefined && spec.volumeMode === undefined;
}

/** A disk that only one node can have is used by one pod at a time, and each pod of a StatefulSet gets its own from a class that is there. */
function claimsFit(
  state: KubernetesState,
  { kind, name: own, desired, template, claimTemplates, raw, labels }: Workload,
): boolean {
  const shared = (template?.volumes ?? []).flatMap(({ claim }) => state.claims.filter((one) => one.name === claim));
  const alone = kind === 'StatefulSet' || textAt(raw, 'spec', 'strategy', 'type') === 'Recreate';
  const service = textAt(raw, 'spec', 'serviceName');
  const governed = state.services.some(
    (one) => one.name === service && selects(one.selector, template?.labels ?? labels),
  );
  return (
    own !== '' &&
    shared.every(({ accessModes }) => accessModes.includes('ReadWriteMany') || ((desired ?? 1) === 1 && alone)) &&
    claimTemplates.every(
      ({ storageClass }) => storageClass !== null && objectNamed(state, 'StorageClass', storageClass, null) !== null,
    ) &&
    (kind !== 'StatefulSet' || governed)
  );
}

/** A budget that lets at least one pod go. */
function isBudget({ workloads }: KubernetesState, { raw }: Meta): boolean {
  const selector = textMapAt(raw, 'spec', 'selector', 'matchLabels');
  const own = workloads.filter(({ template }) => template !== null && selects(selector, template.labels));
  const [least, most] = [recordAt(raw, 'spec').minAvailable, recordAt(raw, 'spec').maxUnavailable];
  return (
    own.length === 1 &&
    (typeof most === 'number' ? most > 0 : typeof least === 'number' && least < (own[0]?.desired ?? 1))
  );
}
