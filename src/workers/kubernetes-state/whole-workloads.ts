import { workloadOf } from '../detectors/support/names.ts';
import type { Diagnosis } from './diagnosis.ts';
import type { KubernetesState, Workload } from './kubernetes-state.ts';
import { numberAt, valueAt } from './raw.ts';
import { sameNamespace } from './relations.ts';

/** What an event told of a pod is over where nothing is missing of its workload. */
const OVER = 0.25;

/**
 * The diagnoses, with little confidence in what only events tell of pods that nobody saw themselves, where the workload of those pods is
 * complete: all replicas wanted are ready and of its present version, and none is unavailable.
 */
export function withoutOverOnes(diagnoses: Diagnosis[], state: KubernetesState): Diagnosis[] {
  const seen = new Set(
    state.pods.flatMap(({ name, raw }) => (valueAt(raw, 'status', 'toldByEvents') === true ? [] : [name])),
  );
  const whole = state.workloads.filter(isWhole);
  const ofEvents = new Set(state.events.map(({ evidence }) => evidence));
  const isOver = ({ touches, namespace, evidence }: Diagnosis): boolean => {
    if (!evidence.every((number) => ofEvents.has(number))) return false;
    const pods = touches.filter((one) => POD.test(one));
    return (
      pods.length > 0 &&
      pods.every(
        (pod) =>
          !seen.has(pod) &&
          whole.some((one) => one.name === workloadOf(pod) && sameNamespace(one.namespace, namespace)),
      )
    );
  };
  return diagnoses.map((one) => (isOver(one) ? { ...one, confidence: Math.min(OVER, one.confidence) } : one));
}

/** A name as a Deployment's ReplicaSet gives it to its pods. */
const POD = /^[a-z0-9][a-z0-9.-]*-[a-z0-9]{6,10}-[a-z0-9]{5}$/;

function isWhole({ kind, desired, ready, available, updated, raw }: Workload): boolean {
  const unavailable = numberAt(raw, 'status', 'unavailableReplicas') ?? 0;
  const wanted = desired ?? 0;
  return (
    kind === 'Deployment' &&
    wanted > 0 &&
    (ready ?? 0) >= wanted &&
    (available ?? wanted) >= wanted &&
    (updated ?? wanted) >= wanted &&
    unavailable === 0
  );
}
