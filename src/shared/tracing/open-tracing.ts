import { withDeadline } from '../deadline.ts';
import type { Logger } from '../logger.ts';
import type { Metrics } from '../metrics.ts';
import type { Shutdown } from '../shutdown.ts';
import type { TracingConfig } from '../tracing-config.ts';
import type { SpanOutcome, SpanSource } from './otlp-sdk.ts';
import { useTraceBackend } from './tracing.ts';

/** What is left may take so long to be sent when the process ends, ms. */
const FLUSH_MS = 3_000;
/** A collector that is away is told of this often, ms. */
const QUIET_MS = 60_000;

type Deps = { metrics: Pick<Metrics, 'traceSpans'>; logger: Logger; shutdown: Shutdown };

/**
 * Begins to make traces where a collector is configured, and ends it at shutdown with what is left sent. The SDK is loaded only then:
 * a process without traces carries none of it. One process has one tracing; a collector that is away fails nothing.
 */
export async function openTracing(
  config: TracingConfig | null,
  source: SpanSource,
  { metrics, logger, shutdown }: Deps,
): Promise<void> {
  if (!config) return;
  const { startOtlpSdk } = await import('./otlp-sdk.ts');
  let quietUntil = 0;
  const count = (outcome: SpanOutcome, spans: number, error?: Error) => {
    metrics.traceSpans.inc({ outcome }, spans);
    if (outcome === 'exported' || performance.now() < quietUntil) return;
    quietUntil = performance.now() + QUIET_MS;
    logger.warn('spans are lost: the collector does not take them', { outcome, spans, error: error?.message });
  };
  const sdk = startOtlpSdk(config, source, count);
  useTraceBackend(sdk);
  shutdown.push('tracing', async () => {
    useTraceBackend(null);
    await withDeadline('sending the last spans', FLUSH_MS, () => sdk.shutdown());
  });
}
