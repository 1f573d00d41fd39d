import { DependencyError, describeError, FleetError, LeaseLostError } from '../../shared/errors.ts';
import type { Logger } from '../../shared/logger.ts';
import { backoffMs } from '../../shared/queues/job-options.ts';
import type { StoredChart } from '../../shared/store/chart-store.ts';
import type { Delivery, DeliveryLease, DeliveryPart } from '../../shared/store/delivery-store.ts';
import type { Store } from '../../shared/store/store.ts';
import { type DeliverDeps, PacedError, type Target } from '../deliver-once.ts';
import type { ChartDrawer } from './chart-drawer.ts';
import { deliverChart } from './deliver-chart.ts';

export type ChartPosterDeps = Omit<DeliverDeps, 'deliveries'> & { store: Store; drawer: ChartDrawer; logger: Logger };

export type ChartPoster = {
  /** Draws what is not drawn yet of a run's charts, and keeps it; false when it has none. Never throws. */
  draw(run: Run, signal: AbortSignal): Promise<boolean>;
  /**
   * Uploads the run's charts below its reply, each once. Throws PacedError and what is to be tried again; gives up on what
   * will not do: the report stands without it.
   */
  deliver(lease: DeliveryLease, target: Target & { threadTs: string }, signal: AbortSignal): Promise<void>;
};

type Run = { incidentId: string; run: number };

/** A chart is worth so many tries. */
const MOST_ATTEMPTS = 5;
/** What is wrong with the app or its server does not change from one report to the next. */
const UNAVAILABLE_MS = 10 * 60_000;
const LASTING = /^(missing_scope|not_allowed_token_type|file_uploads_disabled|file_uploads_except_images_disabled)$/;

/** Draws and uploads charts for the post pool; what keeps all of them from being uploaded is said once. */
export function createChartPoster(deps: ChartPosterDeps): ChartPoster {
  const { store, gateway, logger } = deps;
  let unavailable: { why: string; until: number } | null = null;
  const told = new Set<string>();

  const refuseAll = (why: string) => {
    unavailable = { why, until: Date.now() + UNAVAILABLE_MS };
    if (told.has(why)) return;
    told.add(why);
    logger.warn('reports go out without charts', { stage: 'post', why });
  };
  const obstacle = (): string | null => {
    if (!gateway.has('slack.upload_image')) refuseAll('the Slack MCP server has no tool upload_image');
    else if (unavailable && Date.now() > unavailable.until) unavailable = null;
    return unavailable?.why ?? null;
  };
  const giveUp = async (lease: DeliveryLease, part: DeliveryPart, error: unknown) => {
    const why = describeError(error);
    if (error instanceof DependencyError && LASTING.test(error.detail ?? '')) refuseAll(why);
    else logger.warn('a chart was not uploaded', { stage: 'post', incident: lease.incidentId, part, error: why });
    await store.deliveries.giveUp(lease, part, why);
  };
  return {
    draw: (run, signal) => drawMissing(deps, run, signal),
    async deliver(lease, target, signal) {
      const { incidentId, run } = lease;
      const charts = await store.charts.list(incidentId, run);
      const rows = await store.deliveries.list(incidentId);
      for (const { chart, number, failure } of charts) {
        const part = `chart-${number}` as const;
        const row = rows.find((item) => item.run === run && item.part === part);
        if (!row || row.state === 'failed' || row.wanted <= row.shown) continue;
        const png = await store.charts.png(incidentId, run, number);
        const why = png ? obstacle() : (failure ?? 'it was not drawn');
        if (!png || why !== null) {
          await store.deliveries.giveUp(lease, part, why ?? '');
          continue;
        }
        const sending = { lease, part, target, chart, png, revision: row.wanted, signal };
        await deliverChart({ ...deps, deliveries: store.deliveries }, sending).catch((error) =>
          againOrNever(row, error, signal, () => giveUp(lease, part, error)),
        );
      }
    },
  };
}

/** What passes by itself is tried again later; the report never waits for it. */
async function againOrNever(
  { attempts }: Delivery,
  error: unknown,
  signal: AbortSignal,
  giveUp: () => Promise<void>,
): Promise<void> {
  if (error instanceof PacedError || error instanceof LeaseLostError || signal.aborted) throw error;
  if (error instanceof FleetError && error.code === 'store_unavailable') throw error;
  if (!(error instanceof DependencyError)) return await giveUp();
  if (error.failure === 'rate_limit' || error.failure === 'breaker_open') throw error;
  const mayPass = error.retryable || error.ambiguous;
  if (mayPass && attempts + 1 < MOST_ATTEMPTS) throw new PacedError(backoffMs(attempts + 1));
  await giveUp();
}

async function drawMissing(deps: ChartPosterDeps, run: Run, signal: AbortSignal): Promise<boolean> {
  const { store, logger } = deps;
  try {
    const charts = await store.charts.list(run.incidentId, run.run);
    for (const chart of charts.filter(({ drawn, failure }) => !drawn && failure === null)) {
      await drawOne(deps, run, chart, signal);
    }
    return charts.length > 0;
  } catch (error) {
    logger.warn('charts could not be kept', { stage: 'post', incident: run.incidentId, error: describeError(error) });
    return true;
  }
}

async function drawOne(
  { store, drawer, logger }: ChartPosterDeps,
  { incidentId, run }: Run,
  { number, chart }: StoredChart,
  signal: AbortSignal,
): Promise<void> {
  try {
    await store.charts.saveDrawn(incidentId, run, number, await drawer.draw(chart, signal));
  } catch (error) {
    // Another worker draws what a shutdown left undone.
    if (signal.aborted) return;
    const why = describeError(error);
    logger.warn('a chart could not be drawn; the report goes out without it', {
      stage: 'post',
      incident: incidentId,
      error: why,
    });
    await store.charts.saveFailure(incidentId, run, number, why);
  }
}
