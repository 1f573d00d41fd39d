import type { PlannedStep } from './question.ts';

/** What the receivers of OpenTelemetry measure at a database server: sessions, locks, replication, memory and what it keeps on disk. */
const METRICS: Record<string, string[]> = {
  postgresql: [
    'postgresql.backends',
    'postgresql.connection.max',
    'postgresql.database.locks',
    'postgresql.deadlocks',
    'postgresql.replication.data_delay',
    'postgresql.db_size',
  ],
  mysql: [
    'mysql.threads',
    'mysql.row_locks',
    'mysql.locks',
    'mysql.replica.time_behind_source',
    'mysql.query.slow.count',
    'mysql.buffer_pool.usage',
    'mysql.tmp_resources',
  ],
  mongodb: [
    'mongodb.connection.count',
    'mongodb.lock.acquire.time',
    'mongodb.global_lock.time',
    'mongodb.memory.usage',
    'mongodb.storage.size',
  ],
  redis: ['redis.clients.connected', 'redis.clients.blocked', 'redis.memory.used', 'redis.keys.evicted'],
};
/** Those that only ever rise: how fast they do tells something, how high they are does not. */
const COUNTERS = new Set([
  'postgresql.deadlocks',
  'mysql.row_locks',
  'mysql.locks',
  'mysql.query.slow.count',
  'mysql.tmp_resources',
  'mongodb.lock.acquire.time',
  'mongodb.global_lock.time',
  'redis.keys.evicted',
]);
/** How full the disks below the servers are; no receiver of a database measures that. */
const DISKS: readonly Record<string, unknown>[] = [
  {
    metric: 'k8s.volume.available',
    timeAggregation: 'min',
    spaceAggregation: 'min',
    groupBy: ['k8s.namespace.name', 'k8s.pod.name', 'k8s.persistentvolumeclaim.name'],
    limit: 100,
  },
  {
    metric: 'system.filesystem.utilization',
    timeAggregation: 'max',
    spaceAggregation: 'max',
    groupBy: ['host.name', 'mountpoint'],
    limit: 20,
  },
];
/** The same product under the names that spans use. */
const FAMILY: [RegExp, string][] = [
  [/postgres|cockroach|aurora/i, 'postgresql'],
  [/mysql|maria/i, 'mysql'],
  [/mongo/i, 'mongodb'],
  [/redis|valkey/i, 'redis'],
];

/** The metrics of the servers of these systems (`db.system` of spans) and of the disks, before the trouble and during it. */
export function databaseMetricSteps(systems: Set<string>, facts: Record<string, string>): PlannedStep[] {
  const families = new Set(
    [...systems]
      .map((system) => FAMILY.find(([pattern]) => pattern.test(system))?.[1])
      .filter((name) => name !== undefined),
  );
  const range = { from: facts.usualFrom ?? facts.from, to: facts.troubleTo ?? facts.to };
  const ask = (input: Record<string, unknown>, label: string): PlannedStep => ({
    capability: 'metrics.query',
    arguments: { ...input, ...range },
    label,
    required: false,
  });
  const aggregation = (metric: string) =>
    COUNTERS.has(metric)
      ? { timeAggregation: 'rate', spaceAggregation: 'sum' }
      : { timeAggregation: 'max', spaceAggregation: 'max' };
  const own = [...families]
    .slice(0, 2)
    .flatMap((family) =>
      METRICS[family]!.map((metric) =>
        ask(
          { metric, ...aggregation(metric), groupBy: ['service.name'], limit: 20 },
          `${metric} of the database servers`,
        ),
      ),
    );
  return own.length === 0 ? [] : [...own, ...DISKS.map((input) => ask(input, `${input.metric}`))];
}
