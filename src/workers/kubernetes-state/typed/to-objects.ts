import type { Claim, Meta, Node, Service, Workload } from '../kubernetes-state.ts';
import { numberAt, type Raw, recordAt, recordsAt, textAt, textMapAt, textsAt, valueAt } from '../raw.ts';
import { toConditions, toTemplate } from './to-pod.ts';

/** A Deployment, ReplicaSet, StatefulSet, DaemonSet, Job or CronJob from everything that was read of it. */
export function toWorkload(meta: Meta): Workload {
  const { raw } = meta;
  const [spec, status] = [recordAt(raw, 'spec'), recordAt(raw, 'status')];
  const template = valueAt(spec, 'template') ?? valueAt(spec, 'jobTemplate', 'spec', 'template');
  return {
    ...meta,
    template: template ? toTemplate(template) : null,
    selector: textMapAt(spec, 'selector', 'matchLabels'),
    desired: numberAt(spec, 'replicas') ?? numberAt(status, 'desiredNumberScheduled'),
    current: numberAt(status, 'replicas') ?? numberAt(status, 'currentNumberScheduled'),
    ready: numberAt(status, 'readyReplicas') ?? numberAt(status, 'numberReady') ?? impliedReady(meta.kind, status),
    available: numberAt(status, 'availableReplicas') ?? numberAt(status, 'numberAvailable'),
    updated: numberAt(status, 'updatedReplicas'),
    conditions: toConditions(recordsAt(status, 'conditions')),
    paused: spec.paused === true,
    newReplicaSet: textAt(status, 'newReplicaSet'),
    oldReplicaSets: textsAt(status, 'oldReplicaSets'),
    job: {
      active: numberAt(status, 'active'),
      succeeded: numberAt(status, 'succeeded'),
      failed: numberAt(status, 'failed'),
      completions: numberAt(spec, 'completions'),
      backoffLimit: numberAt(spec, 'backoffLimit'),
    },
    schedule: textAt(spec, 'schedule'),
    suspended: spec.suspend === true,
    claimTemplates: recordsAt(spec, 'volumeClaimTemplates').map((claim) => ({
      name: textAt(claim, 'metadata', 'name') ?? '',
      storageClass: textAt(claim, 'spec', 'storageClassName'),
    })),
  };
}

/** The API leaves counts of zero out of a status that tells the other counts. */
function impliedReady(kind: string, status: Raw): number | null {
  const scaled = kind === 'Deployment' || kind === 'ReplicaSet' || kind === 'StatefulSet';
  return scaled && (numberAt(status, 'replicas') ?? numberAt(status, 'unavailableReplicas')) !== null ? 0 : null;
}

/** A Service; its endpoints come from its own page or from Endpoints objects, see build-state.ts. */
export function toService(meta: Meta): Service {
  const { raw } = meta;
  const spec = recordAt(raw, 'spec');
  return {
    ...meta,
    type: textAt(spec, 'type'),
    selector: textMapAt(spec, 'selector'),
    ports: recordsAt(spec, 'ports').flatMap((port) => {
      const number = numberAt(port, 'port');
      if (number === null) return [];
      return [
        {
          name: textAt(port, 'name'),
          port: number,
          targetPort: textAt(port, 'targetPort'),
          protocol: textAt(port, 'protocol') ?? 'TCP',
        },
      ];
    }),
    clusterIp: textAt(spec, 'clusterIP'),
    externalName: textAt(spec, 'externalName'),
    loadBalancer: recordsAt(raw, 'status', 'loadBalancer', 'ingress').flatMap(
      (item) => textAt(item, 'ip') ?? textAt(item, 'hostname') ?? [],
    ),
    endpoints: Array.isArray(valueAt(raw, 'status', 'endpoints')) ? textsAt(raw, 'status', 'endpoints') : null,
    notReady: textsAt(raw, 'status', 'notReadyEndpoints'),
  };
}

/** The `address:port` texts of an Endpoints object, ready and not. */
export function endpointsOf({ raw }: Meta): { ready: string[]; notReady: string[] } {
  if (Array.isArray(raw.endpointTexts))
    return { ready: textsAt(raw, 'endpointTexts'), notReady: textsAt(raw, 'notReadyTexts') };
  const subsets = recordsAt(raw, 'subsets');
  const places = (member: string) =>
    subsets.flatMap((subset) => {
      const ports = recordsAt(subset, 'ports').map((port) => numberAt(port, 'port'));
      return recordsAt(subset, member).flatMap((address) =>
        (ports.length > 0 ? ports : [null]).map(
          (port) => `${textAt(address, 'ip') ?? ''}${port === null ? '' : `:${port}`}`,
        ),
      );
    });
  return { ready: places('addresses'), notReady: places('notReadyAddresses') };
}

export function toClaim(meta: Meta): Claim {
  const { raw } = meta;
  return {
    ...meta,
    phase: textAt(raw, 'status', 'phase'),
    storageClass: textAt(raw, 'spec', 'storageClassName'),
    volume: textAt(raw, 'spec', 'volumeName'),
    accessModes: textsAt(raw, 'spec', 'accessModes'),
    request: textAt(raw, 'spec', 'resources', 'requests', 'storage'),
    selector: Object.keys(recordAt(raw, 'spec', 'selector')).length > 0,
  };
}

export function toNode(meta: Meta): Node {
  const { raw } = meta;
  const conditions = toConditions(recordsAt(raw, 'status', 'conditions'));
  const ready = conditions.find(({ type }) => type === 'Ready');
  return {
    ...meta,
    conditions,
    ready: ready ? ready.status === 'True' : null,
    taints: recordsAt(raw, 'spec', 'taints').flatMap((taint) => {
      const [key, effect] = [textAt(taint, 'key'), textAt(taint, 'effect')];
      return key && effect ? [{ key, effect, value: textAt(taint, 'value') }] : [];
    }),
    unschedulable: valueAt(raw, 'spec', 'unschedulable') === true,
    capacity: textMapAt(raw, 'status', 'capacity'),
    allocatable: textMapAt(raw, 'status', 'allocatable'),
  };
}
