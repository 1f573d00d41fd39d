import { expect } from 'chai';
import { makeAlert } from '../../../../scripts/eval/cases/make-alert.ts';
import type { Recorded } from '../../../../scripts/eval/cases/make-evidence.ts';
import { concluded, printed } from '../kubernetes-state/conclude-evidence.ts';

const cause = (title: string, recorded: Recorded): string => {
  const { report, struck } = concluded(makeAlert({ title, service: 'fares' }), [recorded], 'database');
  expect(struck.filter((line) => line.startsWith('root cause'))).to.deep.equal([]);
  expect(report.class).to.equal('database');
  return report.rootCause.statement;
};

describe('what engines print of themselves', () => {
  it('holds plans in the log of the server (auto_explain)', () => {
    const log = `2031-04-02 10:20:11 UTC [881] LOG:  duration: 7120.4 ms  plan:
	Query Text: SELECT * FROM fares WHERE code = $1
	Seq Scan on fares  (cost=0.00..881.00 rows=1 width=210) (actual time=400.1..7120.2 rows=1 loops=1)
	  Filter: (code = 'AB'::text)
	  Rows Removed by Filter: 9120441`;
    expect(cause('fares p95 8 s', printed('kubectl logs -n db pg-0', log))).to.include('missing index on code');
  });

  it('holds the scans below the filters of a plan of MySQL', () => {
    const plan = `-> Filter: (f.code = 'AB')  (cost=91204 rows=88120) (actual time=0.9..5120 rows=2 loops=1)
    -> Table scan on f  (cost=91204 rows=881204) (actual time=0.8..4900 rows=881004 loops=1)`;
    expect(cause('fares slow', printed('mysql -h m1 -e "explain analyze select"', plan))).to.include('whole table f');
  });

  it('holds sorts that went to the disk', () => {
    const plan = ` Sort  (cost=9.00..9.12 rows=9000 width=20) (actual time=200.9..90000.3 rows=9000 loops=1)
   Sort Key: a
   Sort Method: external merge  Disk: 812044kB
   ->  Seq Scan on fares f  (cost=0.00..4.00 rows=9000 width=8) (actual time=0.1..100.1 rows=9000 loops=1)
 Execution Time: 90001.5 ms`;
    expect(cause('fares report takes 90 s', printed('psql -h f1 -c "explain analyze select"', plan)))
      .to.include('work_mem')
      .and.include('812044kB');
  });

  it('holds the old view that keeps InnoDB from purging', () => {
    const status = `*************************** 1. row ***************************
  Type: InnoDB
Status:
History list length 7712003
---TRANSACTION 90112018, ACTIVE 90210 sec
MySQL thread id 412, OS thread handle 1, query id 9 10.0.0.7 report
---TRANSACTION 90119018, ACTIVE 1 sec
MySQL thread id 413, OS thread handle 1, query id 9 10.0.0.7 app`;
    expect(cause('fares reads get slower', printed(String.raw`mysql -h m1 -e "SHOW ENGINE INNODB STATUS\G"`, status)))
      .to.include('History list length 7712003')
      .and.include('MySQL thread id 412');
  });

  it('holds long commands, and not those of whoever watches', () => {
    const slow = (verb: string) =>
      printed(
        'redis-cli -h c1 SLOWLOG GET',
        `1) 1) (integer) 7\n   2) (integer) 1933000000\n   3) (integer) 640112\n   4) 1) "${verb}"\n      2) "fare:*"\n   5) "10.0.0.4:5000"\n   6) ""\n`,
      );
    expect(cause('fares cache slow', slow('KEYS')))
      .to.include('KEYS fare:*')
      .and.include('640112');
    expect(cause('fares cache slow', slow('CONFIG'))).not.to.include('fare:*');
  });
});
