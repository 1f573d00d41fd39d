/**
 * A span as rows, requests and tool calls carry it on: the two headers of W3C Trace Context. Whoever continues it makes its spans
 * children of this one.
 */
export type TraceCarrier = { traceparent: string; tracestate?: string };

/** Characters of a tracestate that are taken over; the recommendation asks for this many at least. */
const MAX_STATE = 512;
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/;

/** What a request's headers carry; null where they carry nothing that is well formed. */
export function carrierOfHeaders(headers: Record<string, string | string[] | undefined>): TraceCarrier | null {
  const { traceparent, tracestate } = headers;
  if (typeof traceparent !== 'string' || traceIdOf({ traceparent }) === null) return null;
  const state = Array.isArray(tracestate) ? tracestate.join(',') : tracestate;
  return state && state.length <= MAX_STATE ? { traceparent, tracestate: state } : { traceparent };
}

/** The id of the trace that a carrier continues, 32 hexadecimal digits; null for what is not well formed. */
export function traceIdOf(carrier: Pick<TraceCarrier, 'traceparent'> | null | undefined): string | null {
  const [, version, traceId = '', spanId = '', more] = TRACEPARENT.exec(carrier?.traceparent ?? '') ?? [];
  // Later versions may add to it.
  if (version === 'ff' || (version === '00' && more !== undefined)) return null;
  return /[^0]/.test(traceId) && /[^0]/.test(spanId) ? traceId : null;
}
