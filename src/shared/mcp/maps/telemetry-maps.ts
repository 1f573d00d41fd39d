import { fillTemplate } from './fill-template.ts';
import type { KnownMap } from './known-map.ts';
import { lokiLogs, prometheusSeries, signozLogs, signozMetrics, signozTraces } from './read-telemetry.ts';

/** As texts: releases differ in whether they declare numbers as well. */
const WINDOW = { start: '{from:mstext}', end: '{to:mstext}' };

/** SigNoz's own server, signoz-mcp-server (Go) or SigNoz Cloud's; its arguments are those of our capabilities by other names. */
export const signozMcpServer: KnownMap = {
  recognise: /signoz-mcp-server|mcp\.[\w-]+\.signoz\.cloud/,
  capabilities: {
    'logs.query': {
      tool: 'signoz_search_logs',
      arguments: {
        ...WINDOW,
        service: '{service}',
        severity: '{severity}',
        searchText: '{searchText}',
        filter: '{filter}',
        limit: '{limit:text}',
      },
      read: signozLogs,
    },
    'traces.query': { tool: 'signoz_search_traces', arguments: signozTraceArguments, read: signozTraces },
    'metrics.query': { tool: 'signoz_query_metrics', arguments: signozMetricArguments, read: signozMetrics },
  },
};

function signozTraceArguments(input: Record<string, unknown>): Record<string, unknown> {
  const { errorsOnly, minDurationMs, traceIds } = input as {
    errorsOnly?: boolean;
    minDurationMs?: number;
    traceIds?: string[];
  };
  const ofTraces = traceIds && `trace_id IN (${traceIds.map((id) => `'${id}'`).join(', ')})`;
  return {
    ...fillTemplate({ ...WINDOW, service: '{service}', operation: '{operation}', limit: '{limit:text}' }, input),
    ...(errorsOnly === true && { error: 'true' }),
    ...(minDurationMs !== undefined && { minDuration: String(minDurationMs * 1_000_000) }),
    ...withFilter([ofTraces, input.filter && `(${input.filter})`]),
  };
}

function signozMetricArguments(input: Record<string, unknown>): Record<string, unknown> {
  const template = {
    ...WINDOW,
    metricName: '{metric}',
    timeAggregation: '{timeAggregation}',
    spaceAggregation: '{spaceAggregation}',
    stepInterval: '{stepSeconds:text}',
    requestType: 'time_series',
  };
  const { groupBy } = input as { groupBy?: string[] };
  const service = fillTemplate({ filter: 'service.name = {service:quote}' }, input).filter;
  return {
    ...fillTemplate(template, input),
    ...(groupBy && groupBy.length > 0 && { groupBy: groupBy.join(', ') }),
    ...withFilter([service, input.filter && `(${input.filter})`]),
  };
}

function withFilter(conditions: unknown[]): { filter?: string } {
  const given = conditions.filter(Boolean);
  return given.length > 0 ? { filter: given.join(' AND ') } : {};
}

/** grafana/mcp-grafana over Loki and Prometheus; which data sources are meant, only its owner knows. */
export const grafana: KnownMap = {
  recognise: /mcp-grafana/,
  values: { lokiUid: 'the UID of the Loki data source', prometheusUid: 'the UID of the Prometheus data source' },
  capabilities: {
    'logs.query': {
      tool: 'query_loki_logs',
      arguments: {
        datasourceUid: '{lokiUid}',
        logql: '{service_name={service:dquote}}[[ |= {searchText:dquote}]]',
        startRfc3339: '{from}',
        endRfc3339: '{to}',
        limit: '{limit}',
        direction: 'backward',
      },
      read: lokiLogs,
    },
    'metrics.query': {
      tool: 'query_prometheus',
      arguments: {
        datasourceUid: '{prometheusUid}',
        expr: '{spaceAggregation} by ({groupBy:labels}) ({metric}[[{service={service:dquote}}]])',
        startTime: '{from}',
        endTime: '{to}',
        stepSeconds: '{stepSeconds}',
        queryType: 'range',
      },
      read: prometheusSeries,
    },
  },
};
