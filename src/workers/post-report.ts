import { DelayedError, UnrecoverableError } from 'bullmq';
import type { AgentDefinition } from '../shared/agents/agent-definition.ts';
import { DependencyError, describeError, FleetError, LeaseLostError } from '../shared/errors.ts';
import type { DeadReason } from '../shared/incident.ts';
import type { Logger } from '../shared/logger.ts';
import type { Metrics } from '../shared/metrics.ts';
import type { FleetJob, JobData } from '../shared/queues.ts';
import { DELIVERY_LEASE_MS, type DeliveryLease } from '../shared/store/delivery-store.ts';
import type { Fence } from '../shared/store/incident-store.ts';
import type { Store } from '../shared/store/store.ts';
import {
  type DeliverDeps,
  type Delivered,
  deliverMessage,
  PACE_BURST,
  PacedError,
  type Sending,
  type Target,
} from './deliver-message.ts';
import type { ReportView, SlackMessage } from './report-view.ts';
import { loadReportView } from './report-view-from-store.ts';
import { writeReport } from './write-report.ts';
import { writeRootMessage } from './write-root-message.ts';

export type PostDeps = Omit<DeliverDeps, 'deliveries'> & {
  store: Store;
  agents: AgentDefinition[];
  defaultChannel: string | null;
  bury: (incident: JobData, reason: DeadReason, why: string, fence: Fence) => Promise<void>;
  logger: Logger;
  metrics: Metrics;
};

const RENEW_EVERY_MS = DELIVERY_LEASE_MS / 3;
/** How long a job waits that is sent back because of a shutdown, or because a dependency is away as a whole, ms. */
const SHUTDOWN_WAIT_MS = 100;
const AWAY_WAIT_MS = 2_000;

/** Slack's words for "your blocks are at fault, the text would do". */
const BLOCK_FAULTS = new Set([
  'invalid_blocks',
  'invalid_blocks_format',
  'msg_blocks_too_long',
  'msg_too_long',
  'invalid_metadata_format',
]);

/**
 * One job of the post queue. It brings the reply of an incident run up to the revision that is wanted, whatever that is
 * by now: a job that comes late or twice finds nothing to do.
 */
export async function processPost(deps: PostDeps, job: FleetJob, token: string, stop: AbortSignal): Promise<string> {
  const { incidentId, run } = job.data;
  const { deliveries } = deps.store;
  const claim = await deliveries.claim(incidentId, run).catch((error) => afterFailure(deps, job, token, error, stop));
  if (claim.outcome === 'nothing_due') return 'nothing to do';
  // The holder shows the newest revision before it lets go; the reconciler is behind it should it die.
  if (claim.outcome === 'held') return 'another worker is delivering this incident';
  const timer = deps.metrics.stageTimer('post');
  try {
    const outcome = await whileRenewed(deps, claim.lease, () =>
      deliverUntilShown(deps, claim.lease, claim.wanted, stop),
    );
    timer('ok');
    return outcome;
  } catch (error) {
    timer(error instanceof DependencyError ? error.failure : error instanceof PacedError ? 'paced' : 'failed');
    if (error instanceof LeaseLostError) return 'another worker has taken over';
    return await afterFailure(deps, job, token, error, stop, claim.lease);
  }
}

