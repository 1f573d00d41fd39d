import { isRecord, type Raw, recordAt, recordsAt, textAt } from '../raw.ts';
import { rawEvents } from './raw-events.ts';
import { flatten } from './read-documents.ts';
import { joinReadings, nothingRead, type Reading } from './reading.ts';
import { snapshotLogs } from './snapshot-logs.ts';
import { any, anyNumber } from './snapshot-members.ts';

/**
 * Reads a recorded answer of a cloud's or monitor's API about a cluster: lists of pods, deployments, nodes, events and log
 * lines under the names that such APIs use, in snake or camel case. What is not understood is left out.
 */
export function readSnapshot(body: unknown): Reading {
  const objects = flatten(body);
  if (objects.length > 0)
    return {
      ...nothingRead(),
      objects: objects.filter(({ kind }) => kind !== 'Event'),
      events: rawEvents(objects.filter(({ kind }) => kind === 'Event')),
    };
  if (!isRecord(body)) return nothingRead();
  return joinReadings([
    { ...nothingRead(), objects: recordsAt(body, 'pods').flatMap(podOf) },
    { ...nothingRead(), objects: recordsAt(body, 'deployments').flatMap(deploymentOf) },
    { ...nothingRead(), objects: recordsAt(body, 'nodes').flatMap(nodeOf) },
    { ...nothingRead(), events: EVENT_LISTS.flatMap((name) => recordsAt(body, name)).flatMap(eventOf) },
    { ...nothingRead(), logs: snapshotLogs(body) },
  ]);
}

const EVENT_LISTS = ['events', 'warning_events', 'warningEvents'];

function podOf(pod: Raw): Raw[] {
  const name = any(pod, 'name', 'pod_name', 'podName');
  if (!name) return [];
  const containers = recordsAt(pod, 'containers');
  const init = [...recordsAt(pod, 'init_containers'), ...recordsAt(pod, 'initContainers')];
  const node = any(pod, 'node_name', 'nodeName', 'node');
  return [
    {
      kind: 'Pod',
      metadata: {
        name,
        namespace: any(pod, 'namespace'),
        labels: recordAt(pod, 'labels'),
        creationTimestamp: any(pod, 'start_time', 'startTime', 'created_at'),
        deletionTimestamp: any(pod, 'deletion_timestamp', 'deletionTimestamp', 'deleted_at'),
      },
      spec: {
        containers: containers.map(containerSpec),
        initContainers: init.map(containerSpec),
        nodeName: node === 'unscheduled' ? null : node,
      },
      status: {
        phase: any(pod, 'phase', 'status'),
        reason: any(pod, 'reason', 'status_reason'),
        message: any(pod, 'message', 'status_message'),
        conditions: recordsAt(pod, 'conditions').map(emptyToNull),
        containerStatuses: containers.map(containerStatus),
        initContainerStatuses: init.map(containerStatus),
      },
    },
  ];
}

function containerSpec(container: Raw): Raw {
  const resources = recordAt(container, 'resources');
  return {
    name: any(container, 'name'),
    image: any(container, 'image'),
    resources: { limits: recordAt(resources, 'limits'), requests: recordAt(resources, 'requests') },
  };
}

function containerStatus(container: Raw): Raw {
  return {
    name: any(container, 'name'),
    ready: container.ready,
    restartCount: anyNumber(container, 'restart_count', 'restartCount', 'restarts'),
    state: stateOf(container.state),
    lastState: stateOf(container.last_state ?? container.lastState ?? container.last_termination),
  };
}

function stateOf(value: unknown): Raw {
  if (typeof value === 'string') return { [value.toLowerCase()]: {} };
  if (!isRecord(value)) return {};
  const detail = {
    reason: any(value, 'reason'),
    message: any(value, 'message'),
    exitCode: anyNumber(value, 'exit_code', 'exitCode'),
    startedAt: any(value, 'started_at', 'startedAt'),
    finishedAt: any(value, 'finished_at', 'finishedAt'),
  };
  const named = (['waiting', 'terminated', 'running'] as const).find(
    (name) => value[name] === true || isRecord(value[name]),
  );
  const kind = named ?? (detail.exitCode === null ? null : 'terminated');
  if (!kind) return {};
  return { [kind]: isRecord(value[kind]) ? { ...detail, ...camel(value[kind]) } : detail };
}

