import { currentCarrier, currentSpan, type FleetSpan, withSpan } from '../tracing/tracing.ts';
import type { Capability } from './capabilities.ts';
import type { CallOptions } from './mcp-gateway.types.ts';
import { type CallTrace, traceOfCall } from './trace-context.ts';

type Asked = { server: string; tool: string; capability: Capability | null };

/**
 * Calls a tool in a client span, by the conventions for MCP and GenAI tools; what was asked and answered is not part of it. The server
 * is told this span. Where no traces are made it is told one that nobody records, so that its own still belong together.
 */
export async function inToolSpan<T>(
  { server, tool, capability }: Asked,
  options: CallOptions,
  work: (trace: CallTrace, span: FleetSpan) => Promise<T>,
): Promise<T> {
  const attributes = {
    'mcp.method.name': 'tools/call',
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': tool,
    'rca_fleet.capability': capability,
    'rca_fleet.mcp.server': server,
    'rca_fleet.incident.id': options.incidentId,
  };
  return await withSpan(`tools/call ${tool}`, { kind: 'client', attributes }, (span) => work(traceNow(options), span));
}

function traceNow({ traceparent, incidentId }: CallOptions): CallTrace {
  const carrier = currentCarrier();
  const ids = currentSpan();
  return carrier && ids ? { ...ids, ...carrier } : traceOfCall(traceparent, incidentId);
}

/** The `_meta` of a call, by which a server continues the trace. */
export function metaOf({ traceparent, tracestate }: CallTrace): Record<string, string> {
  return { traceparent, ...(tracestate && { tracestate }) };
}
