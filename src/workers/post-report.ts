import type { AgentDefinition } from '../shared/agents/agent-definition.ts';
import { DependencyError, describeError, LeaseLostError } from '../shared/errors.ts';
import type { Metrics } from '../shared/metrics.ts';
import type { FleetJob } from '../shared/queues/jobs.ts';
import { POST_QUEUE } from '../shared/queues/queue-names.ts';
import { DELIVERY_LEASE_MS } from '../shared/store/delivery-statements.ts';
import type { DeliveryLease } from '../shared/store/delivery-store.ts';
import { inProcessSpan } from '../shared/tracing/message-spans.ts';
import { type FleetSpan, failureType, withSpan } from '../shared/tracing/tracing.ts';
import { afterPostFailure, type PostFailureDeps } from './after-post-failure.ts';
import type { ChartPoster } from './charts/post-charts.ts';
import { deliverMessage, type Sending } from './deliver-message.ts';
import { type DeliverDeps, type Delivered, PacedError, type Target } from './deliver-once.ts';
import type { ReportView, SlackMessage } from './report-view.ts';
import { loadReportView, type StoredReportView } from './report-view-from-store.ts';
import type { SlackTurn } from './slack-pace.ts';
import { writeReport } from './write-report.ts';
import { writeRootMessage } from './write-root-message.ts';

export type PostDeps = Omit<DeliverDeps, 'deliveries'> &
  PostFailureDeps & { agents: AgentDefinition[]; charts: ChartPoster; publicUrl: string | null; metrics: Metrics };

const RENEW_EVERY_MS = DELIVERY_LEASE_MS / 3;

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
  const claim = await deliveries
    .claim(incidentId, run)
    .catch((error) => afterPostFailure(deps, job, token, error, stop));
  if (claim.outcome === 'nothing_due') return 'nothing to do';
  // The holder shows the newest revision before it lets go; the reconciler is behind it should it die.
  if (claim.outcome === 'held') return 'another worker is delivering this incident';
  const message = { id: job.id ?? '', incidentId, run, trace: claim.trace };
  const about = { 'rca_fleet.stage': 'post', 'rca_fleet.revision': claim.wanted };
  return await inProcessSpan(POST_QUEUE, message, about, (span) => deliverClaimed(deps, job, token, stop, claim, span));
}

async function deliverClaimed(
  deps: PostDeps,
  job: FleetJob,
  token: string,
  stop: AbortSignal,
  claim: { lease: DeliveryLease; wanted: number },
  span: FleetSpan,
): Promise<string> {
  const timer = deps.metrics.stageTimer('post');
  try {
    const outcome = await whileRenewed(deps, claim.lease, () =>
      deliverUntilShown(deps, claim.lease, claim.wanted, stop),
    );
    timer('ok');
    return outcome;
  } catch (error) {
    timer(error instanceof DependencyError ? error.failure : error instanceof PacedError ? 'paced' : 'failed');
    // To wait for the channel's turn is no failure.
    if (error instanceof PacedError) span.set({ 'rca_fleet.outcome': 'paced' });
    else span.fail(failureType(error));
    if (error instanceof LeaseLostError) return 'another worker has taken over';
    return await afterPostFailure(deps, job, token, error, stop, claim.lease);
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
    const view = await loadReportView(deps.store, deps.agents, lease.incidentId, lease.run, deps.publicUrl);
    if (!view) {
      await deliveries.release(lease);
      return 'nothing to do: the incident has a newer run';
    }
    await deliverWithCharts(deps, lease, view, wanted, stop);
    if (await deliveries.releaseWhenShown(lease)) return `revision ${wanted} is shown`;
  }
}

/** The answer first: charts are drawn meanwhile, and follow it. */
async function deliverWithCharts(
  deps: PostDeps,
  lease: DeliveryLease,
  view: StoredReportView,
  revision: number,
  signal: AbortSignal,
): Promise<void> {
  const drawing = view.report ? deps.charts.draw(lease, signal) : null;
  try {
    const target = await threadOf(deps, lease, view, signal);
    const { ended } = await deliverView(deps, lease, view, revision, target, signal);
    if (ended) countAnswer(deps, view);
    if (await drawing) await deps.charts.deliver(lease, target, signal);
  } finally {
    // They are shown elsewhere too, whatever Slack says.
    await drawing;
  }
}

async function deliverView(
  deps: PostDeps,
  lease: DeliveryLease,
  view: StoredReportView,
  revision: number,
  target: Target,
  signal: AbortSignal,
): Promise<Delivered> {
  const stopReport = deps.metrics.stageTimer('report');
  const written = await withSpan('render report', { attributes: { 'rca_fleet.stage': 'report' } }, async () =>
    writeReport(view),
  );
  stopReport('ok');
  // Later it says how many alerts have joined by now, which is told quietly or not at all.
  const anew = view.incident.state === 'reported' || (view.phase === 'failed' && !view.crowd);
  const send = (part: 'reply' | `overflow-${number}`, message: SlackMessage, shown: number) =>
    deliver(deps, { lease, part, target, message, revision: shown, anew, turn: turnOf(view), signal });
  // The thread reads in order when the reply stands before its overflow, but the reply counts as shown only when nothing
  // is missing behind it: so it is first posted as the revision before this one.
  if (written.overflow.length > 0 && !(await replyStands(deps, lease)))
    await send('reply', written.reply, revision - 1);
  for (const [index, message] of written.overflow.entries()) await send(`overflow-${index + 1}`, message, revision);
  return await send('reply', written.reply, revision);
}

function turnOf({ incident, phase }: ReportView): SlackTurn {
  if (incident.priority === 1) return 'critical';
  return phase === 'working' || incident.state === 'posted' ? 'news' : 'answer';
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
  view: StoredReportView,
  signal: AbortSignal,
): Promise<{ channel: string; threadTs: string }> {
  const { slack } = view.incident;
  if (slack) return { channel: slack.channel, threadTs: slack.ts };
  // An incident has one thread, also when its alert is investigated again.
  return view.root ?? (await postRoot(deps, lease, view, signal));
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
  const root = { lease, part: 'root' as const, target, message, revision: 1, turn: turnOf(view), signal };
  const { channel, ts } = await deliver(deps, root);
  return { channel, threadTs: ts };
}

function countAnswer({ metrics, logger }: PostDeps, { incident, receivedAt }: ReportView): void {
  const seconds = (Date.now() - Date.parse(receivedAt)) / 1000;
  metrics.incidents.inc({ outcome: 'posted' });
  metrics.answerSeconds.observe({ agent: incident.agent }, seconds);
  logger.info('the answer is in the thread', { stage: 'post', incident: incident.id, run: incident.run, seconds });
}
