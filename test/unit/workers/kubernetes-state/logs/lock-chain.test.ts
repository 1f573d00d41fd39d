import { expect } from 'chai';
import fc from 'fast-check';
import { answerRows } from '../../../../../src/workers/kubernetes-state/logs/answer-rows.ts';
import { lockChain } from '../../../../../src/workers/kubernetes-state/logs/lock-chain.ts';
import { idleSessions } from '../../../../../src/workers/kubernetes-state/logs/store-answer-readers.ts';

const CHAIN = `  pid | state               | xact_age | blocked_by | query
------+---------------------+----------+------------+------------------
 3101 | active              | 00:01:02 | {2214}     | select 1 from t
 2214 | active              | 00:02:40 | {1907}     | alter table t add c int
 3102 | active              | 00:01:01 | {2214}     | select 2 from t
 1907 | idle in transaction | 00:31:09 | {}         | select count(*) from t
(4 rows)
`;
const PAIRS = `+-------------+--------------+---------------------+----------------+
| waiting_pid | blocking_pid | waiting_query       | blocking_query |
+-------------+--------------+---------------------+----------------+
| 12          | 7            | update t set a = 1  | NULL           |
| 13          | 12           | update t set a = 2  | update t       |
+-------------+--------------+---------------------+----------------+
`;

describe('a chain of sessions that wait for locks', () => {
  it('is led back to the one that waits for nobody, whatever runs behind it', () => {
    const chain = lockChain(answerRows(CHAIN));
    expect(chain?.root).to.include('pid 1907, state idle in transaction, xact_age 00:31:09');
    expect(chain?.next).to.include('alter table');
  });

  it('is read from pairs too', () => {
    expect(lockChain(answerRows(PAIRS))).to.deep.equal({
      root: 'pid 7',
      next: 'pid 12, waiting_query update t set a = 1',
    });
  });

  it('ends at somebody who waits for nobody, or nowhere, whoever waits for whom', () => {
    const pid = fc.integer({ min: 1, max: 9 });
    fc.assert(
      fc.property(fc.array(fc.tuple(pid, fc.array(pid, { maxLength: 3 })), { maxLength: 12 }), (waits) => {
        const rows = waits.map(([own, by]) => ({ pid: String(own), blocked_by: `{${by.join(',')}}` }));
        const root = /^pid (\d)/.exec(lockChain(rows)?.root ?? '')?.[1];
        const waiting = waits.filter(([own, by]) => by.some((other) => other !== own)).map(([own]) => String(own));
        if (root) expect(waiting).to.not.include(root);
      }),
    );
  });

  it('is none where nobody waits', () => {
    expect(lockChain(answerRows(CHAIN.replace(/\{\d+\}/g, '{}    ')))).to.equal(null);
  });
});

describe('the rows of printed tables', () => {
  it('have the columns of their heads, whatever the text is', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a | b', '---+---', '+--+--+', '', '1 | 2', '(1 row)', 'c\td'), { maxLength: 20 }),
        (lines) => {
          const rows = answerRows(lines.join('\n'));
          expect(rows.length).to.be.at.most(lines.length);
          for (const row of rows) expect(Object.keys(row).length).to.be.at.least(1);
        },
      ),
    );
  });
});

describe('idle sessions', () => {
  const COUNTS = ' state | count\n-------+-------\n idle | 240\n active | 9\n(2 rows)\n';

  it('are a leak where they take what the server allows, and the share of a pool where there is room', () => {
    expect(idleSessions(COUNTS, '')).to.include('idle');
    expect(idleSessions(COUNTS, ' max_connections\n-----------------\n 260\n(1 row)\n')).to.include('idle');
    expect(idleSessions(COUNTS, ' max_connections\n-----------------\n 400\n(1 row)\n')).to.equal(null);
    expect(idleSessions(COUNTS, '250 of max_connections 400')).to.equal(null);
  });
});
