import type { SpanAttributes } from './span-attributes.ts';
import type { TraceCarrier } from './trace-carrier.ts';
import { type FleetSpan, withSpan, withSpans } from './tracing.ts';

/** A job as spans name it, with the span that its incident's work continues. */
export type TracedMessage = { id: string; incidentId: string; run: number; trace?: TraceCarrier | null };

/**
 * Adds jobs to a queue, several in one call: each has a producer span in the trace of its incident. One whose incident belongs to no
 * trace has none.
 */
export async function inSendSpans(queue: string, messages: TracedMessage[], add: () => Promise<void>): Promise<void> {
  const traced = messages.filter(({ trace }) => trace);
  const each = traced.map(({ trace, ...message }) => ({
    kind: 'producer' as const,
    parent: trace,
    attributes: {
      ...messageAttributes(queue, 'send', message),
      'messaging.batch.message_count': messages.length > 1 ? messages.length : null,
    },
  }));
  await withSpans(`send ${queue}`, each, add);
}

/** Adds one job to a queue, as part of the span around the caller. */
export async function inSendSpan(queue: string, message: TracedMessage, add: () => Promise<void>): Promise<void> {
  const attributes = messageAttributes(queue, 'send', message);
  await withSpan(`send ${queue}`, { kind: 'producer', attributes }, add);
}

/**
 * Works on a job of a queue in a consumer span that continues its incident's trace, however the job came to be there: by the webhook, a
 * retry, a redrive or the reconciler. What the work throws speaks to the queue: it says itself what failed.
 */
export async function inProcessSpan<T>(
  queue: string,
  message: TracedMessage,
  more: SpanAttributes,
  work: (span: FleetSpan) => Promise<T>,
): Promise<T> {
  const attributes = { ...messageAttributes(queue, 'process', message), ...more };
  const options = { kind: 'consumer' as const, parent: message.trace ?? null, attributes, failureOf: () => null };
  return await withSpan(`process ${queue}`, options, work);
}

function messageAttributes(
  queue: string,
  operation: 'send' | 'process',
  { id, incidentId, run }: Omit<TracedMessage, 'trace'>,
): SpanAttributes {
  return {
    'messaging.system': 'bullmq',
    'messaging.destination.name': queue,
    'messaging.operation.name': operation,
    'messaging.operation.type': operation,
    'messaging.message.id': id,
    'rca_fleet.incident.id': incidentId,
    'rca_fleet.run': run,
  };
}
