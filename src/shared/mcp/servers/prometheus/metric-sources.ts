import { asRegex, quoted } from './label-matchers.ts';

/** Where a metric may be found in Prometheus. */
export type MetricSource = {
  /** Matchers that select it, its name among them. */
  matchers: string[];
  /** True for a counter that only ever rises; without another wish it is read as its rate. */
  counter: boolean;
  unit: string | null;
};

type Exported = { name: string; matchers?: string[]; counter?: boolean; unit?: string };

/** One container of a pod, not the sum that cAdvisor tells beside them. */
const CONTAINERS = ['container!=""', 'container!="POD"'];

/**
 * The metrics of OpenTelemetry that the evidence plans ask for, under the names of the exporters that Prometheus usually scrapes:
 * cAdvisor, kube-state-metrics, and those of PostgreSQL, MySQL, MongoDB and Redis.
 */
const EXPORTED: Readonly<Record<string, Exported[]>> = {
  'k8s.pod.cpu.usage': [
    { name: 'container_cpu_usage_seconds_total', matchers: CONTAINERS, counter: true, unit: '{cpu}' },
  ],
  'k8s.pod.memory.working_set': [{ name: 'container_memory_working_set_bytes', matchers: CONTAINERS, unit: 'By' }],
  'k8s.volume.available': [{ name: 'kubelet_volume_stats_available_bytes', unit: 'By' }],
  'k8s.container.restarts': [{ name: 'kube_pod_container_status_restarts_total', unit: '{restart}' }],
  'postgresql.backends': [{ name: 'pg_stat_activity_count' }, { name: 'pg_stat_database_numbackends' }],
  'postgresql.connection.max': [{ name: 'pg_settings_max_connections' }],
  'postgresql.database.locks': [{ name: 'pg_locks_count' }],
  'postgresql.deadlocks': [{ name: 'pg_stat_database_deadlocks', counter: true }],
  'postgresql.replication.data_delay': [
    { name: 'pg_replication_lag_seconds', unit: 's' },
    { name: 'pg_replication_lag', unit: 's' },
  ],
  'postgresql.db_size': [{ name: 'pg_database_size_bytes', unit: 'By' }],
  'mysql.threads': [{ name: 'mysql_global_status_threads_connected' }],
  'mysql.row_locks': [{ name: 'mysql_global_status_innodb_row_lock_waits', counter: true }],
  'mysql.replica.time_behind_source': [{ name: 'mysql_slave_status_seconds_behind_master', unit: 's' }],
  'mysql.locks': [{ name: 'mysql_global_status_table_locks_waited', counter: true }],
  'mysql.query.slow.count': [{ name: 'mysql_global_status_slow_queries', counter: true }],
  'mysql.buffer_pool.usage': [{ name: 'mysql_global_status_innodb_buffer_pool_bytes_data', unit: 'By' }],
  'mysql.tmp_resources': [{ name: 'mysql_global_status_created_tmp_disk_tables', counter: true }],
  'mongodb.connection.count': [
    { name: 'mongodb_ss_connections', matchers: ['conn_type="current"'] },
    { name: 'mongodb_connections', matchers: ['state="current"'] },
  ],
  'redis.clients.connected': [{ name: 'redis_connected_clients' }],
  'redis.clients.blocked': [{ name: 'redis_blocked_clients' }],
  'redis.memory.used': [{ name: 'redis_memory_used_bytes', unit: 'By' }],
  'redis.keys.evicted': [{ name: 'redis_evicted_keys_total', counter: true }],
};

/** What the translation from OpenTelemetry may put behind a name. */
const SUFFIXES = '(?:_bytes|_seconds|_milliseconds|_ratio)?(?:_total)?';

/** The places where a metric may be found, the best first. A name without dots is Prometheus' own and stands for itself. */
export function metricSources(metric: string): MetricSource[] {
  if (/^[A-Za-z_:][A-Za-z0-9_:]*$/.test(metric)) {
    return [{ matchers: [`__name__=${quoted(metric)}`], counter: isCounter(metric), unit: null }];
  }
  const underscored = metric.replace(/[^A-Za-z0-9_:]/g, '_');
  const names = `${asRegex(metric)}|${asRegex(underscored)}${SUFFIXES}`;
  const translated = { matchers: [`__name__=~${quoted(names)}`], counter: isCounter(metric), unit: null };
  const exported = (EXPORTED[metric] ?? []).map(({ name, matchers = [], counter = false, unit = null }) => ({
    matchers: [`__name__=${quoted(name)}`, ...matchers],
    counter,
    unit,
  }));
  return [translated, ...exported];
}

/** By the naming rules of Prometheus; what is counted by a histogram or a summary only rises as well. */
export const isCounter = (name: string): boolean => /_(?:total|count|sum|bucket)$/.test(name);
