import { expect } from 'chai';
import fc from 'fast-check';
import type { PostgresSession } from '../../../../../../src/shared/mcp/capability-schemas/postgres-reads.ts';
import { checkpointsQuery } from '../../../../../../src/shared/mcp/servers/database/postgresql/get-server.ts';
import { lockChains } from '../../../../../../src/shared/mcp/servers/database/postgresql/lock-chains.ts';

const session = (pid: number, blockedBy: number[] = [], transactionSeconds = pid): PostgresSession => ({
  pid,
  database: 'orders',
  user: 'app',
  application: null,
  client: null,
  state: 'active',
  wait: null,
  transactionSeconds,
  statementSeconds: 1,
  stateSeconds: 1,
  statement: '',
  blockedBy,
});
const shape = (sessions: PostgresSession[]) =>
  lockChains(sessions, new Map()).map(({ root, blocked, blockedCount }) => [
    root.pid,
    blocked.map(({ pid, depth }) => `${pid}@${depth}`),
    blockedCount,
  ]);

describe('lock chains', () => {
  it('begin at who waits for nobody, the one with most behind it first', () => {
    const sessions = [session(1), session(2, [1]), session(3, [2]), session(4, [1, 2]), session(8), session(9, [8])];
    expect(shape(sessions)).to.deep.equal([
      [1, ['2@1', '4@1', '3@2'], 3],
      [8, ['9@1'], 1],
    ]);
  });

  it('know prepared transactions, holders that are gone, and circles', () => {
    expect(shape([session(2, [0])])).to.deep.equal([[0, ['2@1'], 1]]);
    expect(lockChains([session(2, [0])], new Map())[0]!.root.state).to.equal('prepared transaction');
    expect(shape([session(2, [77])])).to.deep.equal([[77, ['2@1'], 1]]);
    expect(shape([session(2, [3], 9), session(3, [2], 1)])).to.deep.equal([[2, ['3@1'], 1]]);
  });

  it('hold every waiter, whoever blocks whom', () => {
    const edges = fc.array(fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 })), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(edges, (pairs) => {
        const isForward = pairs.filter(([a, b]) => a < b);
        const sessions = Array.from({ length: 12 }, (_, index) =>
          session(
            index + 1,
            isForward.filter(([, waiter]) => waiter === index + 1).map(([blocker]) => blocker),
          ),
        );
        const reached = new Set(
          lockChains(sessions, new Map()).flatMap(({ blocked }) => blocked.map(({ pid }) => pid)),
        );
        expect([...reached].sort()).to.deep.equal([...new Set(isForward.map(([, waiter]) => waiter))].sort());
      }),
    );
  });
});

it('checkpoints are read from where the version keeps them', () => {
  expect(checkpointsQuery(160_004)).to.include('checkpoints_timed').and.include('pg_stat_bgwriter');
  expect(checkpointsQuery(170_000)).to.include('num_timed').and.include('pg_stat_checkpointer');
});
