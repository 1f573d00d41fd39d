import type { ServerDefinition } from '../../server-definition.ts';
import { getServiceMap } from './get-service-map.ts';
import { listAlerts } from './list-alerts.ts';
import { listRules } from './list-rules.ts';
import { listServices } from './list-services.ts';
import { listTargets } from './list-targets.ts';
import { findSeries, listLabelValues, listMetrics } from './look-up-metrics.ts';
import { createPrometheusClient } from './prometheus-client.ts';
import type { PrometheusServerOptions } from './prometheus-options.ts';
import { queryInstant } from './query-instant.ts';
import { queryMetrics } from './query-metrics.ts';
import { queryRange } from './query-range.ts';
import { queryRequests } from './query-requests.ts';

/**
 * The `prometheus` server: reads one Prometheus, or what speaks its HTTP API (Mimir, Thanos, VictoriaMetrics); paths that change
 * anything are not known to it. Its tools throw DependencyError (dependency `prometheus`).
 */
export function createPrometheusServer(options: PrometheusServerOptions): ServerDefinition {
  const client = createPrometheusClient(options);
  return {
    name: 'prometheus',
    version: '0.1.0',
    instructions:
      'Reads metrics, alerts, rules and scrape targets from Prometheus. Times are ISO 8601 in UTC. list_metrics finds names, find_series labels.',
    tools: [
      queryMetrics(client),
      queryRequests(client),
      listServices(client),
      getServiceMap(client),
      queryInstant(client),
      queryRange(client),
      listAlerts(client),
      listRules(client),
      listTargets(client),
      listMetrics(client),
      findSeries(client),
      listLabelValues(client),
    ],
  };
}
