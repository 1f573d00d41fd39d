import type { Evidence, Finding } from '../../shared/report.ts';
import { evidenceOf } from '../detectors/support/evidence-of.ts';
import { isHost, parseHostPort, serviceOfHost } from '../detectors/support/names.ts';
import { unhealthyPods } from '../detectors/support/pods.ts';
import { databaseMetricSteps } from './database-metrics.ts';
import { databaseServerSteps } from './database-servers.ts';
import { objectSteps } from './object-steps.ts';
import type { PlannedStep } from './question.ts';
import { stepsForSuspect } from './steps-for-suspect.ts';
import { tlsPorts } from './tls-ports.ts';

type Facts = Record<string, string>;

/** What one finding suggests to look at next; none where it says all there is. */
export function stepsForFinding(finding: Finding, evidence: Evidence[], facts: Facts): PlannedStep[] {
  switch (finding.detector) {
    case 'crash-loop':
    case 'oom-kill':
      return lastWords(finding, evidence);
    case 'connection-failure':
      return [...peerSteps(finding.component, facts), ...certificateSteps(finding, evidence)];
    case 'certificate-expiry':
      return certificateSteps(finding, evidence);
    case 'dns-failure':
      return [...nameSteps(finding.component, facts), ...peerSteps(finding.component, facts)];
    case 'slow-queries':
    case 'pool-exhaustion':
    case 'database-state':
      return databaseSteps(evidence, facts);
    case 'endpoints-not-ready':
      return finding.component ? podSteps(finding.component, facts.namespace) : [];
    case 'kubernetes-state':
      return objectSteps(finding, evidence, facts);
    case 'where-it-began':
    case 'alert-storm':
      return finding.cause ? stepsForSuspect(finding, evidence, facts) : [];
    default:
      return [];
  }
}

const step = (capability: PlannedStep['capability'], input: Record<string, unknown>, label: string): PlannedStep => ({
  capability,
  arguments: input,
  label,
  required: false,
});

/** Who else logs about the name, and the cluster's own DNS servers. */
function nameSteps(name: string | null, { from, to }: Facts): PlannedStep[] {
  const changes = step('events.list', { namespace: 'kube-system' }, 'Kubernetes events of kube-system');
  const servers = { namespace: 'kube-system', labelSelector: 'k8s-app=kube-dns' };
  const dns = step('pods.status', servers, 'pods of the cluster DNS');
  if (!name || !isHost(name)) return [dns, changes];
  const input = { searchText: name, severity: 'ERROR', from, to, limit: 100 };
  return [step('logs.query', input, `error logs that name ${name}`), dns, changes];
}

/** What the database servers log, to which the slow statements went, and how they fare. */
function databaseSteps(evidence: Evidence[], facts: Facts): PlannedStep[] {
  const spans = evidenceOf(evidence, 'traces.query').flatMap(({ data }) => data.spans);
  const asked = spans.flatMap(({ attributes }) => {
    const system = attributes['db.system'] ?? attributes['db.system.name'];
    return system ? [{ system, host: attributes['server.address'] ?? attributes['net.peer.name'] }] : [];
  });
  const hosts = asked.flatMap(({ host }) => host ?? []);
  const servers = new Map(hosts.flatMap((host) => serverOf(host)).map((server) => [server.service, server]));
  const { from, to } = facts;
  const perServer = [...servers.values()].slice(0, 2).flatMap(({ service, namespace }) => {
    const logs = { service, from, to, limit: 100 };
    return [
      step('logs.query', logs, `logs of the database ${service}`),
      ...podSteps(service, namespace ?? facts.namespace),
    ];
  });
  const namespaces = [...servers.values()].flatMap(({ namespace }) => namespace ?? facts.namespace ?? []);
  const disks = [...new Set(namespaces)].slice(0, 2).map((namespace) => {
    const kinds = ['StatefulSet', 'PersistentVolumeClaim'];
    return step('kubernetes.objects', { kinds, namespace }, `stateful sets and volume claims of ${namespace}`);
  });
  return [
    ...perServer,
    ...databaseServerSteps(asked),
    ...disks,
    ...databaseMetricSteps(new Set(asked.map(({ system }) => system)), facts),
  ];
}

function serverOf(host: string): { service: string; namespace: string | null }[] {
  const server = serviceOfHost(host);
  return server ? [server] : [];
}

function lastWords(finding: Finding, evidence: Evidence[]): PlannedStep[] {
  const cited = evidence.filter(({ number }) => finding.evidence.includes(number));
  return unhealthyPods(cited)
    .slice(0, 2)
    .map(({ pod, namespace, container }) =>
      step(
        'pods.logs',
        { namespace, pod, container, previous: true, tailLines: 200 },
        `last logs of ${pod} before its restart`,
      ),
    );
}

/** The callee of connections that fail: endpoints, pods, events, and the policies that may stand between. */
function peerSteps(component: string | null, facts: Facts): PlannedStep[] {
  const peer = component ? serviceOfHost(parseHostPort(component)?.host ?? '') : null;
  if (!peer) return [];
  const namespace = peer.namespace ?? facts.namespace;
  const where = namespace ? { namespace } : {};
  const policies = step(
    'kubernetes.objects',
    { kinds: ['NetworkPolicy', 'Service', 'Deployment', 'StatefulSet'], namespace },
    `network policies and workloads of ${namespace}`,
  );
  return [
    step('service.health', { service: peer.service, ...where }, `endpoints of ${peer.service}`),
    ...podSteps(peer.service, namespace),
    ...(namespace ? [policies] : []),
  ];
}

/** The certificate of a peer that connections fail to or that clients refuse, at the ports where TLS may be spoken. */
function certificateSteps(finding: Finding, evidence: Evidence[]): PlannedStep[] {
  const { host } = parseHostPort(finding.component ?? '') ?? {};
  if (!host) return [];
  return tlsPorts(finding, evidence).map((port) =>
    step('certificate.check', { host, port }, `certificate of ${host}${port === 443 ? '' : ` port ${port}`}`),
  );
}

/** Pods and events of a service. */
export function podSteps(service: string, namespace: string | undefined): PlannedStep[] {
  const where = namespace ? { namespace } : {};
  return [
    step('pods.status', { service, ...where }, `pods of ${service}`),
    step('events.list', { object: service, ...where }, `Kubernetes events of ${service}`),
  ];
}
