import { UnrecoverableError } from 'bullmq';
import { describeError, FleetError, LeaseLostError } from '../shared/errors.ts';
import type { DeadReason } from '../shared/incident.ts';
import type { FleetJob } from '../shared/queues/jobs.ts';
import type { Fence } from '../shared/store/incident-store.ts';
import type { Claim, Lease } from '../shared/store/investigation-store.ts';
import { inProcessSpan } from '../shared/tracing/message-spans.ts';
import { type FleetSpan, failureType } from '../shared/tracing/tracing.ts';
import { countDeaths } from './count-deaths.ts';
import { investigateAlert } from './investigate-alert.ts';
import type { InvestigateDeps } from './investigation.ts';
import { whileLeased } from './keep-lease.ts';
import type { PickUps } from './pick-ups.ts';
import { SHUTDOWN_WAIT_MS, sendBack } from './send-back.ts';
import type { SuspectLane } from './suspect-lane.ts';

/** An incident whose workers died or failed this often is given up, whatever the queue still remembers of its attempts. */
const MAX_CLAIMS = 8;
/** An incident whose workers have died so often in a row without getting further is given up: it may be what kills them. */
const POISON_DEATHS = 3;
/** After so many of them a job is a suspect. */
const SUSPECT_DEATHS = POISON_DEATHS - 1;
const SUSPECT_WAIT_MS = 2_000;
/** How long a job waits at least when the database is away, ms. */
const STORE_WAIT_MS = 2_000;

export type ProcessDeps = InvestigateDeps & {
  worker: string;
  suspects: SuspectLane;
  pickUps: PickUps;
  bury: (incident: { incidentId: string; run: number }, reason: DeadReason, why: string, fence: Fence) => Promise<void>;
};

/**
 * One job of an investigate queue: claims the incident, investigates it under the lease, and decides what a failure means.
 * An abort by shutdown, a held lease or a database that is away sends the job back without losing an attempt, and so does
 * another suspect in the lane.
 */
export async function processInvestigation(
  deps: ProcessDeps,
  job: FleetJob,
  token: string,
  stop: AbortSignal,
): Promise<string> {
  const deaths = await countDeaths(deps.store.investigations, job).catch((error) =>
    sendBackWhenAway(job, token, error),
  );
  if (deaths < SUSPECT_DEATHS) return await claimAndInvestigate(deps, job, token, stop, deaths);
  const leave = deps.suspects.enter();
  if (!leave) return await sendBack(job, token, SUSPECT_WAIT_MS * (1 + Math.random()));
  try {
    return await claimAndInvestigate(deps, job, token, stop, deaths);
  } finally {
    leave();
  }
}

async function claimAndInvestigate(
  deps: ProcessDeps,
  job: FleetJob,
  token: string,
  stop: AbortSignal,
  deaths: number,
): Promise<string> {
  const { incidentId, run } = job.data;
  const { investigations } = deps.store;
  const claim = await investigations
    .claim(incidentId, run, deps.worker)
    .catch((error) => sendBackWhenAway(job, token, error));
  if (claim.outcome === 'over') return 'nothing to do: the incident has ended or has a newer run';
  if (claim.outcome === 'held') return await sendBack(job, token, claim.retryInMs);
  if (claim.attempts > MAX_CLAIMS || deaths >= POISON_DEATHS) {
    const why =
      deaths >= POISON_DEATHS
        ? `${deaths} workers in a row have died on this incident`
        : `${MAX_CLAIMS} attempts at this incident have failed`;
    await deps.bury(job.data, 'poison', why, fenceOf(claim.lease));
    await investigations.release(claim.lease);
    return 'given up';
  }
  const message = { id: job.id ?? '', incidentId, run, trace: claim.trace };
  const about = { 'rca_fleet.stage': 'investigate', 'rca_fleet.attempt': claim.attempts };
  return await inProcessSpan(job.queueName, message, about, (span) =>
    investigateClaimed(deps, job, token, stop, claim, span),
  );
}

async function investigateClaimed(
  deps: ProcessDeps,
  job: FleetJob,
  token: string,
  stop: AbortSignal,
  claim: Claim,
  span: FleetSpan,
): Promise<string> {
  const { incidentId, run } = job.data;
  const { investigations } = deps.store;
  const timer = deps.metrics.stageTimer('investigate');
  try {
    const report = await whileLeased(investigations, claim.lease, stop, async (signal) => {
      await deps.pickUps.settle(signal);
      return await investigateAlert(deps, claim, signal);
    });
    timer('ok');
    span.set({ 'rca_fleet.verdict': report.verdict, 'rca_fleet.tier': report.tier });
    deps.logger.info('an investigation is done', {
      stage: 'investigate',
      incident: incidentId,
      run,
      verdict: report.verdict,
      tier: report.tier,
      confidence: report.rootCause.confidence,
    });
    return report.verdict;
  } catch (error) {
    timer(error instanceof FleetError ? error.code : 'bug');
    span.fail(stop.aborted ? 'shutting_down' : failureType(error));
    if (error instanceof LeaseLostError) return 'another worker has taken over';
    if (stop.aborted) return await sendBack(job, token, SHUTDOWN_WAIT_MS);
    return await failAttempt(deps, job, token, claim.lease, error);
  }
}

/** A database that is away is no fault of the incident: the job waits for it, with others, and not all come back at once. */
async function sendBackWhenAway(job: FleetJob, token: string, error: unknown): Promise<never> {
  if (!isStoreAway(error)) throw error;
  return await sendBack(job, token, STORE_WAIT_MS * (1 + Math.random()));
}

const isStoreAway = (error: unknown) => error instanceof FleetError && error.code === 'store_unavailable';

const fenceOf = ({ token }: Lease): Fence => ({ of: 'investigation', token });

async function failAttempt(
  deps: ProcessDeps,
  job: FleetJob,
  token: string,
  lease: Lease,
  error: unknown,
): Promise<never> {
  const { incidentId } = job.data;
  const why = describeError(error);
  const retryable = !(error instanceof FleetError) || error.retryable || error.code === 'bug';
  deps.logger.error('an investigation failed', {
    stage: 'investigate',
    incident: incidentId,
    attempt: job.attemptsMade + 1,
    error: why,
  });
  if (isStoreAway(error)) return await sendBackWhenAway(job, token, error);
  await deps.store.investigations.saveError(lease, why).catch(() => undefined);
  const last = !retryable || job.attemptsMade + 1 >= (job.opts.attempts ?? 1);
  if (!last) throw error;
  await deps.bury(job.data, 'bug', why, fenceOf(lease));
  throw new UnrecoverableError(why);
}
