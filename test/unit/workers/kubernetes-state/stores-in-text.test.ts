import { expect } from 'chai';
import { diagnose } from '../../../../src/workers/kubernetes-state/diagnose.ts';
import { inputOf, printed } from './conclude-evidence.ts';

const pods = (store: string) =>
  `NAME                        READY   STATUS    RESTARTS   AGE\norders-7f6d9c8b5d-zz2xq     1/1     Running   0          3d\n${`${store}-0`.padEnd(27)} 1/1     Running   0          3d\n`;

function top(store: string, lines: string, command = 'kubectl logs orders-7f6d9c8b5d-zz2xq -n team') {
  const recorded = [printed('kubectl get pods -n team', pods(store)), printed(command, lines)];
  const [first] = diagnose(inputOf('orders in namespace team fails', recorded)).diagnoses;
  return first ? { says: first.statement, class: first.class, kind: first.kind.replace(/^(?:log|crash)-/, '') } : null;
}

/** What a client or a server says when the store refuses, and a line in which it only works. */
const SAID: readonly [store: string, kind: string, line: string, calm: string][] = [
  [
    'orders-pg',
    'credentials',
    'FATAL: password authentication failed for user "orders"',
    'LOG: connection authorized: user=orders database=orders',
  ],
  [
    'orders-pg',
    'connection-limit',
    'FATAL: remaining connection slots are reserved for roles with the SUPERUSER attribute',
    'LOG: connection received: host=10.42.0.2',
  ],
  [
    'orders-pg',
    'read-only-database',
    'ERROR: cannot execute UPDATE in a read-only transaction',
    'LOG: database system is ready to accept connections',
  ],
  ['orders-pg', 'lock', 'ERROR: deadlock detected', 'LOG: checkpoint complete: wrote 52 buffers (0.3%)'],
  [
    'orders-pg',
    'database-schema',
    'ERROR: relation "orders" does not exist',
    'LOG: automatic vacuum of table "orders.public.items": index scans: 1',
  ],
  [
    'orders-pg',
    'store-disk-full',
    'ERROR: could not extend file "base/1/2": No space left on device',
    'LOG: autovacuum launcher started',
  ],
  [
    'orders-mysql',
    'credentials',
    "ERROR 1045 (28000): Access denied for user 'orders'@'10.42.0.2' (using password: YES)",
    '[System] [MY-010931] ready for connections',
  ],
  [
    'orders-mysql',
    'connection-limit',
    'ERROR 1040 (HY000): Too many connections',
    '[Note] Event Scheduler: Loaded 0 events',
  ],
  [
    'orders-mysql',
    'read-only-database',
    'ERROR 1290 (HY000): The MySQL server is running with the --read-only option so it cannot execute this statement',
    '[Note] Plugin mysqlx reported ready',
  ],
  [
    'orders-mysql',
    'lock',
    'ERROR 1205 (HY000): Lock wait timeout exceeded; try restarting transaction',
    '[Note] InnoDB: Buffer pool(s) load completed',
  ],
  [
    'mongo-orders',
    'store-rights',
    'panic: not authorized on orders-db to execute command { insert: "orders" }',
    '{"s":"I","c":"NETWORK","msg":"Connection accepted"}',
  ],
  [
    'mongo-orders',
    'read-only-database',
    'MongoServerError: not primary (NotWritablePrimary)',
    '{"s":"I","c":"REPL","msg":"Member is in new state","attr":{"newState":"SECONDARY"}}',
  ],
  [
    'mongo-orders',
    'store-demands-tls',
    'SSLHandshakeFailed: The server is configured to only allow SSL connections',
    '{"s":"I","c":"NETWORK","msg":"Waiting for connections","attr":{"ssl":"on"}}',
  ],
  [
    'mongo-orders',
    'database-unreachable',
    'panic: no reachable servers',
    '{"s":"I","c":"CONTROL","msg":"MongoDB starting"}',
  ],
  ['redis-orders', 'credentials', 'ReplyError: NOAUTH Authentication required.', '* Ready to accept connections tcp'],
  [
    'redis-orders',
    'credentials',
    'WRONGPASS invalid username-password pair or user is disabled.',
    '* DB loaded from disk: 0.000 seconds',
  ],
  [
    'redis-orders',
    'read-only-database',
    "READONLY You can't write against a read only replica.",
    '* MASTER <-> REPLICA sync: Finished with success',
  ],
  [
    'redis-orders',
    'connection-limit',
    'redis.exceptions.ConnectionError: max number of clients reached',
    '* Background saving terminated with success',
  ],
  [
    'redis-orders',
    'store-memory',
    "OOM command not allowed when used memory > 'maxmemory'.",
    '* 100 changes in 300 seconds. Saving...',
  ],
  [
    'orders-pg',
    'pool-exhausted',
    'HikariPool-1 - Connection is not available, request timed out after 30000ms',
    'HikariPool-1 - Start completed.',
  ],
];

