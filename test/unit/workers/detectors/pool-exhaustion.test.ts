import { expect } from 'chai';
import type { Evidence } from '../../../../src/shared/report.ts';
import { poolExhaustion } from '../../../../src/workers/detectors/pool-exhaustion.ts';
import { input, logRow, logs, metric } from '../../../support/evidence-fixtures.ts';

const TITLE = 'Database connection pool exhausted for user-service';
const HIKARI =
  'HikariPool-1 - Connection is not available, request timed out after 30000ms (total=10, active=10, idle=0, waiting=25)';

const use = (used: number[], pending: number[]): Evidence[] => [
  metric(11, 'db.client.connections.usage', used, { labels: { state: 'used' } }),
  metric(
    12,
    'db.client.connections.max',
    used.map(() => 20),
  ),
  metric(13, 'db.client.connections.pending_requests', pending),
];

describe('the pool-exhaustion detector', () => {
  it('reads the counts of HikariCP', () => {
    const [finding] = poolExhaustion(input(TITLE, [logs(1, [logRow(HIKARI)])]));
    expect(finding).to.include({ component: 'user-service', class: 'database', cause: false });
    expect(finding?.statement).to.equal(
      'The database connection pool of user-service is exhausted: 10 of 10 connections are in use, 25 callers wait, callers give up after 30 s',
    );
  });

  const LINES: [string, string, RegExp][] = [
    [
      'SQLAlchemy',
      'sqlalchemy.exc.TimeoutError: QueuePool limit of size 5 overflow 10 reached, connection timed out, timeout 30.00',
      /all 5 connections and an overflow of 10 are in use, callers give up after 30 s/,
    ],
    ['node-postgres', 'Error: timeout exceeded when trying to connect', /is exhausted/],
    ['Knex', 'KnexTimeoutError: Knex: Timeout acquiring a connection. The pool is probably full.', /is exhausted/],
    [
      'Prisma',
      'Timed out fetching a new connection from the connection pool. More info: ... (Current connection pool timeout: 10, connection limit: 5)',
      /all 5 connections/,
    ],
    [
      'Tomcat',
      'PoolExhaustedException: [http-1] Timeout: Pool empty. Unable to fetch a connection in 30 seconds, none available[size:100; busy:100; idle:0; lastwait:30000].',
      /all 100 connections|100 of 100/,
    ],
    [
      'a driver of MongoDB',
      'MongoWaitQueueTimeoutError: Timed out while checking out a connection from connection pool',
      /is exhausted/,
    ],
    [
      'ADO.NET',
      'Timeout expired. The timeout period elapsed prior to obtaining a connection from the pool.',
      /is exhausted/,
    ],
    ['somebody in plain words', 'database connection pool exhausted', /is exhausted/],
  ];
  for (const [who, line, says] of LINES) {
    it(`reads what ${who} logs`, () => {
      expect(poolExhaustion(input(TITLE, [logs(1, [logRow(line)])]))[0]?.statement).to.match(says);
    });
  }

  for (const line of [
    'FATAL: sorry, too many clients already',
    'FATAL: remaining connection slots are reserved for roles with the SUPERUSER attribute',
    'ERROR 1040 (HY000): Too many connections',
  ]) {
    it(`tells the server's limit from the client's: ${line.slice(0, 40)}`, () => {
      const [finding] = poolExhaustion(input(TITLE, [logs(1, [logRow(line)])]));
      expect(finding?.statement).to.contain('all its connection slots are taken');
    });
  }

  it('takes a reported leak for a cause', () => {
    const [finding] = poolExhaustion(
      input(TITLE, [logs(1, [logRow('Connection leak detection triggered for conn42 on thread http-1')])]),
    );
    expect(finding).to.include({ cause: true });
  });

  it('reads metrics alone, and is surer with logs', () => {
    const [metrics] = poolExhaustion(input(TITLE, use([5, 12, 20, 20], [0, 0, 3, 17])));
    expect(metrics?.statement).to.contain('20 of 20 connections are in use, 17 callers wait');
    expect(metrics?.metrics.map(({ value }) => value)).to.deep.equal(['20', '20', '17']);
    const [both] = poolExhaustion(input(TITLE, [logs(1, [logRow(HIKARI)]), ...use([5, 20], [0, 17])]));
    expect(both?.confidence).to.equal(0.9);
    expect(both?.confidence).to.be.greaterThan(metrics?.confidence ?? 1);
  });

  it('knows the names of HikariCP and the stable names of OpenTelemetry', () => {
    const hikari = [
      metric(1, 'hikaricp_connections_active', [10]),
      metric(2, 'hikaricp.connections.max', [10]),
      metric(3, 'hikaricp.connections.pending', [4]),
    ];
    const stable = [
      metric(1, 'db.client.connection.count', [10], { labels: { 'db.client.connection.state': 'used' } }),
      metric(2, 'db.client.connection.max', [10]),
      metric(3, 'db.client.connection.pending_requests', [4]),
    ];
    for (const items of [hikari, stable]) expect(poolExhaustion(input(TITLE, items))[0]?.confidence).to.equal(0.75);
  });

  it('says when a pool has no connection at all', () => {
    const line = HIKARI.replace('total=10, active=10', 'total=0, active=0');
    expect(poolExhaustion(input(TITLE, [logs(1, [logRow(line)])]))[0]?.statement).to.contain(
      'has no connection at all',
    );
  });

  const SILENT: Record<string, Evidence[]> = {
    'a pool with room': use([5, 6, 7], [0, 0, 0]),
    'idle connections': [
      metric(1, 'db.client.connections.usage', [20], { labels: { state: 'idle' } }),
      metric(2, 'db.client.connections.max', [20]),
    ],
    'a pool of HTTP connections': [
      logs(1, [
        logRow('HTTP connection pool exhausted for api gateway'),
        logRow('Connection pool is full, discarding connection: orders. Connection pool size: 10'),
        logRow('org.apache.http.conn.ConnectionPoolTimeoutException: Timeout waiting for connection from pool'),
      ]),
    ],
    'a connection pool without a database': [logs(1, [logRow('connection pool exhausted')])],
    'the pool of an unrelated service': [logs(1, [logRow(HIKARI, { service: 'billing' })], {})],
    'metrics of an unrelated service': [
      metric(1, 'hikaricp.connections.active', [10], { query: { service: 'billing' } }),
      metric(2, 'hikaricp.connections.max', [10], { query: { service: 'billing' } }),
    ],
    'a pool that starts': [logs(1, [logRow('HikariPool-1 - Start completed.')])],
    'no telemetry at all': [logs(1, [])],
  };
  for (const [what, items] of Object.entries(SILENT)) {
    it(`is silent about ${what}`, () => {
      expect(poolExhaustion(input(TITLE, items))).to.deep.equal([]);
    });
  }
});
