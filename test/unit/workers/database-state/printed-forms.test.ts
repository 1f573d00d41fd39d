import { expect } from 'chai';
import fc from 'fast-check';
import { intervalSeconds } from '../../../../src/workers/database-state/printed/printed-answers.ts';
import { columnsIn, plansIn } from '../../../../src/workers/database-state/printed/query-plan.ts';
import { listedIndexes, tableDefinitions } from '../../../../src/workers/database-state/printed/table-definitions.ts';
import { profileSeries, valueText } from '../../../../src/workers/database-state/profile-series.ts';
import { answerRows, answerTables } from '../../../../src/workers/kubernetes-state/logs/answer-rows.ts';

describe('printed forms of answers', () => {
  it('are read where a cell holds bars of its own', () => {
    const text =
      ' pid |        query         | state\n-----+----------------------+--------\n   7 | select a||b from t   | active\n(1 row)\n';
    expect(answerRows(text)).to.deep.equal([{ pid: '7', query: 'select a||b from t', state: 'active' }]);
  });

  it('are read one value a line, as psql and mysql print records', () => {
    expect(answerRows('-[ RECORD 1 ]--\nslot_name | s1\nactive    | f\n')).to.deep.equal([
      { slot_name: 's1', active: 'f' },
    ]);
    expect(
      answerRows(
        '*************************** 1. row ***************************\n  Id: 7\nInfo: select 1\n      from t\n',
      ),
    ).to.deep.equal([{ id: '7', info: 'select 1\n      from t' }]);
  });

  it('tell of a table without rows', () => {
    expect(answerTables(' pid | granted\n-----+---------\n(0 rows)\n')).to.deep.equal([
      { columns: ['pid', 'granted'], rows: [] },
    ]);
  });

  it('never throw, whatever the text is', () => {
    const piece = fc.constantFrom(
      '|',
      '-',
      '+',
      ':',
      '\n',
      '***',
      '1. row',
      '-[ RECORD 1 ]',
      '->',
      '(cost=1..2 rows=3 width=4)',
      'SubPlan 1',
      'Filter: ',
      'CREATE TABLE `t` (',
      'Table "a"',
      'Indexes:',
      ' ',
      'x',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const text = pieces.join('');
        answerTables(text);
        plansIn(text);
        tableDefinitions(text);
        listedIndexes(answerTables(text));
      }),
    );
  });
});

