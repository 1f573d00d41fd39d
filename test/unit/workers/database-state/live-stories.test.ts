import { expect } from 'chai';
import type { CapabilityOutput } from '../../../../src/shared/mcp/capabilities.ts';
import { databaseState } from '../../../../src/workers/detectors/database-state.ts';
import { at, evidence, input, NOW } from '../../../support/evidence-fixtures.ts';

type Activity = CapabilityOutput<'postgresql.activity'>['targets'][number];
type Session = Activity['sessions'][number];

const head = { target: 'orders', version: '15.12', at: NOW.toISOString(), notes: [] };
const session = (more: Partial<Session> = {}): Session => ({
  pid: 71,
  database: 'orders',
  user: 'app',
  application: 'billing',
  client: '10.0.0.9',
  state: 'idle in transaction',
  wait: 'Client:ClientRead',
  transactionSeconds: 400.5,
  statementSeconds: 400.2,
  stateSeconds: 399.9,
  statement: 'update accounts set balance = ?',
  blockedBy: [],
  ...more,
});
const activity = (more: Partial<Activity> = {}) =>
  evidence(1, 'postgresql.activity', {
    targets: [
      {
        ...head,
        refused: null,
        inRecovery: false,
        maxConnections: 100,
        reservedConnections: 3,
        connections: 20,
        byState: [],
        byClient: [],
        waits: [],
        sessions: [],
        ...more,
      },
    ],
  });
const find = (...items: ReturnType<typeof evidence>[]) =>
  databaseState(input('orders is slow', items, { service: 'orders-api' }));

