import { UnrecoverableError } from 'bullmq';
import { DependencyError, describeError, FleetError } from '../shared/errors.ts';
import type { DeadReason } from '../shared/incident.ts';
import type { Logger } from '../shared/logger.ts';
import type { FleetJob, JobData } from '../shared/queues/jobs.ts';
import type { DeliveryLease } from '../shared/store/delivery-store.ts';
import type { Fence } from '../shared/store/incident-store.ts';
import type { Store } from '../shared/store/store.ts';
import { PacedError } from './deliver-once.ts';
import { pacedWaitMs } from './paced-wait.ts';
import { SHUTDOWN_WAIT_MS, sendBack } from './send-back.ts';
import type { SlackPace } from './slack-pace.ts';

export type PostFailureDeps = {
  store: Store;
  defaultChannel: string | null;
  pace: SlackPace;
  bury: (incident: JobData, reason: DeadReason, why: string, fence: Fence) => Promise<void>;
  logger: Logger;
};

/** How long a job waits that is sent back because of a shutdown, or because a dependency is away as a whole, ms. */
const AWAY_WAIT_MS = 2_000;

/** Slack's words for a token that does not count, now: it is being renewed, or somebody will. No message is at fault. */
const TOKEN_FAULTS = new Set(['not_authed', 'invalid_auth', 'token_revoked', 'token_expired', 'account_inactive']);

/** Decides what a failure means, while the lease is still held; then gives it back for whoever tries next. */
export async function afterPostFailure(
  deps: PostFailureDeps,
  job: FleetJob,
  token: string,
  error: unknown,
  stop: AbortSignal,
  lease: DeliveryLease | null = null,
): Promise<never> {
  const waitMs = (await waitWithoutAttempt(deps, job, error)) ?? (stop.aborted ? SHUTDOWN_WAIT_MS : null);
  const given = waitMs === null && lease !== null && (await giveUpWhenLast(deps, job, error, lease));
  if (lease) await deps.store.deliveries.release(lease).catch(() => undefined);
  if (waitMs !== null) return await sendBack(job, token, waitMs);
  throw given ? new UnrecoverableError(describeError(error)) : error;
}

async function giveUpWhenLast(
  deps: PostFailureDeps,
  job: FleetJob,
  error: unknown,
  lease: DeliveryLease,
): Promise<boolean> {
  const why = describeError(error);
  const attempt = job.attemptsMade + 1;
  deps.logger.warn('a delivery failed', { stage: 'post', incident: lease.incidentId, attempt, error: why });
  const rejected =
    error instanceof DependencyError && !error.retryable && !error.ambiguous && !TOKEN_FAULTS.has(error.detail ?? '');
  if (!rejected && attempt < (job.opts.attempts ?? 1)) return false;
  const unavailable = error instanceof DependencyError ? 'slack_unavailable' : 'bug';
  await deps.bury(job.data, rejected ? 'slack_rejected' : unavailable, why, { of: 'delivery', token: lease.token });
  await deps.store.deliveries.fail(lease, why);
  return true;
}

/**
 * A full channel, a 429, an open breaker and a database that is away cost time, never an attempt. Null where the failure
 * counts.
 */
async function waitWithoutAttempt(deps: PostFailureDeps, job: FleetJob, error: unknown): Promise<number | null> {
  if (error instanceof PacedError) return pacedWaitMs(error.waitMs, job);
  if (error instanceof FleetError && error.code === 'store_unavailable') return jittered(AWAY_WAIT_MS);
  if (!(error instanceof DependencyError)) return null;
  if (error.failure === 'breaker_open') return jittered(error.retryAfterMs ?? AWAY_WAIT_MS);
  if (error.failure !== 'rate_limit') return null;
  const waitMs = error.retryAfterMs ?? 1_000;
  const incident = await deps.store.incidents.find(job.data.incidentId);
  const channel = incident?.slack?.channel ?? deps.defaultChannel;
  if (channel) await deps.pace.hold(channel, waitMs);
  return waitMs;
}

/** From `ms` to twice as long, so that all who wait do not come back at once. */
const jittered = (ms: number) => ms * (1 + Math.random());
