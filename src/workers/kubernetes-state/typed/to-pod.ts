import type {
  Condition,
  Container,
  ContainerState,
  EnvVar,
  Meta,
  Pod,
  PodTemplate,
  Probe,
  Reference,
} from '../kubernetes-state.ts';
import { isRecord, numberAt, type Raw, recordAt, recordsAt, textAt, textMapAt, textsAt, valueAt } from '../raw.ts';

/** A pod from everything that was read of it. */
export function toPod(meta: Meta): Pod {
  const { raw } = meta;
  const status = recordAt(raw, 'status');
  const template = toTemplate(raw, status);
  const conditions = toConditions(recordsAt(status, 'conditions'));
  const word = textAt(status, 'word');
  return {
    ...meta,
    deleting: meta.deleting || word === 'Terminating',
    template,
    phase: textAt(status, 'phase') ?? phaseOf(word),
    reason: textAt(status, 'reason') ?? (word && !PHASES.has(word) ? word : null),
    message: textAt(status, 'message'),
    node: textAt(raw, 'spec', 'nodeName'),
    ip: textAt(status, 'podIP'),
    conditions,
    ready: readyOf(status, conditions),
    restarts: restartsOf(status, template),
    restartedAgo: numberAt(status, 'restartedAgo'),
    answered: raw.answered === true,
  };
}

const PHASES = new Set(['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown']);

/** The STATUS column mixes phases with reasons of containers. */
function phaseOf(word: string | null): string | null {
  if (word === null) return null;
  if (word === 'Completed') return 'Succeeded';
  if (/^(?:Error|Evicted|OOMKilled|ContainerCannotRun|DeadlineExceeded)$/.test(word)) return 'Failed';
  return /^(?:ContainerCreating|PodInitializing|Init:|ErrImagePull|ImagePullBackOff|CreateContainer|InvalidImageName)/.test(
    word,
  )
    ? 'Pending'
    : 'Running';
}

function readyOf(status: Raw, conditions: Condition[]): boolean | null {
  const condition = conditions.find(({ type }) => type === 'Ready');
  if (condition) return condition.status === 'True';
  const [ready, containers] = [numberAt(status, 'readyContainers'), numberAt(status, 'containers')];
  return ready !== null && containers !== null ? ready >= containers && containers > 0 : null;
}

function restartsOf(status: Raw, { containers }: PodTemplate): number | null {
  // What a table counts and what a description counts were read at two moments.
  const counts = [...containers.map(({ restarts }) => restarts), numberAt(status, 'restarts')].filter(
    (one) => one !== null,
  );
  return counts.length > 0 ? Math.max(...counts) : null;
}

/** What a pod or a pod template is made of; `status` brings the states of containers. */
export function toTemplate(raw: unknown, status: Raw = {}): PodTemplate {
  const spec = recordAt(raw, 'spec');
  const container = (statuses: string) => (item: Raw) => toContainer(item, recordsAt(status, statuses));
  return {
    labels: textMapAt(raw, 'metadata', 'labels'),
    containers: recordsAt(spec, 'containers').map(container('containerStatuses')),
    initContainers: recordsAt(spec, 'initContainers').map(container('initContainerStatuses')),
    volumes: recordsAt(spec, 'volumes').map((volume) => ({
      name: textAt(volume, 'name') ?? '',
      claim: textAt(volume, 'persistentVolumeClaim', 'claimName'),
      reference: volumeReference(volume),
      items: [...recordsAt(volume, 'configMap', 'items'), ...recordsAt(volume, 'secret', 'items')].flatMap(
        (item) => textAt(item, 'key') ?? [],
      ),
    })),
    serviceAccount: textAt(spec, 'serviceAccountName') ?? textAt(spec, 'serviceAccount'),
    nodeName: textAt(spec, 'nodeName'),
    nodeSelector: textMapAt(spec, 'nodeSelector'),
    tolerations: recordsAt(spec, 'tolerations').map((item) => ({
      key: textAt(item, 'key'),
      operator: textAt(item, 'operator') ?? 'Equal',
      effect: textAt(item, 'effect'),
    })),
    dnsPolicy: textAt(spec, 'dnsPolicy'),
    nameservers: textsAt(spec, 'dnsConfig', 'nameservers'),
    hostNetwork: spec.hostNetwork === true,
    imagePullSecrets: recordsAt(spec, 'imagePullSecrets').flatMap((item) => textAt(item, 'name') ?? []),
    priorityClass: textAt(spec, 'priorityClassName'),
    affinity: recordAt(spec, 'affinity'),
  };
}

function volumeReference(volume: Raw): Reference | null {
  const configMap = textAt(volume, 'configMap', 'name');
  if (configMap)
    return {
      kind: 'ConfigMap',
      name: configMap,
      key: null,
      optional: valueAt(volume, 'configMap', 'optional') === true,
    };
  const secret = textAt(volume, 'secret', 'secretName');
  return secret
    ? { kind: 'Secret', name: secret, key: null, optional: valueAt(volume, 'secret', 'optional') === true }
    : null;
}

