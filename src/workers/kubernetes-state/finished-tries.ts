import type { KubernetesState, LogText, Meta, Pod, Workload } from './kubernetes-state.ts';
import { textAt } from './raw.ts';
import { ageSeconds } from './read/ages.ts';
import { sameNamespace, workloadName } from './relations.ts';

/** The number of a scheduled run, which a CronJob puts behind its own name. */
const RUN = /-(\d{5,})$/;

const base = (job: string): string => job.replace(RUN, '');
const ageOf = ({ raw }: Meta): number | null => ageSeconds(textAt(raw, 'metadata', 'age') ?? '');

/** True where the younger one is not older, as far as both ages are told. */
function isLater(younger: Meta, older: Meta): boolean {
  const [own, other] = [ageOf(younger), ageOf(older)];
  return own === null || other === null || own <= other;
}

/** True for a pod that failed, where a later try of its Job (or a later run of its CronJob) came to its end. */
export function isFinishedTry(state: KubernetesState, pod: Pod): boolean {
  if (pod.ready === true || pod.phase === 'Succeeded') return false;
  const job = pod.owner?.kind === 'Job' ? pod.owner.name : workloadName(pod);
  const done = state.workloads.some(
    (one) => one.kind === 'Job' && one.name === job && sameNamespace(one.namespace, pod.namespace) && isComplete(one),
  );
  return (
    done ||
    state.pods.some(
      (other) =>
        other.phase === 'Succeeded' &&
        sameNamespace(other.namespace, pod.namespace) &&
        base(workloadName(other)) === base(job) &&
        isLater(other, pod),
    )
  );
}

/** True for a Job that failed, where a later run of the same CronJob was completed. */
export function isRunLater(state: KubernetesState, job: Workload): boolean {
  const run = Number(RUN.exec(job.name)?.[1] ?? Number.NaN);
  return state.workloads.some(
    (other) =>
      other.kind === 'Job' &&
      sameNamespace(other.namespace, job.namespace) &&
      base(other.name) === base(job.name) &&
      Number(RUN.exec(other.name)?.[1] ?? Number.NaN) > run &&
      isComplete(other),
  );
}

const isComplete = ({ job }: Workload): boolean =>
  (job.succeeded ?? 0) > 0 && (job.succeeded ?? 0) >= (job.completions ?? 1);

/** True for the log of such a pod. */
export const isLogOfFinishedTry = (state: KubernetesState, log: LogText): boolean =>
  log.pod !== null &&
  state.pods.some(
    (pod) => pod.name === log.pod && sameNamespace(pod.namespace, log.namespace) && isFinishedTry(state, pod),
  );
