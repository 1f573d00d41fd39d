import type { Request, Response } from 'express';
import { toProblem } from '../shared/http/problem.ts';
import type { IntakeDecision } from '../shared/store/intake-store.ts';
import type { SpanAttributes } from '../shared/tracing/span-attributes.ts';
import { carrierOfHeaders } from '../shared/tracing/trace-carrier.ts';
import { type FleetSpan, withSpan } from '../shared/tracing/tracing.ts';

/**
 * The span of `POST /alerts/:source`, which continues the sender's trace. It begins when the sender is verified: nobody unknown can
 * fill the store of traces, or choose what is sampled.
 */
export async function inReceiveSpan(
  request: Request,
  response: Response,
  source: string,
  work: (span: FleetSpan) => Promise<void>,
): Promise<void> {
  const attributes: SpanAttributes = {
    'http.request.method': 'POST',
    'http.route': '/alerts/:source',
    'url.scheme': request.protocol,
    'rca_fleet.stage': 'receive',
    'rca_fleet.source': source,
  };
  const options = { kind: 'server', parent: carrierOfHeaders(request.headers), attributes, failureOf } as const;
  await withSpan('POST /alerts/:source', options, async (span) => {
    try {
      await work(span);
      span.set({ 'http.response.status_code': response.statusCode });
    } catch (error) {
      span.set({ 'http.response.status_code': toProblem(error).status });
      throw error;
    }
  });
}

/** A request that is refused is the sender's fault, and no failure of ours. */
function failureOf(error: unknown): string | null {
  const { status } = toProblem(error);
  return status >= 500 ? String(status) : null;
}

/** The classify stage. */
export async function inClassifySpan<T>(alerts: number, work: () => Promise<T>): Promise<T> {
  const attributes = { 'rca_fleet.stage': 'classify', 'rca_fleet.alerts': alerts };
  return await withSpan('classify alerts', { attributes }, work);
}

/** Writing alerts down; the wait for those that share the transaction is part of it. */
export async function inStoreSpan<T>(alerts: number, work: () => Promise<T>): Promise<T> {
  const attributes = {
    'rca_fleet.stage': 'receive',
    'db.system.name': 'postgresql',
    'db.operation.name': 'INSERT',
    'db.collection.name': 'rca_fleet.alerts',
    'db.operation.batch.size': alerts > 1 ? alerts : null,
  };
  return await withSpan('INSERT rca_fleet.alerts', { kind: 'client', attributes }, work);
}

/** What became of the alerts of one request. */
export function decidedAttributes(decisions: IntakeDecision[]): SpanAttributes {
  const incidents = new Set(decisions.map(({ incidentId }) => incidentId));
  return {
    'rca_fleet.alerts': decisions.length,
    'rca_fleet.decisions': [...new Set(decisions.map(({ decision }) => decision))],
    'rca_fleet.incident.id': incidents.size === 1 ? [...incidents][0] : null,
  };
}