describe('stores in the logs of their clients', () => {
  for (const [store, kind, line, calm] of SAID)
    it(`${store}: ${kind} is told with the store, and a calm line tells nothing`, () => {
      const found = top(store, `${line}\n`);
      expect(found?.kind).to.equal(kind);
      if (found?.class === 'database') expect(found.says).to.include(store);
      expect(top(store, `${calm}\n`)).to.equal(null);
    });
});

describe('stores that are asked themselves', () => {
  const asked = (store: string, question: string, answer: string) =>
    top(store, answer, `kubectl exec -n team ${store}-0 -- ${question}`);

  it('PostgreSQL tells that it is read-only, and who holds locks while doing nothing', () => {
    const setting = (value: string) =>
      ` default_transaction_read_only \n-------------------------------\n ${value}\n(1 row)\n`;
    expect(asked('orders-pg', 'psql -c "show default_transaction_read_only"', setting('on'))?.says).to.include(
      'read-only',
    );
    expect(asked('orders-pg', 'psql -c "show default_transaction_read_only"', setting('off'))).to.equal(null);
    const activity = (second: string) =>
      ` pid |        state        | wait_event_type |     age      | query\n-----+---------------------+-----------------+--------------+------\n  71 | idle in transaction | Client          | 00:41:12     | UPDATE t\n  72 | active              | ${second.padEnd(15)} | 00:00:29     | UPDATE t\n`;
    expect(asked('orders-pg', 'psql -c "select * from pg_stat_activity"', activity('Lock'))?.kind).to.equal(
      'lock-holder',
    );
    expect(asked('orders-pg', 'psql -c "select * from pg_stat_activity"', activity('Client'))).to.equal(null);
  });

  it('MySQL tells that it is read-only or full of connections', () => {
    expect(
      asked('orders-mysql', 'mysql -e "show variables like \'read_only\'"', 'Variable_name\tValue\nread_only\tON\n')
        ?.says,
    ).to.include('read-only');
    expect(
      asked('orders-mysql', 'mysql -e "show variables like \'read_only\'"', 'Variable_name\tValue\nread_only\tOFF\n'),
    ).to.equal(null);
    const connections = (used: number) => `| Threads_connected | ${used} |\n| max_connections | 150 |\n`;
    expect(asked('orders-mysql', 'mysql -e "show status"', connections(150))?.says).to.include('connection limit');
    expect(asked('orders-mysql', 'mysql -e "show status"', connections(12))).to.equal(null);
  });

  it('MongoDB tells that its replica set has no primary', () => {
    const members = (...states: string[]) =>
      states.map((state) => `    { name: 'm', stateStr: '${state}' },`).join('\n');
    expect(asked('mongo-orders', 'mongosh --eval "rs.status()"', members('SECONDARY', 'SECONDARY'))?.kind).to.equal(
      'no-primary',
    );
    expect(asked('mongo-orders', 'mongosh --eval "rs.status()"', members('PRIMARY', 'SECONDARY'))).to.equal(null);
  });

  it('Redis tells of memory, clients and a primary that is away', () => {
    const info = (...lines: string[]) => lines.join('\n');
    expect(
      asked('redis-orders', 'redis-cli info', info('used_memory:10485700', 'maxmemory:10485760'))?.says,
    ).to.include('memory');
    expect(asked('redis-orders', 'redis-cli info', info('used_memory:1048570', 'maxmemory:10485760'))).to.equal(null);
    expect(
      asked('redis-orders', 'redis-cli info', info('connected_clients:10000', 'maxclients:10000'))?.says,
    ).to.include('connection limit');
    expect(asked('redis-orders', 'redis-cli info', info('role:slave', 'master_link_status:down'))?.says).to.include(
      'replica',
    );
    expect(asked('redis-orders', 'redis-cli info', info('role:master', 'connected_slaves:1'))).to.equal(null);
  });
});

describe('logs that our own server answered', () => {
  const answer = (lines: string[], previous = false) => ({
    capability: 'pods.logs',
    data: { pod: 'orders-7f6d9c8b5d-zz2xq', namespace: 'team', container: 'orders', previous, lines, truncated: false },
  });
  const kinds = (lines: string[], previous?: boolean) =>
    diagnose(inputOf('orders in namespace team fails', [answer(lines, previous)])).diagnoses.map(({ kind }) => kind);

  it('tell what no other detector reads: credentials, read-only stores, limits, configuration', () => {
    expect(kinds(['FATAL: password authentication failed for user "orders"'])).to.deep.equal(['log-credentials']);
    expect(kinds(['ERROR: cannot execute INSERT in a read-only transaction'])).to.deep.equal([
      'log-read-only-database',
    ]);
  });

  it('leave connections and the last words of crashed containers to the detectors that read them', () => {
    expect(kinds(['ERROR dial tcp 10.0.0.1:80: connect: connection refused'])).to.deep.equal([]);
    expect(kinds(['FATAL: password authentication failed for user "orders"'], true)).to.deep.equal([]);
  });
});
