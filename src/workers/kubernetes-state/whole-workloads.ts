import { workloadOf } from '../detectors/support/names.ts';
import type { Context, Diagnosis } from './diagnosis.ts';
import type { Workload } from './kubernetes-state.ts';
import { numberAt } from './raw.ts';
import { isToldByEvents, sameNamespace } from './relations.ts';
import { hasStartedSince } from './told-by-events.ts';

/** What an event told of a pod is over where nothing is missing of its workload, or where it has started since. */
const OVER = 0.25;

/**
 * The diagnoses, with little confidence in what only events tell of pods that nobody saw themselves, where the workload of those pods is
 * complete (all replicas wanted are ready and of its present version, and none is unavailable; or none is wanted) or the pods have started since.
 */
export function withoutOverOnes(
  diagnoses: Diagnosis[],
  { state, input }: Pick<Context, 'state' | 'input'>,
): Diagnosis[] {
  const seen = new Set(state.pods.flatMap((pod) => (isToldByEvents(pod) ? [] : [pod.name])));
  const whole = state.workloads.filter(isWhole);
  // That the nodes are ready, and what they have, is told beside the scheduler's words.
  const ofEvents = new Set([
    ...state.events.map(({ evidence }) => evidence),
    ...state.nodes.flatMap(({ evidence }) => evidence),
  ]);
  const told = new Set(state.events.filter(({ kind }) => /^pod$/i.test(kind)).map(({ name }) => name));
  const isOver = ({ touches, namespace, evidence }: Diagnosis): boolean => {
    if (!evidence.every((number) => ofEvents.has(number))) return false;
    const pods = touches.filter((one) => told.has(one) || POD.test(one));
    return (
      pods.length > 0 &&
      pods.every(
        (pod) =>
          !seen.has(pod) &&
          (whole.some((one) => one.name === workloadOf(pod) && sameNamespace(one.namespace, namespace)) ||
            hasStartedSince(state, pod, namespace, input.now)),
      )
    );
  };
  return diagnoses.map((one) => (isOver(one) ? { ...one, confidence: Math.min(OVER, one.confidence) } : one));
}

/** A name as a Deployment's ReplicaSet gives it to its pods. */
const POD = /^[a-z0-9][a-z0-9.-]*-[a-z0-9]{6,10}-[a-z0-9]{5}$/;

const REPLICATED = /^(?:Deployment|StatefulSet|DaemonSet)$/;

function isWhole({ kind, desired, ready, available, updated, conditions, raw }: Workload): boolean {
  if (!REPLICATED.test(kind)) return false;
  const unavailable = numberAt(raw, 'status', 'unavailableReplicas') ?? 0;
  // `kubectl rollout status` waits for all pods of the present version to be available, and tells no counts.
  if (desired === null)
    return conditions.some(({ reason }) => reason === 'NewReplicaSetAvailable') && unavailable === 0;
  // Nobody misses the pods of a workload that wants none.
  if (desired === 0) return (ready ?? available ?? 0) === 0;
  return (
    (ready ?? available ?? 0) >= desired &&
    (available ?? desired) >= desired &&
    (updated ?? desired) >= desired &&
    unavailable === 0
  );
}
