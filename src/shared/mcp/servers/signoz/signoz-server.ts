import type { ServerDefinition } from '../../server-definition.ts';
import { getServiceMap } from './get-service-map.ts';
import { listServices } from './list-services.ts';
import { queryLogs } from './query-logs.ts';
import { queryMetrics } from './query-metrics.ts';
import { queryPromql } from './query-promql.ts';
import { queryRequests } from './query-requests.ts';
import { queryTraces } from './query-traces.ts';
import { createSignozClient } from './signoz-client.ts';
import type { SignozServerOptions } from './signoz-options.ts';

/** The `signoz` server: logs, metrics and spans of one SigNoz (v5 API). Its tools throw DependencyError (dependency `signoz`). */
export function createSignozServer(options: SignozServerOptions): ServerDefinition {
  const client = createSignozClient(options);
  return {
    name: 'signoz',
    version: '0.1.0',
    instructions: 'Reads logs, metrics and spans from SigNoz. Times are ISO 8601 in UTC.',
    tools: [
      queryLogs(client),
      queryMetrics(client),
      queryTraces(client),
      queryRequests(client),
      queryPromql(client),
      listServices(client),
      getServiceMap(client),
    ],
  };
}
