import type { KubernetesState, Pod } from './kubernetes-state.ts';
import { name } from './quote.ts';
import { textAt } from './raw.ts';
import { ageSeconds } from './read/ages.ts';
import { sameNamespace, workloadName } from './relations.ts';

/** No older than this (in seconds) are pods that a rollout of today has brought. */
const YOUNG = 2 * 3600;
/** So many times older are those beside them that it left alone. */
const OLDER = 6;

const ageOf = (pod: Pod): { text: string; seconds: number } | null => {
  const text = textAt(pod.raw, 'metadata', 'age') ?? '';
  const seconds = ageSeconds(text);
  return seconds === null ? null : { text, seconds };
};

/**
 * What shows that a workload was rolled out lately where nothing else tells of it: all its pods are young and those beside them are not. Null where it
 * has old pods, where everything is young, or ages are not told. An autoscaler adds pods to old ones, and a lost node takes some of several workloads.
 */
export function freshPods(
  state: KubernetesState,
  owner: string,
  namespace: string | null,
): { clause: string; evidence: number[] } | null {
  const near = state.pods.filter(
    (pod) =>
      !pod.deleting &&
      pod.owner?.kind !== 'Job' &&
      pod.phase !== 'Succeeded' &&
      sameNamespace(pod.namespace, namespace),
  );
  const own = near.filter((pod) => workloadName(pod) === owner);
  const ages = own.map(ageOf);
  const known = ages.filter((age) => age !== null);
  const [oldest] = known.toSorted((left, right) => right.seconds - left.seconds);
  if (!oldest || known.length < ages.length || oldest.seconds > YOUNG) return null;
  const others = near.filter((pod) => workloadName(pod) !== owner).flatMap((pod) => ageOf(pod)?.seconds ?? []);
  if (others.length === 0 || !others.every((seconds) => seconds >= OLDER * oldest.seconds)) return null;
  return {
    clause: `. All pods of ${name(owner)} are at most ${oldest.text} old, those beside them far older: as after a rollout`,
    evidence: own.flatMap(({ evidence }) => evidence),
  };
}
