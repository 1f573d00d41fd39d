import type { CapabilityOutput } from '../../../shared/mcp/capabilities.ts';
import type { Evidence } from '../../../shared/report.ts';
import type { DetectorInput } from '../detector.ts';
import { evidenceOf } from './evidence-of.ts';
import { isKubernetesName, sameName, workloadOf } from './names.ts';

export type Pod = CapabilityOutput<'pods.status'>['pods'][number];
export type Container = Pod['containers'][number];
export type KubernetesEvent = CapabilityOutput<'events.list'>['events'][number];

/** A container with its pod and the evidence that shows it. */
export type PlacedContainer = { pod: Pod; container: Container; evidence: number };

/** The pods that concern the alert: asked for by name or service, or belonging to the alert's workload. */
export function relatedPods(input: DetectorInput): { pod: Pod; evidence: number }[] {
  return evidenceOf(input.evidence, 'pods.status').flatMap(({ number, data, evidence }) => {
    const askedByName = Boolean(evidence.query.service ?? evidence.query.pod ?? evidence.query.labelSelector);
    return data.pods
      .filter((pod) => askedByName || concernsAlert(pod.name, pod.labels, input))
      .map((pod) => ({ pod, evidence: number }));
  });
}

export function relatedContainers(input: DetectorInput): PlacedContainer[] {
  return relatedPods(input).flatMap(({ pod, evidence }) =>
    pod.containers.map((container) => ({ pod, container, evidence })),
  );
}

/** The Kubernetes events about the alert's own objects or the pods that were looked at. */
export function relatedEvents(input: DetectorInput): { event: KubernetesEvent; evidence: number }[] {
  const pods = new Set(relatedPods(input).map(({ pod }) => pod.name));
  return evidenceOf(input.evidence, 'events.list').flatMap(({ number, data, evidence }) =>
    data.events
      .filter((event) => Boolean(evidence.query.object) || pods.has(event.name) || concernsAlert(event.name, {}, input))
      .map((event) => ({ event, evidence: number })),
  );
}

function concernsAlert(name: string, labels: Record<string, string>, { facts }: DetectorInput): boolean {
  const subjects = [facts.service, facts.deployment, facts.pod].filter((subject) => subject !== undefined);
  if (subjects.length === 0) return true;
  const names = [name, labels.app, labels['app.kubernetes.io/name'], labels['k8s-app']].filter(
    (one) => one !== undefined,
  );
  return subjects.some((subject) => names.some((one) => sameName(one, subject)));
}

/** What a pod's own labels call its application, else the name without its hashes. */
export function workloadOfPod(pod: Pod): string {
  return pod.labels['app.kubernetes.io/name'] ?? pod.labels.app ?? workloadOf(pod.name);
}

/** Containers that crash or were killed, by pod; only names that Kubernetes would accept. */
export function unhealthyPods(evidence: Evidence[]): { pod: string; namespace: string; container: string }[] {
  return evidenceOf(evidence, 'pods.status').flatMap(({ data }) =>
    data.pods.flatMap((pod) =>
      pod.containers
        .filter((container) => container.lastTermination !== null || container.reason === 'CrashLoopBackOff')
        .filter((container) => [pod.name, pod.namespace, container.name].every(isKubernetesName))
        .map((container) => ({ pod: pod.name, namespace: pod.namespace, container: container.name })),
    ),
  );
}

const LEFT_TO_SCHEDULER = new Set(['Completed', 'ContainerCreating', 'PodInitializing']);

/** Why a container cannot run, by Kubernetes' own word, null for one that runs or is only starting. */
export function waitingReason(container: Container): string | null {
  if (container.state === 'running' || !container.reason || LEFT_TO_SCHEDULER.has(container.reason)) return null;
  return container.reason;
}
