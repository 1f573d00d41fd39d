import { podName, workload } from './kubernetes-objects.ts';
import { HOUR, jitter, log, MINUTE, ramp, series, span, spread, type Where } from './telemetry-rows.ts';
import type { Scenario } from './telemetry-world.ts';

const SQL = 'UPDATE stock SET reserved = reserved + $1 WHERE sku = $2';

/** inventory: updates wait for a lock that a batch job holds; statements run into their timeout. */
export const slowQueries: Scenario = (now) => {
  const pod = { suffix: 'g5t9y', createdAt: now - 8 * 24 * HOUR };
  const where: Where = { service: 'inventory', namespace: 'shop', pod: podName('inventory', pod) };
  const db: Where = { service: 'inventory-db', namespace: 'data', pod: 'inventory-db-5d8f7c9b6d-s1l3q' };
  const attributes = {
    'db.system': 'postgresql',
    'db.name': 'inventory',
    'db.statement': SQL,
    'server.address': 'inventory-db.data',
  };
  const times = spread(now - 11 * MINUTE, now - 3_000, 24);
  const waiting = (index: number) =>
    `LOG:  process ${2200 + index} still waiting for ShareLock on transaction 981244 after 1000.${100 + index} ms`;
  const holder = 'DETAIL:  Process holding the lock: 1877. Wait queue: 2200, 2201.';
  return {
    objects: [
      ...workload({
        name: 'inventory',
        namespace: 'shop',
        image: 'ghcr.io/shop/inventory:4.4.0',
        port: 8080,
        pods: [pod],
      }),
      ...workload({
        name: 'inventory-db',
        namespace: 'data',
        image: 'postgres:17.6',
        port: 5432,
        pods: [{ suffix: 's1l3q', createdAt: now - 50 * 24 * HOUR }],
      }),
    ],
    logs: times.flatMap((at, index) => [
      log(at, db, 'WARN', waiting(index)),
      log(at + 3, db, 'WARN', holder),
      log(
        at + 9_000,
        where,
        'ERROR',
        'ERROR: canceling statement due to statement timeout (SQLSTATE 57014)',
        attributes,
      ),
    ]),
    spans: times.map((at, index) =>
      span(at, where, { name: 'UPDATE stock', durationMs: 10_000 + jitter(index) * 4, error: true, attributes }),
    ),
    metrics: [
      series(
        now,
        { metric: 'postgresql.locks.waiting', unit: '1', labels: { 'service.name': 'inventory-db' } },
        ramp(0, 24, 11, 2),
      ),
    ],
  };
};