/** Snake-case members of a state under their names of the API. */
function camel(value: Raw): Raw {
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
      item,
    ]),
  );
}

function deploymentOf(deployment: Raw): Raw[] {
  const name = any(deployment, 'name', 'deployment_name');
  if (!name) return [];
  return [
    {
      kind: 'Deployment',
      metadata: { name, namespace: any(deployment, 'namespace') },
      spec: { replicas: anyNumber(deployment, 'desired', 'replicas', 'desired_replicas') },
      status: {
        readyReplicas: anyNumber(deployment, 'ready', 'ready_replicas', 'readyReplicas'),
        availableReplicas: anyNumber(deployment, 'available', 'available_replicas', 'availableReplicas'),
        updatedReplicas: anyNumber(deployment, 'updated', 'updated_replicas', 'updatedReplicas'),
        unavailableReplicas: anyNumber(deployment, 'unavailable', 'unavailable_replicas', 'unavailableReplicas'),
        conditions: recordsAt(deployment, 'conditions').map(emptyToNull),
      },
    },
  ];
}

const PRESSURES: readonly [string, string][] = [
  ['memory_pressure', 'MemoryPressure'],
  ['disk_pressure', 'DiskPressure'],
  ['pid_pressure', 'PIDPressure'],
  ['network_unavailable', 'NetworkUnavailable'],
];

function nodeOf(node: Raw): Raw[] {
  const name = any(node, 'name', 'node_name');
  if (!name) return [];
  const ready = any(node, 'ready') ?? (typeof node.ready === 'boolean' ? String(node.ready) : null);
  const conditions = [
    ...(ready
      ? [
          {
            type: 'Ready',
            status: capital(ready),
            reason: any(node, 'ready_reason', 'reason'),
            message: any(node, 'ready_message', 'message'),
          },
        ]
      : []),
    ...PRESSURES.flatMap(([key, type]) =>
      any(node, key) ? [{ type, status: capital(any(node, key) ?? ''), reason: null, message: null }] : [],
    ),
    ...recordsAt(node, 'conditions'),
  ];
  const amounts = (prefix: string) => ({
    cpu: any(node, `${prefix}_cpu`),
    memory: any(node, `${prefix}_memory`),
    pods: any(node, `${prefix}_pods`),
  });
  return [
    {
      kind: 'Node',
      metadata: { name },
      spec: { taints: recordsAt(node, 'taints'), unschedulable: node.unschedulable === true },
      status: { conditions, capacity: amounts('capacity'), allocatable: amounts('allocatable') },
    },
  ];
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1).toLowerCase();

function emptyToNull(condition: Raw): Raw {
  return Object.fromEntries(Object.entries(condition).map(([key, value]) => [key, value === '' ? null : value]));
}

function eventOf(event: Raw): Reading['events'] {
  const reason = any(event, 'reason');
  const object = any(event, 'involved_object', 'involvedObject', 'object') ?? '';
  const involved = recordAt(event, 'involvedObject');
  if (!reason) return [];
  const [kind = '', name = ''] = object.includes('/')
    ? object.split('/', 2)
    : [textAt(involved, 'kind') ?? '', textAt(involved, 'name') ?? object];
  return [
    {
      type: any(event, 'type') ?? 'Warning',
      reason,
      message: any(event, 'message') ?? '',
      kind,
      name,
      namespace: any(event, 'namespace'),
      count: anyNumber(event, 'count') ?? 1,
      firstSeen: any(event, 'first_time', 'firstSeen', 'first_seen', 'firstTimestamp'),
      lastSeen: any(event, 'last_time', 'lastSeen', 'last_seen', 'lastTimestamp'),
      ageSeconds: null,
    },
  ];
}
