import { z } from 'zod';
import { asRegex, quoted } from './label-matchers.ts';
import type { PrometheusClient } from './prometheus-client.ts';
import { apiTime } from './time-window.ts';

/** A convention by which services, meshes or proxies count the requests that services serve. */
export type RequestFamily = {
  /** A counter of requests. */
  calls: string;
  /** Matchers that leave out what is not a request served (calls of clients, inner spans). */
  served: string[];
  /** Matchers that select failed requests; each alternative finds its own. */
  failed: string[];
  /** A histogram or summary by the beginning of its names, with what turns its unit into ms. */
  duration: { name: string; toMs: number };
  /** The labels that may hold the name of the service, the best first. */
  service: string[];
};

const SERVED_SPANS = ['span_kind=~"SPAN_KIND_SERVER|SPAN_KIND_CONSUMER|server|consumer"'];
const FAILED_SPANS = ['status_code=~"STATUS_CODE_ERROR|error|Error"'];
const BY_NAME = ['service_name', 'application', 'service', 'app', 'app_kubernetes_io_name', 'job'];

/** Metrics made from spans first, which count every service alike; then instrumentation; then what stands before the services. */
const FAMILIES: readonly RequestFamily[] = [
  ...['traces_span_metrics_', 'span_metrics_', ''].map((prefix) => ({
    calls: `${prefix}calls_total`,
    served: SERVED_SPANS,
    failed: FAILED_SPANS,
    duration: { name: `${prefix}duration_milliseconds`, toMs: 1 },
    service: ['service_name'],
  })),
  {
    calls: 'traces_spanmetrics_calls_total',
    served: SERVED_SPANS,
    failed: FAILED_SPANS,
    duration: { name: 'traces_spanmetrics_latency', toMs: 1000 },
    service: ['service', 'service_name'],
  },
  {
    calls: 'istio_requests_total',
    served: ['reporter="destination"'],
    failed: ['response_code=~"5..|0"'],
    duration: { name: 'istio_request_duration_milliseconds', toMs: 1 },
    service: ['destination_service_name', 'destination_workload'],
  },
  {
    calls: 'response_total',
    served: ['direction="inbound"'],
    failed: ['classification="failure"'],
    duration: { name: 'response_latency_ms', toMs: 1 },
    service: ['deployment', 'statefulset', 'workload_name'],
  },
  ...[
    { name: 'http_server_request_duration_seconds', toMs: 1000, failed: 'http_response_status_code=~"5.."' },
    { name: 'http_server_duration_milliseconds', toMs: 1, failed: 'http_status_code=~"5.."' },
    { name: 'http_server_duration_seconds', toMs: 1000, failed: 'http_status_code=~"5.."' },
    { name: 'http_server_requests_seconds', toMs: 1000, failed: 'status=~"5.."' },
  ].map(({ name, toMs, failed }) => ({
    calls: `${name}_count`,
    served: [],
    failed: [failed],
    duration: { name, toMs },
    service: BY_NAME,
  })),
  {
    calls: 'grpc_server_handled_total',
    served: [],
    failed: ['grpc_code=~"Unknown|DeadlineExceeded|Unimplemented|Internal|Unavailable|DataLoss|ResourceExhausted"'],
    duration: { name: 'grpc_server_handling_seconds', toMs: 1000 },
    service: BY_NAME,
  },
  ...['http_requests_total', 'http_request_duration_seconds_count'].map((calls) => ({
    calls,
    served: [],
    failed: ['code=~"5.."', 'status=~"5.."', 'status_code=~"5.."'],
    duration: { name: 'http_request_duration_seconds', toMs: 1000 },
    service: BY_NAME,
  })),
  {
    calls: 'nginx_ingress_controller_requests',
    served: [],
    failed: ['status=~"5.."'],
    duration: { name: 'nginx_ingress_controller_request_duration_seconds', toMs: 1000 },
    service: ['exported_service', 'service'],
  },
];

/** The families of which this Prometheus holds series in the range (epoch ms), the best first. Throws DependencyError. */
export async function presentFamilies(
  client: PrometheusClient,
  { start, end }: { start: number; end: number },
  signal: AbortSignal,
): Promise<RequestFamily[]> {
  const names = FAMILIES.map(({ calls }) => asRegex(calls)).join('|');
  const parameters = { 'match[]': `{__name__=~${quoted(names)}}`, start: apiTime(start), end: apiTime(end) };
  const { data } = await client.read('/label/__name__/values', parameters, z.array(z.string()), signal);
  const known = new Set(data);
  return FAMILIES.filter(({ calls }) => known.has(calls));
}

/** What is told where no family is present. */
export const NO_FAMILY =
  'Prometheus holds no request metrics of a known convention (span metrics, OpenTelemetry, Micrometer, Istio, Linkerd, gRPC, http_requests_total, ingress-nginx)';
