import type { CapabilityOutput } from '../../../shared/mcp/capabilities.ts';
import type { Raw } from '../raw.ts';
import { nothingRead, type Reading } from './reading.ts';

type AnsweredPod = CapabilityOutput<'pods.status'>['pods'][number];

/** The pods of a `pods.status` answer in the form of the API. */
export function readPodAnswer({ pods }: CapabilityOutput<'pods.status'>): Reading {
  return { ...nothingRead(), objects: pods.map(toPod) };
}

function toPod(pod: AnsweredPod): Raw {
  return {
    kind: 'Pod',
    answered: true,
    metadata: { name: pod.name, namespace: pod.namespace, labels: pod.labels, creationTimestamp: pod.createdAt },
    spec: {
      nodeName: pod.node,
      containers: pod.containers.map(({ name, image, limits, requests }) => ({
        name,
        image,
        resources: { limits, requests },
      })),
    },
    status: {
      phase: pod.phase,
      conditions: pod.conditions,
      containerStatuses: pod.containers.map((container) => ({
        name: container.name,
        ready: container.ready,
        restartCount: container.restarts,
        state: { [container.state]: container },
        lastState: container.lastTermination ? { terminated: container.lastTermination } : {},
      })),
    },
  };
}

/** The events of an `events.list` answer. */
export function readEventAnswer({ events }: CapabilityOutput<'events.list'>): Reading {
  return { ...nothingRead(), events: events.map((event) => ({ ...event, ageSeconds: null })) };
}

/** The service of a `service.health` answer with its endpoints; nothing where it was not found. */
export function readServiceAnswer(answer: CapabilityOutput<'service.health'>): Reading {
  const { service, namespace, found, selector, ports, readyEndpoints, notReadyEndpoints } = answer;
  if (!found) return { ...nothingRead(), missing: [`Service|${namespace}|${service}`] };
  return {
    ...nothingRead(),
    objects: [
      {
        kind: 'Service',
        answered: true,
        metadata: { name: service, namespace },
        spec: { selector, ports },
        status: { endpoints: readyEndpoints, notReadyEndpoints },
      },
    ],
  };
}

/** The log of a `pods.logs` answer. */
export function readLogAnswer({ pod, namespace, container, previous, lines }: CapabilityOutput<'pods.logs'>): Reading {
  const log = { pod, namespace, container, previous, lines, service: null, filter: null, answered: true };
  return { ...nothingRead(), logs: lines.length > 0 ? [log] : [] };
}
