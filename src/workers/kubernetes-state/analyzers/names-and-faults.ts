import { changeAction, describeAction } from '../actions.ts';
import { type Analyzer, type Context, type Diagnosis, diagnosis } from '../diagnosis.ts';
import { useClusterDns } from '../fixes.ts';
import type { KubeEvent, KubernetesState } from '../kubernetes-state.ts';
import { name, quote } from '../quote.ts';
import { textMapAt } from '../raw.ts';
import { called, isMissing, isToldByEvents, namesOf, sameNamespace, templatesOf } from '../relations.ts';

/** Finds pods that ask the wrong name servers, and name services that are misconfigured. */
export const namesAndFaults: Analyzer = (context) => [...wrongNameServers(context), ...corefile(context)];

/** `Default` and `None` leave out the cluster's DNS, so that names of services do not resolve. */
function wrongNameServers({ state }: Context): Diagnosis[] {
  return templatesOf(state).flatMap(({ owner, template }) => {
    const none = template.dnsPolicy === 'None';
    if (!none && template.dnsPolicy !== 'Default') return [];
    if (/^kube-system$/.test(owner.namespace ?? '') || template.hostNetwork) return [];
    const servers =
      template.nameservers.length > 0 ? ` with the nameservers ${template.nameservers.slice(0, 3).join(', ')}` : '';
    return [
      diagnosis({
        kind: 'dns-policy',
        class: 'network',
        statement: `${owner.kind === 'Pod' ? 'Pod' : owner.kind} ${name(owner.name)} has dnsPolicy ${template.dnsPolicy}${servers} (wrong DNS policy), so it does not ask the cluster's DNS and cannot resolve the names of services`,
        component: namesOf(owner).at(-1) ?? owner.name,
        namespace: owner.namespace,
        touches: namesOf(owner),
        confidence: none ? 0.84 : 0.72,
        evidence: owner.evidence,
        actions: [
          ...describeAction(owner.kind, owner.name, owner.namespace, 'See the DNS settings of the pods'),
          ...useClusterDns(owner, template.hostNetwork),
        ],
        prevention: ['Leave dnsPolicy to its default unless a pod must not use the names of the cluster.'],
      }),
    ];
  });
}

/** A CoreDNS configuration that answers names of services with errors or rewrites them. */
function corefile({ state }: Context): Diagnosis[] {
  return (state.others.get('ConfigMap') ?? []).flatMap((map) => {
    const text = textMapAt(map.raw, 'data').Corefile ?? '';
    const rewritten =
      /^\s*rewrite\s+(?:stop\s+)?name\s+(?:(?:exact|prefix|suffix|substring|regex)\s+)?(\S*\.svc\.\S+)\s+(\S+)/m.exec(
        text,
      );
    const rule =
      /template\s[^{]*\{[^}]*rcode\s+(NXDOMAIN|SERVFAIL|REFUSED)[^}]*\}/.exec(text) ??
      (text !== '' && !/\bkubernetes\s+\S/.test(text) ? ['the kubernetes plugin is missing'] : null) ??
      (rewritten ? [`a rewrite rule turns ${name(rewritten[1] ?? '')} into ${name(rewritten[2] ?? '')}`] : null);
    if (!rule) return [];
    return [
      diagnosis({
        kind: 'coredns',
        class: 'network',
        statement: `The CoreDNS configuration (ConfigMap ${name(map.name)}) makes names of the cluster fail to resolve (DNS): ${rule[1] ? `a template rule answers them with ${rule[1]}` : rule[0]}`,
        component: map.name,
        namespace: map.namespace,
        touches: [map.name, 'coredns'],
        confidence: 0.85,
        evidence: map.evidence,
        actions: [
          ...describeAction('configmap', map.name, map.namespace, 'See the CoreDNS configuration'),
          changeAction('Take the rule out and restart CoreDNS', 'Restarts the name service of the cluster.'),
        ],
      }),
    ];
  });
}

/** Two containers of one pod that ask for the same port: the second cannot bind it. */
export const portConflicts: Analyzer = ({ state }) =>
  templatesOf(state).flatMap(({ owner, template }) => {
    const ports = template.containers.flatMap((container) =>
      container.ports.map(({ port, protocol }) => ({ key: `${port}/${protocol}`, port, container: container.name })),
    );
    const twice = [...Map.groupBy(ports, ({ key }) => key).values()].find(
      (group) => new Set(group.map(({ container }) => container)).size > 1,
    );
    if (!twice) return [];
    const [one, two] = [...new Set(twice.map(({ container }) => container))];
    return [
      diagnosis({
        kind: 'port-conflict',
        class: 'network',
        statement: `Two containers of ${called(owner)}, ${name(one ?? '')} and ${name(two ?? '')}, use the same port ${twice[0]?.port} (port conflict), so the second cannot bind it`,
        component: namesOf(owner).at(-1) ?? owner.name,
        namespace: owner.namespace,
        touches: namesOf(owner),
        confidence: state.pods.some(
          (pod) =>
            pod.ready === false &&
            sameNamespace(pod.namespace, owner.namespace) &&
            namesOf(pod).some((own) => namesOf(owner).includes(own)),
        )
          ? 0.82
          : 0.45,
        evidence: owner.evidence,
        actions: describeAction(owner.kind, owner.name, owner.namespace, 'See the ports of the containers'),
      }),
    ];
  });