/** A delivery of several messages may take longer than its lease; a lease that is lost shows at the next write. */
async function whileRenewed<T>({ store }: PostDeps, lease: DeliveryLease, work: () => Promise<T>): Promise<T> {
  const timer = setInterval(() => void store.deliveries.renew(lease).catch(() => undefined), RENEW_EVERY_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

async function deliverUntilShown(
  deps: PostDeps,
  lease: DeliveryLease,
  firstWanted: number,
  stop: AbortSignal,
): Promise<string> {
  const { deliveries } = deps.store;
  for (let wanted = firstWanted; ; wanted = await deliveries.renew(lease)) {
    const view = await loadReportView(deps.store, deps.agents, lease.incidentId, lease.run);
    if (!view) {
      await deliveries.release(lease);
      return 'nothing to do: the incident has a newer run';
    }
    const { ended } = await deliverView(deps, lease, view, wanted, stop);
    if (ended) countAnswer(deps, view);
    if (await deliveries.releaseWhenShown(lease)) return `revision ${wanted} is shown`;
  }
}

async function deliverView(
  deps: PostDeps,
  lease: DeliveryLease,
  view: ReportView,
  revision: number,
  signal: AbortSignal,
): Promise<Delivered> {
  const stopReport = deps.metrics.stageTimer('report');
  const written = writeReport(view);
  stopReport('ok');
  const target = await threadOf(deps, lease, view, signal);
  const send = (part: 'reply' | `overflow-${number}`, message: SlackMessage, shown: number) =>
    deliver(deps, { lease, part, target, message, revision: shown, signal });
  // The thread reads in order when the reply stands before its overflow, but the reply counts as shown only when nothing
  // is missing behind it: so it is first posted as the revision before this one.
  if (written.overflow.length > 0 && !(await replyStands(deps, lease)))
    await send('reply', written.reply, revision - 1);
  for (const [index, message] of written.overflow.entries()) await send(`overflow-${index + 1}`, message, revision);
  return await send('reply', written.reply, revision);
}

async function replyStands({ store }: PostDeps, { incidentId, run }: DeliveryLease): Promise<boolean> {
  const rows = await store.deliveries.list(incidentId);
  return rows.some((row) => row.run === run && row.part === 'reply' && row.messageTs !== null);
}

/** Delivers, and falls back to the text alone when Slack finds fault with the blocks: better plain than silent. */
async function deliver(deps: PostDeps, sending: Sending): Promise<Delivered> {
  const deliverDeps = { ...deps, deliveries: deps.store.deliveries };
  try {
    return await deliverMessage(deliverDeps, sending);
  } catch (error) {
    if (!(error instanceof DependencyError && BLOCK_FAULTS.has(error.detail ?? ''))) throw error;
    deps.logger.error('Slack refused our blocks; the text goes out alone', {
      stage: 'post',
      incident: sending.lease.incidentId,
      error: describeError(error),
    });
    const message = { text: sending.message.text.slice(0, 3_000), blocks: [] };
    return await deliverMessage(deliverDeps, { ...sending, message });
  }
}

/** The thread of the alert's own message, or that of a root message which we post first into the default channel. */
async function threadOf(
  deps: PostDeps,
  lease: DeliveryLease,
  view: ReportView,
  signal: AbortSignal,
): Promise<{ channel: string; threadTs: string }> {
  const { slack } = view.incident;
  if (slack) return { channel: slack.channel, threadTs: slack.ts };
  return (await standingRoot(deps, lease)) ?? (await postRoot(deps, lease, view, signal));
}

/** The root message of this or an earlier run: an incident has one thread. */
async function standingRoot({ store }: PostDeps, { incidentId }: DeliveryLease) {
  const rows = await store.deliveries.list(incidentId);
  const root = rows.find((row) => row.part === 'root' && row.channel !== null && row.messageTs !== null);
  return root ? { channel: root.channel!, threadTs: root.messageTs! } : null;
}

async function postRoot(deps: PostDeps, lease: DeliveryLease, view: ReportView, signal: AbortSignal) {
  if (!deps.defaultChannel) {
    throw new DependencyError(
      'slack',
      'not_configured',
      'the alert did not come from Slack and SLACK_DEFAULT_CHANNEL is not set',
      {
        detail: 'no_default_channel',
      },
    );
  }
  const target: Target = { channel: deps.defaultChannel, threadTs: null };
  const message = writeRootMessage(view);
  const { channel, ts } = await deliver(deps, { lease, part: 'root', target, message, revision: 1, signal });
  return { channel, threadTs: ts };
}

function countAnswer({ metrics, logger }: PostDeps, { incident, receivedAt }: ReportView): void {
  const seconds = (Date.now() - Date.parse(receivedAt)) / 1000;
  metrics.incidents.inc({ outcome: 'posted' });
  metrics.answerSeconds.observe({ agent: incident.agent }, seconds);
  logger.info('the answer is in the thread', { stage: 'post', incident: incident.id, run: incident.run, seconds });
}

/** Decides what a failure means, while the lease is still held; then gives it back for whoever tries next. */
async function afterFailure(
  deps: PostDeps,
  job: FleetJob,
  token: string,
  error: unknown,
  stop: AbortSignal,
  lease: DeliveryLease | null = null,
): Promise<never> {
  const waitMs = (await waitWithoutAttempt(deps, job, error)) ?? (stop.aborted ? SHUTDOWN_WAIT_MS : null);
  const given = waitMs === null && lease !== null && (await giveUpWhenLast(deps, job, error, lease));
  if (lease) await deps.store.deliveries.release(lease).catch(() => undefined);
  if (waitMs !== null) {
    await job.moveToDelayed(Date.now() + Math.ceil(waitMs), token);
    throw new DelayedError();
  }
  throw given ? new UnrecoverableError(describeError(error)) : error;
}

async function giveUpWhenLast(deps: PostDeps, job: FleetJob, error: unknown, lease: DeliveryLease): Promise<boolean> {
  const why = describeError(error);
  const attempt = job.attemptsMade + 1;
  deps.logger.warn('a delivery failed', { stage: 'post', incident: lease.incidentId, attempt, error: why });
  const rejected = error instanceof DependencyError && !error.retryable && !error.ambiguous;
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
async function waitWithoutAttempt(deps: PostDeps, job: FleetJob, error: unknown): Promise<number | null> {
  if (error instanceof PacedError) return error.waitMs;
  if (error instanceof FleetError && error.code === 'store_unavailable') return jittered(AWAY_WAIT_MS);
  if (!(error instanceof DependencyError)) return null;
  if (error.failure === 'breaker_open') return jittered(error.retryAfterMs ?? AWAY_WAIT_MS);
  if (error.failure !== 'rate_limit') return null;
  const waitMs = error.retryAfterMs ?? 1_000;
  const incident = await deps.store.incidents.find(job.data.incidentId);
  const channel = incident?.slack?.channel ?? deps.defaultChannel;
  if (channel) await deps.store.deliveries.holdChannel(channel, waitMs + deps.paceMs * PACE_BURST);
  return waitMs;
}

/** From `ms` to twice as long, so that all who wait do not come back at once. */
const jittered = (ms: number) => ms * (1 + Math.random());
