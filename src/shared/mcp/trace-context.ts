import { createHash, randomUUID } from 'node:crypto';

/** One call as a span of a W3C trace. */
export type CallTrace = { traceId: string; spanId: string; traceparent: string; tracestate?: string };

const TRACEPARENT = /^00-([0-9a-f]{32})-[0-9a-f]{16}-([0-9a-f]{2})$/;

/** The call's span: in the caller's trace, or in one that all calls of the incident share. */
export function traceOfCall(traceparent: string | undefined, incidentId: string | undefined): CallTrace {
  const [, given, flags = '01'] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  const traceId = given ?? (incidentId === undefined ? randomHex() : traceIdOf(incidentId));
  const spanId = randomHex().slice(-16);
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-${flags}` };
}

/** From a pool of random bits: cheaper than bytes of one's own for every call. */
const randomHex = () => randomUUID().replaceAll('-', '');
const traceIdOf = (incidentId: string) => createHash('sha256').update(incidentId).digest('hex').slice(0, 32);