/** Warnings that come and go in clusters that are well. */
const USUAL =
  /^(?:JobAlreadyActive|DNSConfigForming|PolicyViolation|FailedToUpdateEndpoint(?:Slices)?|FailedToCreateEndpoint|CalculateExpectedPodCountFailed|NoPods|InvalidDiskCapacity|FailedToRetrieveImagePullSecret|NodeSysctlChange|OwnerRefInvalidNamespace|Rebooted|Successful\w+|Scaled\w*|ScalingReplicaSet|Started|Created|Pulled|Pulling|Scheduled|Completed|Issuing|Sync)$/;

/** True where the warning is about a pod that is ready all the same, or about a node while every pod is. */
const isReady = ({ pods }: KubernetesState, event: KubeEvent): boolean =>
  (event.kind === 'Node' &&
    pods.length > 0 &&
    pods.every(({ ready, phase }) => ready === true || phase === 'Succeeded')) ||
  (event.kind === 'Pod' &&
    pods.some((pod) => pod.name === event.name && pod.ready === true && sameNamespace(pod.namespace, event.namespace)));

/** What is announced of a node that will be taken away. */
const ANNOUNCED = /^(?:SpotInterrupt\w*|Disrupt\w*|Terminat\w*|RemovingNode|DeletingNode)/;

/**
 * True where a node was taken away, as it announced, and every other one is ready: somebody else does its work. That nothing is missing of any
 * workload shows it as well; that a node fell silent is over only where the nodes themselves are seen.
 */
function isReplacedNode({ nodes, pods, workloads }: KubernetesState, { kind, reason }: KubeEvent): boolean {
  if (!/^Node/.test(kind) || !(ANNOUNCED.test(reason) || (reason === 'NodeNotReady' && nodes.length > 0))) return false;
  // Of pods that only events tell of nothing is known by now.
  const seen = pods.filter((pod) => !isToldByEvents(pod));
  const counted = workloads.filter(({ desired, ready }) => desired !== null && ready !== null);
  return (
    nodes.length + seen.length + counted.length > 0 &&
    nodes.every(({ ready }) => ready === true) &&
    seen.every(({ ready, phase, deleting }) => ready === true || phase === 'Succeeded' || deleting) &&
    counted.every(({ desired, ready }) => (ready ?? 0) >= (desired ?? 0))
  );
}

/** What takes a pod away. */
const TAKES_AWAY = /preempted|\bevicted|taint|\bkilled|deleted/i;

/** True where the warning is about a pod that has gone since, and tells of something else than its going. */
const isGone = (state: KubernetesState, { kind, name: pod, namespace, reason, message }: KubeEvent): boolean =>
  kind === 'Pod' && isMissing(state, 'Pod', pod, namespace) && !TAKES_AWAY.test(`${reason} ${message}`);

/** A warning that has not come again for half an hour. */
const isOld = ({ ageSeconds }: KubeEvent): boolean => ageSeconds !== null && ageSeconds > 1800;

const isOver = (state: KubernetesState, event: KubeEvent): boolean =>
  USUAL.test(event.reason) ||
  isReady(state, event) ||
  isReplacedNode(state, event) ||
  isGone(state, event) ||
  isOld(event);

/** Events that name a failure which no other analyzer reads. */
export const otherEvents: Analyzer = ({ state }) => {
  const known =
    /^(?:BackOff|Unhealthy|FailedScheduling|FailedCreate|Failed|ProvisioningFailed|FailedBinding|FailedMount|ProgressDeadlineExceeded|Killing|FailedAttachVolume|BackoffLimitExceeded|Evicted|NodeNotReady|FailedGetResourceMetric|FailedComputeMetricsReplicas|FailedBuildModel|FailedDeployModel|AllocationFailed|\w*LoadBalancerFailed)$/;
  const warnings = state.events.filter(
    ({ type, reason, message }) =>
      type === 'Warning' && !known.test(reason) && message.length > 8 && !/probe/i.test(message),
  );
  const groups = Map.groupBy(warnings, ({ reason, name: object }) => `${reason} ${object}`);
  return [...groups.values()].slice(0, 5).map((group) => {
    const event = group.at(-1)!;
    return diagnosis({
      kind: `event-${event.reason}`,
      class: 'infrastructure',
      statement: `Kubernetes warns about ${event.kind} ${name(event.name)} (${name(event.reason)}): ${quote(event.message, 260)}`,
      component: event.name,
      namespace: event.namespace,
      touches: [event.name],
      confidence: isOver(state, event) ? 0.25 : 0.52,
      cause: false,
      depth: 1,
      evidence: [event.evidence],
      actions: describeAction(event.kind, event.name, event.namespace, 'See the object of the warning'),
    });
  });
};
