import { expect } from 'chai';
import type { Evidence } from '../../../../src/shared/report.ts';
import { slowQueries } from '../../../../src/workers/detectors/slow-queries.ts';
import { statementShape } from '../../../../src/workers/detectors/support/slow-spans.ts';
import { at, input, logRow, logs, span, spans } from '../../../support/evidence-fixtures.ts';

const TITLE = 'Slow queries in user-service';

describe('the slow-queries detector', () => {
  it('finds slow statements among the spans and names them by their shape', () => {
    const slow = [span({ durationMs: 31200.5, at: at(3) }), span({ durationMs: 4100, at: at(6) }), span()];
    const [finding] = slowQueries(input(TITLE, [spans(1, slow)]));
    expect(finding).to.include({ cause: true, component: 'users', confidence: 0.8 });
    expect(finding?.statement).to.contain('SELECT * FROM users WHERE id = ? took up to 31.2 s');
    expect(finding?.timeline.map((entry) => entry.at))
      .to.include(at(6))
      .and.include(at(3));
  });

  const LINES: [string, string, RegExp][] = [
    ['a statement timeout', 'ERROR: canceling statement due to statement timeout', /statement timeout/],
    [
      'a lock wait of MySQL',
      'Lock wait timeout exceeded; try restarting transaction',
      /locks that another transaction holds/,
    ],
    [
      'a lock wait of PostgreSQL',
      'process 2200 still waiting for ShareLock on transaction 981244 after 1000.101 ms',
      /locks that another transaction holds/,
    ],
    ['a deadlock', 'ERROR: deadlock detected', /deadlock/],
    [
      'the slow log of PostgreSQL',
      "LOG:  duration: 7560.250 ms  statement: SELECT * FROM users WHERE email = 'a@b.c'",
      /7.6 s: SELECT \* FROM users WHERE email = \?/,
    ],
    ['the slow log of an ORM', 'SlowQuery: 6200 milliseconds. SQL: SELECT 1', /6.2 s/],
    ['the slow log of MongoDB', '{"msg":"Slow query","attr":{"ns":"shop.orders","durationMillis":8123}}', /8.1 s/],
  ];
  for (const [what, line, says] of LINES) {
    it(`reads ${what}`, () => {
      const [finding] = slowQueries(input(TITLE, [logs(1, [logRow(line)])]));
      expect(finding?.statement).to.match(says);
      expect(finding?.evidence).to.deep.equal([1]);
    });
  }

  it('takes held locks for a deeper cause than the slowness that they make', () => {
    const [first] = slowQueries(
      input(TITLE, [
        spans(1, [span({ durationMs: 9000 })]),
        logs(2, [logRow('Lock wait timeout exceeded; try restarting transaction')]),
      ]),
    );
    expect(first?.statement).to.contain('locks');
  });

  it('names the process that holds the lock, and what to do about it', () => {
    const [first, ...others] = slowQueries(
      input(TITLE, [
        spans(1, [span({ durationMs: 9000, attributes: { ...span().attributes, 'server.address': 'users-db.data' } })]),
        logs(2, [
          logRow('still waiting for ShareLock on transaction 9 after 1000.1 ms', { at: at(3) }),
          logRow('DETAIL:  Process holding the lock: 1877. Wait queue: 2200.', { at: at(3) }),
          logRow('canceling statement due to statement timeout', { at: at(2) }),
        ]),
      ]),
    );
    expect(first).to.include({ cause: true, component: 'users-db' });
    expect(first?.statement).to.contain('wait for a lock that process 1877 of the database holds');
    expect(first?.actions.map(({ command }) => command).join('\n'))
      .to.match(/^psql --host users-db\.data --dbname users -c "SELECT pid, .* WHERE pid = 1877"/)
      .and.contain('pg_cancel_backend(1877)');
    expect(others.map(({ cause }) => cause)).to.deep.equal([false, false]);
  });

  it('puts no name into a command that a shell could read otherwise', () => {
    const attributes = { ...span().attributes, 'server.address': 'db;reboot', 'db.name': '-c DROP' };
    const [finding] = slowQueries(input(TITLE, [spans(1, [span({ durationMs: 9000, attributes })])]));
    expect(finding?.actions[0]?.command).to.match(/^psql -c "SELECT/);
  });

  it('asks the database that the evidence speaks of', () => {
    const mysql = slowQueries(
      input(TITLE, [logs(1, [logRow('mysql: Lock wait timeout exceeded; try restarting transaction')])]),
    );
    expect(mysql[0]?.actions[0]?.command).to.match(/^mysql /);
    const postgres = slowQueries(input(TITLE, [spans(1, [span({ durationMs: 9000 })])]));
    expect(postgres[0]?.actions[0]?.command).to.match(/^psql /);
  });

  const SILENT: Record<string, Evidence[]> = {
    'quick statements': [spans(1, [span(), span({ durationMs: 80 })])],
    'one statement that was a little slow': [spans(1, [span({ durationMs: 1200 })])],
    'slow spans that are no statements': [
      spans(1, [span({ name: 'GET /report', durationMs: 40_000, attributes: {} })]),
    ],
    'waiting for a connection': [spans(1, [span({ name: 'HikariDataSource.getConnection', durationMs: 30_000 })])],
    'statements of an unrelated service': [
      spans(1, [span({ service: 'billing', traceId: 'b'.repeat(32), durationMs: 9000 })], {}),
    ],
    'a quick statement in the log': [logs(1, [logRow('duration: 12.5 ms  statement: SELECT 1')])],
  };
  for (const [what, items] of Object.entries(SILENT)) {
    it(`is silent about ${what}`, () => {
      expect(slowQueries(input(TITLE, items))).to.deep.equal([]);
    });
  }

  it('shows no values of a statement', () => {
    expect(statementShape("SELECT * FROM t2 WHERE a = 'it''s' AND b IN (1, 2, 3) AND c > -4.5")).to.equal(
      'SELECT * FROM t2 WHERE a = ?? AND b IN (?) AND c > ?',
    );
  });
});