describe('what a database server tells of itself', () => {
  it('is no finding while it is well', () => {
    expect(find(activity({ sessions: [session({ transactionSeconds: 3 })] }))).to.deep.equal([]);
    expect(find(evidence(1, 'postgresql.locks', { targets: [] }))).to.deep.equal([]);
  });

  it('finds the transaction that somebody began and left', () => {
    const [finding] = find(activity({ sessions: [session(), session({ pid: 5, transactionSeconds: 2 })] }));
    expect(finding).to.include({ detector: 'database-state', component: 'orders', cause: true });
    expect(finding!.statement).to.include('process 71 of billing, user app').and.include('begun 400.5 s before');
    expect(finding!.evidence).to.deep.equal([1]);
    expect(finding!.actions[1]).to.deep.include({ command: 'psql -c "SELECT pg_cancel_backend(71)"' });
  });

  it('tells the lock chain, and its holder not once more as a forgotten transaction', () => {
    const waiter = session({
      pid: 72,
      state: 'active',
      blockedBy: [71],
      statement: 'select ? from accounts for update',
    });
    const locks = evidence(2, 'postgresql.locks', {
      targets: [
        {
          ...head,
          waiting: 1,
          longestWaitSeconds: 42.1,
          chains: [
            {
              root: session(),
              blocked: [
                {
                  ...waiter,
                  depth: 1,
                  waitSeconds: 42.1,
                  lock: 'ShareLock on transactionid',
                  relation: 'public.accounts',
                },
              ],
              blockedCount: 1,
            },
          ],
        },
      ],
    });
    const findings = find(activity({ sessions: [session(), waiter], connections: 96 }), locks);
    expect(findings[0]!.statement)
      .to.include('1 session waits behind process 71')
      .and.include('idle in transaction for 399.9 s')
      .and.include('on public.accounts')
      .and.include('the longest wait is 42.1 s');
    expect(findings.filter(({ statement }) => statement.includes('Long idle'))).to.deep.equal([]);
    // The full server is its effect.
    expect(findings[1]!.statement).to.include('nearly exhausted: 96 of 100');
    expect(findings[1]!.confidence).to.be.below(findings[0]!.confidence);
  });

  it('finds a statement that has run for long, and a replica that is cut off', () => {
    const running = session({
      state: 'active',
      statementSeconds: 95.5,
      wait: 'IO:DataFileRead',
      statement: 'select * from orders',
    });
    const statements = evidence(3, 'postgresql.statements', {
      targets: [{ ...head, recorded: false, since: null, statements: [], running: [running] }],
    });
    expect(find(statements)[0]!.statement).to.include('has run for 95.5 s (waiting on IO:DataFileRead)');
    const blocked = { ...running, wait: 'Lock:transactionid' };
    const waits = evidence(3, 'postgresql.statements', {
      targets: [{ ...head, recorded: false, since: null, statements: [], running: [blocked] }],
    });
    expect(find(waits)).to.deep.equal([]);
    const standby = { receiver: null, replayPaused: false, replayDelaySeconds: 300, unreplayedBytes: 0 };
    const replication = evidence(4, 'postgresql.replication', {
      targets: [{ ...head, role: 'standby', replicas: [], slots: [], standby }],
    });
    expect(find(replication)[0]!.statement).to.include('cut off from its primary').and.include('300 s');
    const slot = { name: 'old', type: 'logical', active: false, walStatus: 'extended', retainedBytes: 7.5e9 };
    const held = evidence(4, 'postgresql.replication', {
      targets: [{ ...head, role: 'primary', replicas: [], slots: [slot], standby: null }],
    });
    expect(find(held)[0]!.statement).to.include('slot old').and.include('7.5 GB');
  });

  it('looks at slow commands of Redis within the time of the alert only', () => {
    const slowlog = (minutesAgo: number) =>
      evidence(5, 'redis.slowlog', {
        targets: [
          {
            ...head,
            thresholdMicroseconds: 10_000,
            entries: [
              { at: at(minutesAgo), durationMs: 850.2, command: 'KEYS user:* (1 argument)', client: '10.0.0.3:52100' },
            ],
          },
        ],
      });
    expect(find(slowlog(5))[0]!.statement).to.include('KEYS user:* (1 argument) took 850.2 ms');
    expect(find(slowlog(600))).to.deep.equal([]);
  });

  it('is a lead where a full Redis is a cache that makes room by itself and finds what it is asked for', () => {
    const redis = (policy: string, hits: number, withExpiry: number) =>
      evidence(6, 'redis.info', {
        targets: [
          {
            ...head,
            refused: null,
            role: 'master',
            uptimeSeconds: 900_000,
            memory: {
              usedBytes: 99e6,
              maxBytes: 100e6,
              policy,
              residentBytes: 110e6,
              peakBytes: 100e6,
              fragmentationRatio: 1.1,
            },
            clients: { connected: 12, blocked: 0, max: 10_000 },
            stats: {
              commandsPerSecond: 900,
              evictedKeys: 5000,
              expiredKeys: 90_000,
              rejectedConnections: 0,
              hits,
              misses: 1000,
              errorReplies: 0,
            },
            persistence: { loading: false, lastSaveStatus: 'ok', lastAppendStatus: 'ok', changesSinceSave: 0 },
            replication: { replicas: 0, linkStatus: null, lastContactSeconds: null, largestLagSeconds: null },
            keyspace: [{ database: 'db0', keys: 40_000, withExpiry }],
            errors: [],
            commands: [],
            latency: [],
            settings: [],
          },
        ],
      });
    const confidence = (...given: Parameters<typeof redis>) => find(redis(...given))[0]!.confidence;
    expect(confidence('allkeys-lru', 80_000, 0)).to.be.below(0.5);
    expect(confidence('volatile-lru', 80_000, 39_000)).to.be.below(0.5);
    expect(confidence('volatile-lru', 80_000, 5000)).to.be.above(0.8);
    expect(confidence('allkeys-lru', 2000, 0)).to.be.above(0.8);
    const missed = input('orders customers are logged out', [redis('allkeys-lru', 80_000, 0)], {
      service: 'orders-api',
    });
    expect(databaseState(missed)[0]!.confidence).to.be.above(0.8);
  });
});
