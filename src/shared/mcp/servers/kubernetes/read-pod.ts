import type { CapabilityOutput } from '../../capabilities.ts';
import type { ContainerSpec, ContainerState, ContainerStatus, Pod } from './kubernetes-types.ts';

export type PodStatus = CapabilityOutput<'pods.status'>['pods'][number];
type Container = PodStatus['containers'][number];

const timeOf = (date: Date | undefined) => date?.toISOString() ?? null;

/** A container's state in one word, with Kubernetes' reason for it. */
function readState(
  state: ContainerState | undefined,
): Pick<Container, 'state' | 'reason' | 'message' | 'exitCode' | 'startedAt'> {
  const { running, waiting, terminated } = state ?? {};
  const detail = waiting ?? terminated;
  return {
    state: running ? 'running' : waiting ? 'waiting' : terminated ? 'terminated' : 'unknown',
    reason: detail?.reason ?? null,
    message: detail?.message ?? null,
    exitCode: terminated?.exitCode ?? null,
    startedAt: timeOf(running?.startedAt ?? terminated?.startedAt),
  };
}

function readLastTermination(last: ContainerState | undefined): Container['lastTermination'] {
  const ended = last?.terminated;
  if (!ended) return null;
  return { reason: ended.reason ?? null, exitCode: ended.exitCode, finishedAt: timeOf(ended.finishedAt) };
}

function readContainer(spec: ContainerSpec, statuses: ContainerStatus[]): Container {
  const status = statuses.find(({ name }) => name === spec.name);
  return {
    name: spec.name,
    image: status?.image ?? spec.image ?? '',
    ready: status?.ready ?? false,
    restarts: status?.restartCount ?? 0,
    ...readState(status?.state),
    lastTermination: readLastTermination(status?.lastState),
    limits: spec.resources?.limits ?? {},
    requests: spec.resources?.requests ?? {},
  };
}

/** Init containers that have done their work say nothing about a pod; the others hold it up. */
const isDone = ({ state, exitCode }: Container) => state === 'terminated' && exitCode === 0;

/** Whether the pod's Ready condition is true. */
export function isPodReady({ status }: Pod): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;
}

/** A pod as the capability states it. */
export function readPod(pod: Pod): PodStatus {
  const { metadata, spec, status } = pod;
  const { conditions = [], containerStatuses = [], initContainerStatuses = [] } = status ?? {};
  const containers = (spec?.containers ?? []).map((one) => readContainer(one, containerStatuses));
  const inits = (spec?.initContainers ?? []).map((one) => readContainer(one, initContainerStatuses));
  return {
    name: metadata?.name ?? '',
    namespace: metadata?.namespace ?? '',
    phase: status?.phase ?? 'Unknown',
    ready: isPodReady(pod),
    node: spec?.nodeName ?? null,
    createdAt: timeOf(metadata?.creationTimestamp),
    labels: metadata?.labels ?? {},
    conditions: conditions.map(({ type, status: value, reason, message }) => {
      return { type, status: value, reason: reason ?? null, message: message ?? null };
    }),
    containers: [...inits.filter((one) => !isDone(one)), ...containers],
  };
}
