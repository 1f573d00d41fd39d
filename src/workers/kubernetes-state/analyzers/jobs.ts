import { describeAction } from '../actions.ts';
import { type Analyzer, type Context, DEPTH, type Diagnosis, diagnosis } from '../diagnosis.ts';
import { isRunLater } from '../finished-tries.ts';
import { endRun, resumeCronJob } from '../fixes.ts';
import type { KubernetesState, Workload } from '../kubernetes-state.ts';
import { lastLineOf, logsOfWorkload, saidBy } from '../logs/pod-log.ts';
import { purposeOf } from '../purpose.ts';
import { name, quote } from '../quote.ts';
import { textAt } from '../raw.ts';
import { ageSeconds } from '../read/ages.ts';
import { eventsOf, podsOf, sameNamespace } from '../relations.ts';
import { words } from './crashes.ts';

/** Finds Jobs that failed and CronJobs that never run: a wrong schedule, suspended. */
export const jobs: Analyzer = (context) =>
  context.state.workloads.flatMap((workload) =>
    workload.kind === 'Job'
      ? [...failedJob(context, workload), ...hangingJob(context, workload)]
      : workload.kind === 'CronJob'
        ? cronJob(context, workload)
        : [],
  );

function failedJob({ state, text }: Context, job: Workload): Diagnosis[] {
  const events = eventsOf(state, job);
  const event = events.findLast(({ reason }) => /^(?:BackoffLimitExceeded|DeadlineExceeded)$/.test(reason));
  const condition = job.conditions.find(({ type, status }) => type === 'Failed' && status === 'True');
  const failed =
    condition !== undefined || event !== undefined || ((job.job.failed ?? 0) > 0 && (job.job.succeeded ?? 0) === 0);
  if (!failed || (job.job.succeeded ?? 0) >= (job.job.completions ?? 1)) return [];
  if (!/\bwhy\b/.test(text) && isRunLater(state, job)) return [];
  const reason = condition?.reason ?? event?.reason ?? null;
  const pods = podsOf(state, job);
  const said = saidBy(logsOfWorkload(state, job));
  const kind = said?.line.kind ?? null;
  return [
    diagnosis({
      kind: kind ? `job-${kind.name}` : 'job-failed',
      class: kind?.class ?? 'application',
      brief: `Job ${name(job.name)} failed${reason ? ` (${reason})` : ''}`,
      statement: `Job ${name(job.name)} failed${reason ? ` (${reason})` : ''}${kind ? ` because ${kind.meaning}` : ''}${said ? `. Its log says: ${words(said)}` : ''}`,
      component: job.name,
      namespace: job.namespace,
      touches: [job.name, ...pods.map((pod) => pod.name)],
      confidence: said ? 0.82 : 0.6,
      cause: said !== null,
      depth: DEPTH.workload,
      evidence: [...job.evidence, ...(event ? [event.evidence] : []), ...(said ? [said.log.evidence] : [])],
      actions: describeAction('job', job.name, job.namespace, 'See status and events of the job'),
      prevention: ['Alert on failed jobs, and give them a backoff limit that outlasts a short outage.'],
    }),
  ];
}

/** So many times longer than any other run of it, and so long at all (in seconds), no job still works on what it does otherwise. */
const FAR_LONGER = 5;
const LEAST_HANGING = 3600;
const LONG_FOR_ANY = 24 * 3600;

