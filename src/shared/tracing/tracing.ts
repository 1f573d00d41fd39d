import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Attributes,
  type Context,
  type Link,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { DependencyError, FleetError, toError } from '../errors.ts';
import type { SpanAttributes } from './span-attributes.ts';
import type { TraceCarrier } from './trace-carrier.ts';

const KINDS = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const;

/** What the SDK brings: who makes spans, and who reads and writes the headers of W3C Trace Context. */
export type TraceBackend = {
  tracer: Tracer;
  read(carrier: TraceCarrier): Context;
  write(context: Context): TraceCarrier;
};

export type SpanOptions = {
  kind?: keyof typeof KINDS;
  attributes?: SpanAttributes;
  /** The span that this one continues, as a request or a row has carried it; null begins a trace. Left out: the span around it. */
  parent?: TraceCarrier | null;
  /** The `error.type` of what the work threw, null where that is no failure; left out: its failure class or code. */
  failureOf?: (error: unknown) => string | null;
};

/** A span as the work in it sees it. */
export type FleetSpan = {
  set(attributes: SpanAttributes): void;
  /** Marks it as failed with this `error.type`, where the work ends without throwing. */
  fail(type: string): void;
};

type OpenSpan = FleetSpan & { span: Span; ended: boolean; end(): void };

/** Links of one span at most. */
const MAX_LINKS = 32;

const NO_SPAN: FleetSpan = { set: () => {}, fail: () => {} };

/** One per process, as OpenTelemetry has it: every stage, tool call and log line asks for the span that it is in. */
const active = new AsyncLocalStorage<OpenSpan | null>();
let backend: TraceBackend | null = null;

/** For open-tracing.ts: from now on spans are made by this SDK, or by none. */
export function useTraceBackend(next: TraceBackend | null): void {
  backend = next;
}

/**
 * Does the work in a span, which ends with it, and passes its result or what it throws on. Without a collector it only does the
 * work.
 */
export async function withSpan<T>(
  name: string,
  options: SpanOptions,
  work: (span: FleetSpan) => Promise<T>,
): Promise<T> {
  if (!backend) return await work(NO_SPAN);
  const opened = open(backend, name, options);
  try {
    return await active.run(opened, work, opened);
  } catch (error) {
    failWith(opened, options, error);
    throw error;
  } finally {
    opened.end();
  }
}

/** The same for one call that does the work of several traces: each gets a span of its own, and none is around the work. */
export async function withSpans<T>(name: string, each: SpanOptions[], work: () => Promise<T>): Promise<T> {
  const sdk = backend;
  if (!sdk || each.length === 0) return await outsideTrace(work);
  const opened = each.map((options) => ({ options, span: open(sdk, name, options) }));
  try {
    return await outsideTrace(work);
  } catch (error) {
    for (const { options, span } of opened) failWith(span, options, error);
    throw error;
  } finally {
    for (const { span } of opened) span.end();
  }
}

/** Tells of the span around the caller that spans of other traces have to do with it: at most 32 of them. */
export function linkSpan(carriers: readonly TraceCarrier[]): void {
  const around = openAround();
  if (backend && around) around.span.addLinks(linksTo(backend.read, carriers));
}

/** Does what serves many, or goes on after its caller, outside of the caller's trace. */
export function outsideTrace<T>(work: () => T): T {
  return active.getStore() ? active.run(null, work) : work();
}

/** The ids of the span that is open around the caller; null where there is none. */
export function currentSpan(): { traceId: string; spanId: string } | null {
  const around = openAround();
  if (!around) return null;
  const { traceId, spanId } = around.span.spanContext();
  return { traceId, spanId };
}

/** The span that is open around the caller, to be carried on by a row or a request; null where there is none. */
export function currentCarrier(): TraceCarrier | null {
  const around = openAround();
  return backend && around ? backend.write(trace.setSpan(ROOT_CONTEXT, around.span)) : null;
}

/** What still runs after the end of its span belongs to others: a timer, a connection that is kept. */
function openAround(): OpenSpan | null {
  const around = active.getStore();
  return around && !around.ended ? around : null;
}

function open({ tracer, read }: TraceBackend, name: string, options: SpanOptions): OpenSpan {
  const { kind = 'internal', attributes = {}, parent } = options;
  const around = openAround();
  const outer = around ? trace.setSpan(ROOT_CONTEXT, around.span) : ROOT_CONTEXT;
  const context = parent === undefined ? outer : parent === null ? ROOT_CONTEXT : read(parent);
  const span = tracer.startSpan(name, { kind: KINDS[kind], attributes: given(attributes) }, context);
  const opened: OpenSpan = {
    span,
    ended: false,
    set: (more) => void span.setAttributes(given(more)),
    fail(type) {
      // Only the class of it: what a dependency says may hold anything.
      span.setAttribute('error.type', type);
      span.setStatus({ code: SpanStatusCode.ERROR });
    },
    end() {
      opened.ended = true;
      span.end();
    },
  };
  return opened;
}

function linksTo(read: TraceBackend['read'], carriers: readonly TraceCarrier[]): Link[] {
  return carriers.slice(0, MAX_LINKS).flatMap((carrier) => {
    const context = trace.getSpanContext(read(carrier));
    return context ? [{ context }] : [];
  });
}

const given = (attributes: SpanAttributes): Attributes =>
  Object.fromEntries(
    Object.entries(attributes).filter(([, value]) => value !== undefined && value !== null),
  ) as Attributes;

function failWith(opened: OpenSpan, { failureOf = failureType }: SpanOptions, error: unknown): void {
  const type = failureOf(error);
  if (type !== null) opened.fail(type);
}

/** A word for what went wrong, one of few: the failure class of a dependency, our own code, or the class of the error. */
export function failureType(thrown: unknown): string {
  if (thrown instanceof DependencyError) return thrown.failure;
  return thrown instanceof FleetError ? thrown.code : toError(thrown).name;
}
