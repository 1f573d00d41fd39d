import { workloadOf } from '../detectors/support/names.ts';
import type { KubernetesState, LogText, Meta, Pod, Workload } from './kubernetes-state.ts';
import { lineTime } from './logs/line-time.ts';
import { saidBy } from './logs/pod-log.ts';
import { textAt } from './raw.ts';
import { ageSeconds } from './read/ages.ts';
import { sameNamespace, workloadName } from './relations.ts';

/** The number of a scheduled run, which a CronJob puts behind its own name. */
const RUN = /-(\d{5,})$/;

/** The name of the CronJob behind the name of one of its runs; the name of any other Job as it is. */
export const withoutRun = (job: string): string => job.replace(RUN, '');
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
        withoutRun(workloadName(other)) === withoutRun(job) &&
        isLater(other, pod),
    )
  );
}

/** True for a Job that failed, where a later run of the same CronJob was completed. */
export function isRunLater(state: KubernetesState, job: Workload): boolean {
  const run = runOf(job.name);
  return state.workloads.some(
    (other) =>
      other.kind === 'Job' &&
      sameNamespace(other.namespace, job.namespace) &&
      withoutRun(other.name) === withoutRun(job.name) &&
      runOf(other.name) > run &&
      isComplete(other),
  );
}

/** True for a Job with as many successful pods as it wants. */
export const isComplete = ({ job }: Workload): boolean =>
  (job.succeeded ?? 0) > 0 && (job.succeeded ?? 0) >= (job.completions ?? 1);

/**
 * True for the log of such a pod; of a pod that no list shows, where its Job is complete, or the log of another try or of a later run ends with
 * words of success.
 */
export function isLogOfFinishedTry(state: KubernetesState, log: LogText): boolean {
  if (log.pod === null || log.command) return false;
  const pods = state.pods.filter((pod) => pod.name === log.pod && sameNamespace(pod.namespace, log.namespace));
  if (pods.length > 0) return pods.some((pod) => isFinishedTry(state, pod));
  const name = workloadOf(log.pod);
  const jobs = state.workloads.filter(
    (one) => one.kind === 'Job' && one.name === name && sameNamespace(one.namespace, log.namespace),
  );
  return (
    jobs.some((job) => isComplete(job) || isRunLater(state, job)) ||
    state.logs.some((other) => isSuccessAfter(log, other))
  );
}

const runOf = (job: string): number => Number(RUN.exec(job)?.[1] ?? Number.NaN);

/** How programs that run to an end say that they came to it. */
const SUCCESS =
  /\b(?:done|finished|complete[d]?|succeeded|success(?:ful(?:ly)?)?|saved|no errors|all good)\b|\b0 (?:failed|errors|left|rejected)\b|\b(\d+) (?:of|\/) \1\b/i;
const NOT_ALL =
  /\b(?:not|never|nothing|cannot|incomplete)\b|\b[1-9]\d* (?:errors?|failed|failures|rejected|left)\b|with (?:errors|failures)/i;
/** It stands among the last lines. */
const LAST = 3;

/** True where the other log is the one of a pod of the same run, or of a later run of the same CronJob, and ends with success. */
function isSuccessAfter(log: LogText, other: LogText): boolean {
  if (other.pod === null || other.pod === log.pod || other.command || other.previous || other.filter !== null)
    return false;
  if (!sameNamespace(other.namespace, log.namespace)) return false;
  const [own, its] = [workloadOf(log.pod ?? ''), workloadOf(other.pod)];
  if (!RUN.test(own) || withoutRun(own) !== withoutRun(its) || !(runOf(its) >= runOf(own)) || endsBefore(other, log))
    return false;
  const last = other.lines.slice(-LAST).map((line) => line.slice(0, 1500));
  return (
    last.some((line) => SUCCESS.test(line)) && !last.some((line) => NOT_ALL.test(line)) && saidBy([other]) === null
  );
}

/** True where the one had said its last word before the other had, as far as both tell times. */
function endsBefore(one: LogText, other: LogText): boolean {
  const [own, its] = [one, other].map(({ lines }) => Math.max(...lines.flatMap((line) => lineTime(line) ?? [])));
  return Number.isFinite(own) && Number.isFinite(its) && (own ?? 0) < (its ?? 0);
}
