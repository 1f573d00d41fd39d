import { expect } from 'chai';
import fc from 'fast-check';
import { unheadedRows } from '../../../../src/workers/database-state/printed/unheaded-rows.ts';

const rowsOf = (command: string, output: string) => unheadedRows(command, output)?.flatMap(({ rows }) => rows) ?? null;

describe('answers without a head', () => {
  it('get the columns that the statement selects', () => {
    expect(
      rowsOf(
        `kubectl exec -it pg-0 -- psql -U app -Atc "select a.pid, state, now() - query_start as running, count(*), wait_event_type::text from pg_stat_activity a where usename = 'app, x' group by 1"`,
        '41|active|00:10:02|3|Lock\n42|idle|00:00:01|1|Client\n',
      ),
    ).to.deep.equal([
      { pid: '41', state: 'active', running: '00:10:02', count: '3', wait_event_type: 'Lock' },
      { pid: '42', state: 'idle', running: '00:00:01', count: '1', wait_event_type: 'Client' },
    ]);
    expect(rowsOf(`psql -t -A -F ',' -c 'show max_connections'`, '100\n')).to.deep.equal([{ max_connections: '100' }]);
    expect(
      rowsOf(`psql --tuples-only -c "SELECT datname, age(datfrozenxid) FROM pg_database"`, ' app | 199 \n\n'),
    ).to.deep.equal([{ datname: 'app', age: '199' }]);
    expect(rowsOf(`mysql -uroot -N -e "SHOW GLOBAL STATUS LIKE 'Threads%'"`, 'Threads_connected\t7\n')).to.deep.equal([
      { variable_name: 'Threads_connected', value: '7' },
    ]);
  });

  it('take what stands in brackets, quotes and subqueries for one column', () => {
    expect(
      rowsOf(
        `psql -qAt -c "select round(100.0 * sum(hit) / (select sum(x) from y), 2) hit_rate, coalesce(a, 'b, c') from t"`,
        '99.1|z',
      ),
    ).to.deep.equal([{ hit_rate: '99.1', coalesce: 'z' }]);
  });

  it('are left alone where a head is printed, and give nothing where the columns are unknown', () => {
    expect(rowsOf('kubectl exec -it pg-0 -- psql -c "select 1"', ' ?column? \n---\n 1\n')).to.equal(null);
    expect(rowsOf('psql -At -c "select * from t"', '1|2')).to.deep.equal([]);
    expect(rowsOf('psql -At -c "select 1 a; select 2 b"', '1\n2')).to.deep.equal([]);
    expect(rowsOf('psql -At -f report.sql', '1|2')).to.deep.equal([]);
    expect(
      rowsOf('psql -At -c "select a, b from t"', 'ERROR:  relation "t" does not exist\nLINE 1: select'),
    ).to.deep.equal([]);
    expect(rowsOf('mysql -uroot -prootN -e "select 1"', '1')).to.equal(null);
  });

  it('never throw, whatever the command is', () => {
    const piece = fc.constantFrom(
      'psql',
      ' -At',
      ' -c ',
      '"',
      "'",
      'select ',
      '(',
      ')',
      ',',
      ' from t',
      '::text',
      ' as a',
      '\\',
      ';',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), fc.string(), (pieces, output) => {
        unheadedRows(`psql -At -c "${pieces.join('')}"`, output);
        unheadedRows(pieces.join(''), output);
      }),
    );
  });
});
