import type { KubernetesState, Pod } from './kubernetes-state.ts';
import { textAt } from './raw.ts';
import { ageSeconds } from './read/ages.ts';
import { disruptionOf, podsOf, workloadOfPod } from './relations.ts';

/**
 * For how many seconds at least a pod that was replaced has been gone: since it was taken off its node, where that is told, else since
 * the youngest of the pods was made that stand in its place. Zero where nothing tells.
 */
export function goneFor(state: KubernetesState, pod: Pod, now: Date): number {
  const ended = pod.template.containers.flatMap(({ status }) => status?.finishedAt ?? []);
  const told = [disruptionOf(pod)?.changedAt ?? null, ...ended].flatMap((at) => secondsSince(at, now) ?? []);
  if (told.length > 0) return Math.min(...told);
  // Only where nothing is seen of the others, the age of the pod itself has to do.
  return youngestOfOthers(state, pod, now) ?? ageOf(pod, now) ?? 0;
}

function youngestOfOthers(state: KubernetesState, pod: Pod, now: Date): number | null {
  const workload = workloadOfPod(state, pod);
  const others = workload ? podsOf(state, workload).filter((other) => other.ready === true) : [];
  const ages = others.flatMap((other) => ageOf(other, now) ?? []);
  const complete = workload?.desired != null && ages.length === others.length && ages.length >= workload.desired;
  return complete ? Math.min(...ages) : null;
}

const ageOf = ({ raw, createdAt }: Pod, now: Date): number | null =>
  ageSeconds(textAt(raw, 'metadata', 'age') ?? '') ?? secondsSince(createdAt, now);

function secondsSince(at: string | null, now: Date): number | null {
  const ms = Date.parse(at ?? '');
  return Number.isNaN(ms) ? null : (now.getTime() - ms) / 1000;
}