function toContainer(raw: Raw, statuses: Raw[]): Container {
  const name = textAt(raw, 'name') ?? '';
  const status = statuses.find((item) => textAt(item, 'name') === name);
  return {
    name,
    image: textAt(raw, 'image'),
    command: textsAt(raw, 'command'),
    args: textsAt(raw, 'args'),
    env: recordsAt(raw, 'env').flatMap(toEnv),
    envFrom: recordsAt(raw, 'envFrom').flatMap(toEnvFrom),
    ports: recordsAt(raw, 'ports').flatMap((port) => {
      const number = numberAt(port, 'containerPort');
      return number === null
        ? []
        : [{ name: textAt(port, 'name'), port: number, protocol: textAt(port, 'protocol') ?? 'TCP' }];
    }),
    probes: (['liveness', 'readiness', 'startup'] as const).flatMap((kind) => toProbe(raw, kind)),
    requests: textMapAt(raw, 'resources', 'requests'),
    limits: textMapAt(raw, 'resources', 'limits'),
    mounts: recordsAt(raw, 'volumeMounts').map((mount) => ({
      volume: textAt(mount, 'name') ?? '',
      path: textAt(mount, 'mountPath') ?? '',
      subPath: textAt(mount, 'subPath'),
    })),
    status: status ? toState(status.state) : null,
    last: status ? toState(status.lastState) : null,
    ready: typeof status?.ready === 'boolean' ? status.ready : null,
    restarts: numberAt(status, 'restartCount'),
  };
}

function toEnv(raw: Raw): EnvVar[] {
  const name = textAt(raw, 'name');
  if (!name) return [];
  const secret = recordAt(raw, 'valueFrom', 'secretKeyRef');
  const map = recordAt(raw, 'valueFrom', 'configMapKeyRef');
  const source = textAt(secret, 'name') ? secret : map;
  const referenced = textAt(source, 'name');
  const from = referenced
    ? {
        kind: source === secret ? ('Secret' as const) : ('ConfigMap' as const),
        name: referenced,
        key: textAt(source, 'key'),
        optional: source.optional === true,
      }
    : null;
  return [{ name, value: textAt(raw, 'value'), from }];
}

function toEnvFrom(raw: Raw): Reference[] {
  return (['secretRef', 'configMapRef'] as const).flatMap((member) => {
    const name = textAt(raw, member, 'name');
    if (!name) return [];
    return [
      {
        kind: member === 'secretRef' ? ('Secret' as const) : ('ConfigMap' as const),
        name,
        key: null,
        optional: valueAt(raw, member, 'optional') === true,
      },
    ];
  });
}

function toProbe(raw: Raw, kind: Probe['kind']): Probe[] {
  const probe = valueAt(raw, `${kind}Probe`);
  if (!isRecord(probe)) return [];
  const type = (['httpGet', 'tcpSocket', 'exec', 'grpc'] as const).find((member) => isRecord(probe[member]));
  const names = { httpGet: 'http', tcpSocket: 'tcp', exec: 'exec', grpc: 'grpc' } as const;
  return [
    {
      kind,
      type: type ? names[type] : 'unknown',
      port: type ? textAt(probe, type, 'port') : null,
      path: textAt(probe, 'httpGet', 'path'),
      initialDelaySeconds: numberAt(probe, 'initialDelaySeconds'),
      timeoutSeconds: numberAt(probe, 'timeoutSeconds'),
      periodSeconds: numberAt(probe, 'periodSeconds'),
      failureThreshold: numberAt(probe, 'failureThreshold'),
    },
  ];
}

function toState(value: unknown): ContainerState | null {
  if (!isRecord(value)) return null;
  const kind = (['running', 'waiting', 'terminated'] as const).find((name) => isRecord(value[name]));
  if (!kind) return null;
  const detail = recordAt(value, kind);
  return {
    state: kind,
    reason: textAt(detail, 'reason'),
    message: textAt(detail, 'message'),
    exitCode: numberAt(detail, 'exitCode'),
    startedAt: textAt(detail, 'startedAt'),
    finishedAt: textAt(detail, 'finishedAt'),
  };
}

/** Conditions of a status; those without a type are left out. */
export function toConditions(raw: Raw[]): Condition[] {
  return raw.flatMap((item) => {
    const type = textAt(item, 'type');
    if (!type) return [];
    return [
      {
        type,
        status: textAt(item, 'status') ?? 'Unknown',
        reason: textAt(item, 'reason'),
        message: textAt(item, 'message'),
        changedAt: textAt(item, 'lastTransitionTime'),
      },
    ];
  });
}
