import type { PeerTool } from './serve-peer.ts';

const text = { type: 'string' };
const READS = { readOnlyHint: true, destructiveHint: false };
/** Releases that declare texts only refuse numbers; later ones take both. */
const times = (both: boolean) => ({
  start: both ? { type: ['integer', 'string'] } : text,
  end: both ? { type: ['integer', 'string'] } : text,
});

const LOG = {
  timestamp: '2026-11-20T10:01:00Z',
  data: {
    body: 'timeout',
    severity_text: 'ERROR',
    resources_string: { 'service.name': 'cart' },
    attributes_string: { a: 'b' },
  },
};
const SPAN = { 'service.name': 'cart', name: 'GET /', timestamp: '2026-11-20T10:01:00Z' };
const OLD_SPAN = { ...SPAN, traceID: 't', spanID: 's', parentSpanID: 'p', durationNano: 2_500_000, hasError: true };
const NEW_SPAN = {
  ...SPAN,
  trace_id: 't',
  span_id: 's',
  parent_span_id: 'p',
  duration_nano: 2_500_000,
  has_error: true,
};
const raw = (...rows: object[]) =>
  JSON.stringify({ status: 'success', data: { type: 'raw', data: { results: [{ queryName: 'A', rows }] } } });
const SERIES = {
  status: 'success',
  data: {
    type: 'time_series',
    data: {
      results: [
        {
          queryName: 'A',
          aggregations: [
            {
              index: 0,
              meta: { unit: 'By' },
              series: [
                {
                  labels: [{ key: { name: 'k8s.pod.name' }, value: 'p' }],
                  values: [{ timestamp: 1_790_000_000_000, value: 3 }],
                },
              ],
            },
          ],
        },
      ],
    },
  },
};

/**
 * SigNoz/signoz-mcp-server: internal/handler/tools/{logs,traces,metrics,metrics_query}.go and pkg/types/querybuilder.go, releases 0.3
 * (times are texts, spans in camelCase) and after (numbers as well, notes behind the JSON, spans in snake_case).
 */
export function signozPeer(release: 'before' | 'after'): PeerTool[] {
  const isNew = release === 'after';
  const note = isNew
    ? ['note: returned 1 rows (limit 1) — more results likely exist (hasMore=true). Fetch the next page with offset=1.']
    : [];
  const count = isNew ? { type: ['integer', 'string'] } : text;
  const common = { searchContext: text, timeRange: text, ...times(isNew) };
  return [
    {
      name: 'signoz_search_logs',
      annotations: READS,
      inputSchema: {
        type: 'object',
        properties: {
          ...common,
          filter: text,
          service: text,
          severity: text,
          searchText: text,
          limit: count,
          offset: count,
        },
      },
      answer: () => [raw(LOG), ...note],
    },
    {
      name: 'signoz_search_traces',
      annotations: READS,
      inputSchema: {
        type: 'object',
        properties: {
          ...common,
          filter: text,
          service: text,
          operation: text,
          error: text,
          minDuration: text,
          maxDuration: text,
          limit: count,
          offset: count,
        },
      },
      answer: () => [raw({ timestamp: '2026-11-20T10:01:00Z', data: isNew ? NEW_SPAN : OLD_SPAN }), ...note],
    },
    {
      name: 'signoz_query_metrics',
      annotations: READS,
      inputSchema: {
        type: 'object',
        required: ['metricName'],
        properties: {
          ...common,
          metricName: text,
          metricType: text,
          timeAggregation: text,
          spaceAggregation: text,
          groupBy: text,
          filter: text,
          stepInterval: count,
          requestType: { type: 'string', enum: ['time_series', 'scalar'] },
        },
      },
      answer: () => [
        `[Decisions applied]\n  metricName: m\n  groupBy: k8s.pod.name [resource]\n  WARNING: backend: partial data\n---\n${JSON.stringify(SERIES)}`,
      ],
    },
  ];
}

const whole = { type: 'integer' };

/** grafana/mcp-grafana 1.2: tools/loki.go (a time is Loki's own with its JSON quotes) and tools/prometheus.go; its schemas allow nothing else. */
export const grafanaPeer: PeerTool[] = [
  {
    name: 'query_loki_logs',
    annotations: READS,
    inputSchema: {
      type: 'object',
      required: ['datasourceUid', 'logql'],
      additionalProperties: false,
      properties: {
        datasourceUid: text,
        logql: text,
        startRfc3339: text,
        endRfc3339: text,
        limit: whole,
        direction: text,
        queryType: text,
        stepSeconds: whole,
        format: { type: 'string', enum: ['full', 'compact'] },
      },
    },
    answer: () => [
      JSON.stringify({
        data: [
          {
            timestamp: '"1790000000000000000"',
            line: 'boom',
            labels: { service_name: 'cart' },
            structuredMetadata: { detected_level: 'error' },
            parsed: { path: '/x' },
          },
        ],
        metadata: { linesReturned: 1, maxLinesAllowed: 100, resultsTruncated: true, totalLinesScanned: 9 },
      }),
    ],
  },
  {
    name: 'query_prometheus',
    annotations: { readOnlyHint: true },
    inputSchema: {
      type: 'object',
      required: ['datasourceUid', 'expr', 'endTime'],
      additionalProperties: false,
      properties: {
        datasourceUid: text,
        expr: text,
        startTime: text,
        endTime: text,
        stepSeconds: whole,
        queryType: text,
        projectName: text,
      },
    },
    answer: () => [
      JSON.stringify({
        data: [
          {
            metric: { k8s_pod_name: 'p' },
            values: [
              [1_790_000_000.5, '2'],
              [1_790_000_060, 'NaN'],
            ],
          },
        ],
      }),
    ],
  },
];