/** A run that does not end keeps the next ones of its CronJob from being started. */
function hangingJob({ state }: Context, job: Workload): Diagnosis[] {
  const cron = cronOf(state, job);
  const event = cron && eventsOf(state, cron).findLast(({ reason }) => reason === 'JobAlreadyActive');
  const age = ageSeconds(textAt(job.raw, 'metadata', 'age') ?? '');
  const ended = (job.job.succeeded ?? 0) > 0 || (job.job.failed ?? 0) > 0;
  if (!cron || !event || age === null || age < LEAST_HANGING || ended) return [];
  const others = state.workloads.flatMap((other) =>
    other.kind === 'Job' && other !== job && cronOf(state, other) === cron
      ? (ageSeconds(textAt(other.raw, 'status', 'duration') ?? '') ?? [])
      : [],
  );
  const usual = Math.max(...others);
  if (others.length > 0 ? age < FAR_LONGER * usual : age < LONG_FOR_ANY) return [];
  const logs = logsOfWorkload(state, job);
  const said = saidBy(logs) ?? null;
  const last = said ? null : lastLineOf(logs);
  const saying = said ? `. Its log says: ${words(said)}` : last ? `. Its log ends with: ${quote(last.text, 160)}` : '';
  return [
    diagnosis({
      kind: 'job-hangs',
      class: said?.line.kind?.class ?? 'application',
      statement: `Job ${name(job.name)} hangs: it still runs, does not complete, and keeps the next runs of CronJob ${name(cron.name)} from being started (JobAlreadyActive, concurrency policy Forbid)${saying}`,
      component: cron.name,
      namespace: job.namespace,
      touches: [job.name, cron.name, ...podsOf(state, job).map((pod) => pod.name)],
      confidence: 0.78,
      evidence: [...job.evidence, event.evidence, ...((said ?? last) ? [(said ?? last)!.log.evidence] : [])],
      actions: [
        ...describeAction('job', job.name, job.namespace, 'See since when it runs and what its pod waits for'),
        ...endRun(job),
      ],
      prevention: [
        'Give jobs an activeDeadlineSeconds, and alert when a CronJob has not succeeded for longer than usual.',
      ],
    }),
  ];
}

/** The CronJob that started a job: its owner, or the one whose name the job's begins with. */
const cronOf = ({ workloads }: KubernetesState, job: Workload): Workload | null =>
  workloads.find(
    (cron) =>
      cron.kind === 'CronJob' &&
      sameNamespace(cron.namespace, job.namespace) &&
      (job.owner?.name === cron.name ||
        (/^\d+$/.test(job.name.slice(cron.name.length + 1)) && job.name.startsWith(`${cron.name}-`))),
  ) ?? null;

function cronJob({ state, text }: Context, job: Workload): Diagnosis[] {
  const wrong = job.schedule !== null && !isSchedule(job.schedule);
  const event = eventsOf(state, job).findLast(
    ({ reason, ageSeconds: seconds }) =>
      /UnparseableSchedule|InvalidSchedule|FailedNeedsStart/.test(reason) ||
      (/MissSchedule/.test(reason) && !ranWithin(state, job, seconds)),
  );
  const asked = job.suspended && !purposeOf(job) && text.includes(job.name);
  if (!wrong && !event && !asked) return [];
  const what = wrong
    ? `has the schedule "${job.schedule}", which is not valid`
    : job.suspended
      ? 'is suspended, so it starts no jobs'
      : `misses its schedule (${event?.reason})`;
  return [
    diagnosis({
      kind: 'cron-job',
      class: 'infrastructure',
      statement: `CronJob ${name(job.name)} ${what}`,
      component: job.name,
      namespace: job.namespace,
      touches: [job.name],
      confidence: wrong ? 0.9 : 0.75,
      evidence: [...job.evidence, ...(event ? [event.evidence] : [])],
      actions: [
        ...describeAction('cronjob', job.name, job.namespace, 'See schedule and last runs'),
        ...(job.suspended && !wrong ? resumeCronJob(job) : []),
      ],
    }),
  ];
}

/** True where a run that is younger (in seconds) than what was missed came to its end. */
const ranWithin = (
  { workloads }: KubernetesState,
  { name: own, namespace }: Workload,
  seconds: number | null,
): boolean =>
  workloads.some(
    (run) =>
      run.kind === 'Job' &&
      sameNamespace(run.namespace, namespace) &&
      run.name.startsWith(`${own}-`) &&
      (run.job.succeeded ?? 0) > 0 &&
      (ageSeconds(textAt(run.raw, 'metadata', 'age') ?? '') ?? Number.POSITIVE_INFINITY) < (seconds ?? 0),
  );

/** Five fields of cron, or a name such as `@daily`. */
function isSchedule(text: string): boolean {
  if (/^@(?:yearly|annually|monthly|weekly|daily|midnight|hourly|every \S+)$/.test(text)) return true;
  const fields = text
    .replace(/^(?:CRON_)?TZ=\S+\s+/, '')
    .trim()
    .split(/\s+/);
  const limits = [59, 23, 31, 12, 7];
  return (
    fields.length === 5 &&
    fields.every(
      (field, index) =>
        /^[\dA-Za-z*,/?L#-]+$/.test(field) &&
        [...field.replace(/\/\d+/g, '').matchAll(/\d+/g)].every(([number]) => Number(number) <= (limits[index] ?? 0)),
    )
  );
}