describe('a printed plan', () => {
  const [plan] = plansIn(`
 Gather  (cost=1000.00..9.00 rows=1 width=4) (actual time=1.0..90.0 rows=3 loops=1)
   Workers Planned: 2
   Workers Launched: 2
   ->  Hash Join  (cost=1.00..8.00 rows=1 width=4) (actual time=1.0..80.0 rows=1 loops=3)
         Hash Cond: (a.id = b.id)
         ->  Parallel Seq Scan on public.a  (cost=0.00..7.00 rows=1 width=4) (actual time=0.1..60.0 rows=1 loops=3)
               Filter: (x > 3)
               Rows Removed by Filter: 100
 Execution Time: 91.5 ms`);

  it('has its steps as a tree, with the time of each on the clock', () => {
    expect(plan?.nodes.map(({ kind }) => kind)).to.deep.equal(['Gather', 'Hash Join', 'Parallel Seq Scan']);
    expect(plan?.nodes.map(({ wall, own }) => [wall, own])).to.deep.equal([
      [90, 10],
      [80, 20],
      [60, 60],
    ]);
    expect(plan?.nodes[2]).to.include({ relation: 'a', filter: '(x > 3)', removed: 100 });
    expect(plan?.totalMs).to.equal(91.5);
  });

  it('is the same where it was printed as JSON, also in the frame of psql', () => {
    const step = (kind: string, total: number, loops: number, more = {}) => ({
      'Node Type': kind,
      'Parallel Aware': false,
      'Total Cost': 9.5,
      'Plan Rows': 1,
      'Actual Total Time': total,
      'Actual Rows': 1,
      'Actual Loops': loops,
      ...more,
    });
    const scan = step('Seq Scan', 60, 3, {
      'Parallel Aware': true,
      'Relation Name': 'a',
      Filter: '(x > 3)',
      'Rows Removed by Filter': 100,
    });
    const join = step('Hash Join', 80, 3, { Plans: [scan] });
    const told = [{ Plan: step('Gather', 90, 1, { 'Workers Launched': 2, Plans: [join] }), 'Execution Time': 91.5 }];
    const framed = JSON.stringify(told, null, 2)
      .split('\n')
      .map((line) => ` ${line.padEnd(50)}+`)
      .join('\n');
    for (const text of [JSON.stringify(told), `  QUERY PLAN\n${'-'.repeat(52)}\n${framed.slice(0, -1)}\n(1 row)\n`]) {
      const [same] = plansIn(text);
      const seen = (one: typeof plan) => one?.nodes.map(({ kind, wall, own, removed }) => [kind, wall, own, removed]);
      expect(seen(same)).to.deep.equal(seen(plan));
      expect(same?.totalMs).to.equal(91.5);
    }
    expect(plansIn('[{"Plan": "none"}]')).to.deep.equal([]);
    expect(plansIn('"Plan": {')).to.deep.equal([]);
  });

  it('of MySQL tells which scan a filter reads', () => {
    const [tree] = plansIn(`-> Filter: (o.ref = 'x')  (cost=812003 rows=77120) (actual time=0.9..4120 rows=2 loops=1)
    -> Table scan on o  (cost=812003 rows=771200) (actual time=0.8..3900 rows=771004 loops=1)`);
    expect(tree?.nodes[1]).to.include({ kind: 'Table scan', relation: 'o', removed: 771_002 });
  });

  it('tells the columns of a condition', () => {
    expect(
      columnsIn(`(((p.phone)::text = 'or id'::text) AND (lower(q."Name") ~~ '%a%'::text) AND (at > now()))`),
    ).to.include.members(['phone', 'name', 'at']);
    expect(columnsIn("((state)::character varying = 'a'::text)")).to.deep.equal(['state']);
  });
});

describe('printed definitions and values', () => {
  it('hold the indexes of a table', () => {
    const [table] = tableDefinitions(
      '                Table "public.t"\n Column | Type\n--------+------\n a | int\nIndexes:\n    "t_pkey" PRIMARY KEY, btree (a)\n    "t_b" btree (b DESC, c) WHERE d\nTriggers:\n    x\n',
    );
    expect(
      table?.indexes.map(({ name, columns, unique, partial }) => ({ name, columns, unique, partial })),
    ).to.deep.equal([
      { name: 't_pkey', columns: ['a'], unique: true, partial: false },
      { name: 't_b', columns: ['b', 'c'], unique: false, partial: true },
    ]);
    const [created] = tableDefinitions(
      'CREATE TABLE `o` (\n  `id` int NOT NULL,\n  `k` varchar(9),\n  PRIMARY KEY (`id`),\n  KEY `ix` (`k`(4),`id`)\n) ENGINE=InnoDB',
    );
    expect(created?.primaryKey).to.equal(true);
    expect(created?.indexes.map(({ columns }) => columns)).to.deep.equal([['id'], ['k', 'id']]);
  });

  it('hold intervals', () => {
    expect(['2 days 01:00:00', '00:10:00.5', '90', '1 day'].map(intervalSeconds)).to.deep.equal([
      176_400, 600.5, 90, 86_400,
    ]);
    expect(['', 'never', undefined].map(intervalSeconds).every(Number.isNaN)).to.equal(true);
  });

  it('show small times with the digits that tell', () => {
    const profile = profileSeries({
      metric: 'WriteLatency',
      entity: null,
      unit: 'Seconds',
      evidence: 1,
      points: [1, 2, 3, 4].map(() => ({ at: null, value: 0.00191 })),
    });
    expect(valueText(profile?.last ?? 0, 'Seconds')).to.equal('0.00191 seconds');
  });
});
