import type { ObjectKind } from '../../shared/mcp/capability-schemas/kubernetes-reads.ts';
import type { Evidence, Finding } from '../../shared/report.ts';
import { evidenceOf } from '../detectors/support/evidence-of.ts';
import { workloadOf } from '../detectors/support/names.ts';
import type { PlannedStep } from './question.ts';

/** Which objects tell why, by the words with which Kubernetes tells what. */
const TOPICS: readonly { says: RegExp; kinds: ObjectKind[]; what: string }[] = [
  {
    says: /\bPending\b|FailedScheduling|Unschedulable|nodes are available|FailedBinding|ProvisioningFailed|FailedAttachVolume/i,
    kinds: ['Node', 'PersistentVolumeClaim', 'PersistentVolume', 'StorageClass'],
    what: 'nodes, volume claims, volumes and storage classes',
  },
  {
    says: /\bFailedCreate\b|ReplicaFailure|failed calling webhook|admission webhook|exceeded quota/i,
    kinds: [
      'ValidatingWebhookConfiguration',
      'MutatingWebhookConfiguration',
      'ResourceQuota',
      'LimitRange',
      'ServiceAccount',
      'ReplicaSet',
    ],
    what: 'admission webhooks, quotas, limits and accounts',
  },
  {
    says: /CreateContainerConfigError|CrashLoopBackOff|\bconfigmap/i,
    kinds: ['ConfigMap', 'Deployment', 'StatefulSet', 'DaemonSet'],
    what: 'config maps and templates',
  },
  {
    says: /\bingress|\bgateway api\b|httproute|grpcroute|\bgateway ["'`]/i,
    kinds: ['Ingress', 'IngressClass', 'Gateway', 'HTTPRoute', 'GRPCRoute', 'Service'],
    what: 'entrances and routes',
  },
];
/** Whom the API server calls before it creates anything. */
const WEBHOOK_SERVICE =
  /https:\/\/(?<service>[a-z0-9][a-z0-9-]{0,62})\.(?<namespace>[a-z0-9][a-z0-9-]{0,62})\.svc[:/."']/;

const step = (capability: PlannedStep['capability'], input: Record<string, unknown>, label: string): PlannedStep => ({
  capability,
  arguments: input,
  label,
  required: false,
});

/**
 * The objects that a finding about the cluster leads to, chosen by what the finding states and by what the cited pods and events say of
 * its component; for a webhook that cannot be called, the service behind it as well.
 */
export function objectSteps(finding: Finding, evidence: Evidence[], facts: Record<string, string>): PlannedStep[] {
  const { texts, namespace } = saidOf(finding, evidence);
  const where = namespace ?? facts.namespace;
  const said = [finding.statement, ...texts].join('\n');
  const asked = TOPICS.filter(({ says }) => says.test(said)).map(({ kinds, what }) =>
    step('kubernetes.objects', { kinds, namespace: where }, where ? `${what} of ${where}` : what),
  );
  const webhook = WEBHOOK_SERVICE.exec(said)?.groups;
  if (!webhook) return asked;
  const { service, namespace: home } = webhook as { service: string; namespace: string };
  return [
    ...asked,
    step('service.health', { service, namespace: home }, `endpoints of the webhook ${service}`),
    step('pods.status', { service, namespace: home }, `pods of the webhook ${service}`),
  ];
}

/** What Kubernetes says of the component of a finding in the evidence that it cites, and in which namespace. */
function saidOf({ component, evidence: numbers }: Finding, evidence: Evidence[]) {
  if (!component) return { texts: [], namespace: undefined };
  const isOf = (name: string) =>
    name === component || workloadOf(name) === component || name.startsWith(`${component}-`);
  const cited = evidence.filter(({ number }) => numbers.includes(number));
  const events = evidenceOf(cited, 'events.list')
    .flatMap(({ data }) => data.events)
    .filter(({ name, type }) => type === 'Warning' && isOf(name));
  const pods = evidenceOf(cited, 'pods.status')
    .flatMap(({ data }) => data.pods)
    .filter(({ name }) => isOf(name));
  return {
    texts: [
      ...events.map(({ reason, message }) => `${reason} ${message}`),
      ...pods.flatMap(({ phase, containers, conditions }) => [
        phase,
        ...containers.flatMap(({ reason }) => reason ?? []),
        ...conditions.map(({ reason, message }) => `${reason ?? ''} ${message ?? ''}`),
      ]),
    ],
    namespace: [...pods, ...events].find((one) => one.namespace !== '')?.namespace,
  };
}
