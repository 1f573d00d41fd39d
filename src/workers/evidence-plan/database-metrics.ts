import type { PlannedStep } from './question.ts';

/** What the receivers of OpenTelemetry measure at a database server: sessions, locks, replication, memory, disk. */
const METRICS: Record<string, string[]> = {
  postgresql: [
    'postgresql.backends',
    'postgresql.connection.max',
    'postgresql.database.locks',
    'postgresql.deadlocks',
    'postgresql.replication.data_delay',
  ],
  mysql: [
    'mysql.threads',
    'mysql.row_locks',
    'mysql.locks',
    'mysql.replica.time_behind_source',
    'mysql.buffer_pool.usage',
  ],
  mongodb: [
    'mongodb.connection.count',
    'mongodb.lock.acquire.time',
    'mongodb.global_lock.time',
    'mongodb.memory.usage',
  ],
  redis: ['redis.clients.connected', 'redis.clients.blocked', 'redis.memory.used', 'redis.keys.evicted'],
};
/** The same product under the names that spans use. */
const FAMILY: [RegExp, string][] = [
  [/postgres|cockroach|aurora/i, 'postgresql'],
  [/mysql|maria/i, 'mysql'],
  [/mongo/i, 'mongodb'],
  [/redis|valkey/i, 'redis'],
];

/** The metrics of the servers of these systems (`db.system` of spans), before the trouble and during it. */
export function databaseMetricSteps(systems: Set<string>, facts: Record<string, string>): PlannedStep[] {
  const families = new Set(
    [...systems]
      .map((system) => FAMILY.find(([pattern]) => pattern.test(system))?.[1])
      .filter((name) => name !== undefined),
  );
  const range = { from: facts.usualFrom ?? facts.from, to: facts.troubleTo ?? facts.to };
  return [...families].slice(0, 2).flatMap((family) =>
    METRICS[family]!.map((metric) => ({
      capability: 'metrics.query',
      arguments: {
        metric,
        timeAggregation: 'max',
        spaceAggregation: 'max',
        groupBy: ['service.name'],
        ...range,
        limit: 20,
      },
      label: `${metric} of the database servers`,
      required: false,
    })),
  );
}
