import { defaultTextMapGetter, defaultTextMapSetter, ROOT_CONTEXT } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type ReadableSpan,
  type Sampler,
  type SpanExporter,
  type SpanProcessor,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { TraceSampler, TracingConfig } from '../tracing-config.ts';
import type { TraceBackend } from './tracing.ts';

/** What became of spans. */
export type SpanOutcome = 'exported' | 'failed' | 'dropped';

/** The process that makes the spans. */
export type SpanSource = { role: string; processName: string };

export type OtlpSdk = TraceBackend & {
  /** Sends what is left; may wait as long as the collector takes. */
  shutdown(): Promise<void>;
};

/** Spans that wait for the collector, those on their way included: some 2 MB at most. */
export const MAX_WAITING_SPANS = 1_024;
const BATCH = 256;
const EVERY_MS = 5_000;
/** One batch with its retries, ms. */
const EXPORT_MS = 10_000;
/** Characters of an attribute's value. */
const MAX_VALUE = 200;

type Count = (outcome: SpanOutcome, spans: number, error?: Error) => void;

/**
 * OpenTelemetry's SDK with its OTLP exporter (protobuf over HTTP). Spans wait in a queue of fixed size while the collector is slow or
 * away, and what does not fit is dropped and counted: nobody ever waits for the exporter.
 */
export function startOtlpSdk(config: TracingConfig, source: SpanSource, count: Count): OtlpSdk {
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.namespace': 'rca-fleet',
      'service.instance.id': source.processName,
      'rca_fleet.role': source.role,
      ...config.resourceAttributes,
      'service.name': config.serviceName ?? (source.role === 'fleet' ? 'rca-fleet' : `rca-fleet-${source.role}`),
    }),
    sampler: samplerOf(config.sampler, config.ratio),
    spanLimits: { attributeValueLengthLimit: MAX_VALUE },
    spanProcessors: [boundedProcessor(exporterTo(config), count)],
  });
  const propagator = new W3CTraceContextPropagator();
  return {
    tracer: provider.getTracer('rca-fleet'),
    read: (carrier) => propagator.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter),
    write(context) {
      const carrier = { traceparent: '' };
      propagator.inject(context, carrier, defaultTextMapSetter);
      return carrier;
    },
    shutdown: () => provider.shutdown(),
  };
}

function exporterTo({ endpoint, headers }: TracingConfig): SpanExporter {
  return new OTLPTraceExporter({ url: endpoint, headers: { ...headers }, timeoutMillis: EXPORT_MS });
}

function samplerOf(name: TraceSampler, ratio: number): Sampler {
  const root = (how: string): Sampler => {
    if (how === 'traceidratio') return new TraceIdRatioBasedSampler(ratio);
    return how === 'always_off' ? new AlwaysOffSampler() : new AlwaysOnSampler();
  };
  const [, ofRoot] = /^parentbased_(.+)$/.exec(name) ?? [];
  return ofRoot ? new ParentBasedSampler({ root: root(ofRoot) }) : root(name);
}

/** The SDK's own batching drops without a word: here every span is let in or counted, and then sent or counted. */
function boundedProcessor(exporter: SpanExporter, count: Count): SpanProcessor {
  let waiting = 0;
  const counted: SpanExporter = {
    export(spans: ReadableSpan[], done) {
      let over = false;
      const settle = (result: ExportResult) => {
        if (over) return;
        over = true;
        clearTimeout(timer);
        waiting -= spans.length;
        count(result.code === ExportResultCode.SUCCESS ? 'exported' : 'failed', spans.length, result.error);
        done(result);
      };
      // A collector that answers byte by byte keeps the exporter's own deadline at bay.
      const late = () => settle({ code: ExportResultCode.FAILED, error: new Error('the collector took too long') });
      const timer = setTimeout(late, EXPORT_MS + 1_000).unref();
      exporter.export(spans, settle);
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => await exporter.forceFlush?.(),
  };
  const batches = new BatchSpanProcessor({
    exporter: counted,
    maxExportBatchSize: BATCH,
    maxQueueSize: MAX_WAITING_SPANS,
    scheduledDelayMillis: EVERY_MS,
    exportTimeoutMillis: EXPORT_MS + 2_000,
  });
  return {
    onStart: () => {},
    onEnd(span) {
      if ((span.spanContext().traceFlags & 1) === 0) return;
      if (waiting >= MAX_WAITING_SPANS) return count('dropped', 1);
      waiting++;
      batches.onEnd(span);
    },
    forceFlush: () => batches.forceFlush(),
    shutdown: () => batches.shutdown(),
  };
}
