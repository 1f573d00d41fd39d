import type { DetectorInput } from '../detectors/detector.ts';
import { DOUBT } from '../detectors/support/doubt.ts';
import { diagnose } from './diagnose.ts';
import type { KubeEvent, KubernetesState } from './kubernetes-state.ts';
import { name } from './quote.ts';

/** Somebody misses something, and tells of no harm. */
const MISSES =
  /disappear|vanish|\bgone\b|\bmissing\b|\bmissed\b|where (?:did|is|has|are)|no longer (?:there|listed|exists?|runs?|running)|not (?:there|found|listed|running)|terminated|deleted|removed|(?:cannot|can't|could not|couldn't) (?:find|see)/i;
const HARM =
  /\b(?:fail\w*|errors?|crash\w*|slow|time[sd]? ?-?out|outage|customers?|users?|not (?:sent|arriv\w+|written|updated|deliver\w+)|wrong|incomplete|empty|late|stale)\b/i;
/** The controllers of Jobs and CronJobs on a run that came to its end. */
const COMPLETED = /^Saw completed job: ([\w.-]+), (?:condition|status): Complete\b/;

/**
 * What shows that a pod or Job which somebody misses came to its end as it should and was cleaned up: its Job completed, by the events of the
 * controllers, nothing warned of it, and nothing else is wrong. Null where that is not shown.
 */
export function finishedRun(input: DetectorInput): { statement: string; evidence: number[] } | null {
  const { context, diagnoses } = diagnose(input);
  const { state, text } = context;
  if (!MISSES.test(text) || HARM.test(text) || diagnoses.some(({ confidence }) => confidence >= DOUBT)) return null;
  const done = state.events.flatMap((event) => runIn(event) ?? []).filter(({ job }) => isNamed(text, job));
  const [first] = done;
  if (!first || warned(state, first.job)) return null;
  if (state.pods.some(({ name: pod, phase }) => isOf(pod, first.job) && phase !== null && phase !== 'Succeeded'))
    return null;
  return {
    statement: `the Job ${name(first.job)} completed, so its pod came to its end and was removed as it should`,
    evidence: [...new Set(done.map(({ evidence }) => evidence))],
  };
}

function runIn({
  type,
  reason,
  kind,
  name: about,
  message,
  evidence,
}: KubeEvent): { job: string; evidence: number } | null {
  if (type !== 'Normal') return null;
  const seen = COMPLETED.exec(message)?.[1];
  const job = seen ?? (reason === 'Completed' && /^job/i.test(kind) ? about : null);
  return job ? { job, evidence } : null;
}

/** True where the alert names the Job or one of its pods. */
const isNamed = (text: string, job: string): boolean =>
  text
    .toLowerCase()
    .split(/[^\w.-]+/)
    .some((word) => word === job.toLowerCase() || isOf(word, job.toLowerCase()));

const isOf = (pod: string, job: string): boolean =>
  pod.startsWith(`${job}-`) && /^-(?:\d+-)?[a-z0-9]{5}$/.test(pod.slice(job.length));

const warned = ({ events }: KubernetesState, job: string): boolean =>
  events.some(
    ({ type, name: about, message }) =>
      type === 'Warning' && (about === job || isOf(about, job) || message.includes(job)),
  );
