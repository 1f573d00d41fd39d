import { z } from 'zod';
import { serviceTopology } from '../../evidence-forms.ts';
import { textLabels, timeRange } from './common.ts';
import { cursorInput, nextCursorOutput } from './paging.ts';

export const logsQuery = {
  input: z.object({
    service: z.string().optional(),
    filter: z.string().optional(),
    searchText: z.string().optional(),
    severity: z.string().optional(),
    ...timeRange,
    limit: z.number().int().min(1).max(1000).default(100),
    ...cursorInput,
  }),
  output: z.object({
    rows: z.array(
      z.object({
        at: z.string(),
        severity: z.string().nullable(),
        service: z.string().nullable(),
        body: z.string(),
        attributes: textLabels,
      }),
    ),
    hasMore: z.boolean(),
    ...nextCursorOutput,
    warning: z.string().nullable(),
  }),
};

const seriesAnswer = z.object({
  metric: z.string(),
  series: z.array(
    z.object({
      labels: textLabels,
      unit: z.string().nullable(),
      /** [epoch ms, value], oldest first. */
      points: z.array(z.tuple([z.number(), z.number()])),
    }),
  ),
  /** True where the limit has left out smaller series. */
  hasMore: z.boolean().optional(),
  warning: z.string().nullable(),
});

export const metricsQuery = {
  input: z.object({
    metric: z.string(),
    service: z.string().optional(),
    filter: z.string().optional(),
    timeAggregation: z.string().optional(),
    spaceAggregation: z.string().default('avg'),
    groupBy: z.array(z.string()).default([]),
    stepSeconds: z.number().int().default(60),
    ...timeRange,
    /** How many series at most, the largest first. */
    limit: z.number().int().positive().max(500).optional(),
  }),
  output: seriesAnswer,
};

export const REQUEST_MEASURES = ['duration', 'calls', 'errors'] as const;

/** Rate, errors and duration of the requests that services serve, counted from their spans: no metric's name has to be known. */
export const requestsQuery = {
  input: z.object({
    measure: z.enum(REQUEST_MEASURES),
    service: z.string().optional(),
    filter: z.string().optional(),
    groupBy: z.array(z.string()).default(['service.name']),
    stepSeconds: z.number().int().default(60),
    ...timeRange,
    limit: z.number().int().positive().max(500).default(100),
  }),
  /** `metric` is `request.duration` (ms, means), `request.count` or `request.errors` (per bucket). */
  output: seriesAnswer,
};

/** The services that sent spans; shares are in percent. */
export const servicesList = {
  input: z.object(timeRange),
  output: z.object({
    services: z.array(
      z.object({
        name: z.string(),
        calls: z.number(),
        errorPercent: z.number(),
        /** Null where calls are counted but not timed, or timed without a distribution. */
        avgMs: z.number().nullable(),
        p99Ms: z.number().nullable(),
      }),
    ),
  }),
};

/** Who calls whom, as the tracing backend has seen it. */
export const topologyServices = {
  input: z.object({ ...timeRange, ...cursorInput }),
  output: serviceTopology.extend({ truncated: z.boolean().optional(), ...nextCursorOutput }),
};

/** Trace ids of W3C (32 digits) and of older tracers (16); anything else is no id and may be an injection. */
export const TRACE_ID = /^(?:[0-9a-fA-F]{16}|[0-9a-fA-F]{32})$/;

export const tracesQuery = {
  input: z.object({
    service: z.string().optional(),
    filter: z.string().optional(),
    operation: z.string().optional(),
    errorsOnly: z.boolean().default(false),
    minDurationMs: z.number().optional(),
    /** Whole traces: all spans of each, whatever service; a trace that the limit would cut is left out. */
    traceIds: z.array(z.string().regex(TRACE_ID)).min(1).max(50).optional(),
    order: z.enum(['newest', 'slowest']).optional(),
    ...timeRange,
    limit: z.number().int().min(1).max(1000).default(100),
    ...cursorInput,
  }),
  output: z.object({
    spans: z.array(
      z.object({
        at: z.string(),
        traceId: z.string(),
        spanId: z.string(),
        parentSpanId: z.string().nullable(),
        service: z.string().nullable(),
        name: z.string(),
        durationMs: z.number(),
        error: z.boolean(),
        attributes: textLabels,
      }),
    ),
    hasMore: z.boolean(),
    ...nextCursorOutput,
    warning: z.string().nullable(),
  }),
};
