import { expect } from 'chai';
import { makeAlert } from '../../../../scripts/eval/cases/make-alert.ts';
import type { Recorded } from '../../../../scripts/eval/cases/make-evidence.ts';
import { isSteadyBelowLimit } from '../../../../src/workers/database-state/thresholds.ts';
import { concluded, printed } from '../kubernetes-state/conclude-evidence.ts';
import { alarm, CALM_SQL, ramp, rds } from './rds-fixture.ts';

const AGED = 'MaximumUsedTransactionIDs of ledger-prod is above 190 million';
const VACUUM = [{ statement: 'autovacuum: VACUUM ledger.entries (to prevent wraparound)', load: 0.9, waits: [] }];
const about = (title: string, description: string, ...server: Recorded[]): string =>
  concluded(alarm(title, description), server, 'database').report.verdict;
const flat = (value: number): number[] => Array.from({ length: 15 }, (_, at) => value + at);
const done: [number, string][] = [
  [8, 'LOG:  automatic aggressive vacuum to prevent wraparound of table "ledger.public.entries": index scans: 0'],
];

describe('the routine work of a server that nobody feels', () => {
  it('is vacuum that freezes the rows of which an alert tells that they are old', () => {
    const frozen = Array.from({ length: 15 }, (_, at) => (at < 8 ? 1.98e8 : 5e7) + at);
    const reads = { ReadIOPS: Array.from({ length: 15 }, (_, at) => (at < 8 ? 1900 : 1300)) };
    const busier = { WriteIOPS: ramp(1500, 1610) };
    const server = rds({ MaximumUsedTransactionIDs: frozen, ...reads, ...busier }, CALM_SQL, done);
    expect(about(AGED, 'Reports might be slow while it runs.', ...server)).to.equal('healthy');
    expect(about(AGED, 'Reports are slow.', ...server)).not.to.equal('healthy');
    const working = (age: number) => rds({ MaximumUsedTransactionIDs: flat(age) }, VACUUM);
    expect(about(AGED, '', ...working(2.02e8))).to.equal('healthy');
    expect(about(AGED, '', ...working(1.7e9))).not.to.equal('healthy');
    const long = 'Autovacuum of ledger-prod has been running for four hours';
    expect(about(long, '', ...rds({}, VACUUM))).to.equal('healthy');
    expect(about(long, 'Postings time out.', ...rds({}, VACUUM))).not.to.equal('healthy');
    expect(about(long, '', ...rds({ WriteLatency: ramp(1, 70), CPUUtilization: ramp(30, 96) }, VACUUM))).not.to.equal(
      'healthy',
    );
    const strained = rds({ MaximumUsedTransactionIDs: frozen, ReadLatency: ramp(1, 60) }, VACUUM, done);
    expect(about(AGED, '', ...strained)).not.to.equal('healthy');
  });

  it('leaves transaction IDs alone that are younger than what vacuum begins with', () => {
    const ages = (age: number) =>
      printed(
        'psql -h erp-db -c "select datname, age(datfrozenxid) as xid_age from pg_database" -c "show autovacuum_freeze_max_age"',
        ` datname | xid_age\n---------+---------\n erp | ${age}\n shop | 9100\n(2 rows)\n\n autovacuum_freeze_max_age\n---------------------------\n 200000000\n(1 row)\n`,
      );
    const verdict = (...recorded: Recorded[]) =>
      concluded(
        makeAlert({ title: 'Postgres wraparound notice: erp-db is at 190 million XIDs', service: 'erp-db' }),
        recorded,
        'database',
      ).report.verdict;
    expect(verdict(ages(191_000_000))).to.equal('healthy');
    expect(verdict(ages(420_000_000))).not.to.equal('healthy');
    const prepared = printed(
      'psql -h erp-db -c "select gid, prepared, owner from pg_prepared_xacts"',
      ' gid | prepared | owner\n-----+----------+-------\n tx9 | 2031-01-02 08:00:00+00 | app\n(1 row)\n',
    );
    expect(verdict(ages(191_000_000), prepared)).not.to.equal('healthy');
    const off = printed('psql -h erp-db -c "show autovacuum"', ' autovacuum\n------------\n off\n(1 row)\n');
    expect(verdict(ages(191_000_000), off)).not.to.equal('healthy');
  });

  it('is the fate of a copy with a name of its own', () => {
    const fate = (source: string): Recorded => ({
      capability: 'snapshot.json',
      data: {
        name: 'events',
        body: {
          events: [
            { date: '2031-04-02T10:03:00Z', message: 'DB instance shutdown', source_identifier: source },
            { date: '2031-04-02T10:06:00Z', message: 'The DB instance was deleted', source_identifier: source },
          ],
        },
      },
    });
    const title = 'Availability events of ledger-prod';
    const said = 'DB instance shutdown\nledger-prod may be down.';
    expect(about(title, said, ...rds({}, CALM_SQL), fate('ledger-prod-clone-7'))).to.equal('healthy');
    for (const own of ['ledger-prod', 'ledger-prod-002', 'ledger-prod-instance-1'])
      expect(about(title, said, ...rds({}, CALM_SQL), fate(own)), own).not.to.equal('healthy');
    expect(about(title, 'ledger-prod is down.', ...rds({}, CALM_SQL), fate('ledger-prod-clone-7'))).not.to.equal(
      'healthy',
    );
  });

  it('is the use of a limit that an alert calls steady itself', () => {
    expect(isSteadyBelowLimit('Heap of billing over 75 % of its limit. Unchanged for three weeks.')).to.equal(true);
    expect(isSteadyBelowLimit('CPU above 80 percent of the limit; it has not risen since Monday')).to.equal(true);
    for (const other of [
      'Heap of billing over 75 % of its limit, flat until noon, then rising',
      'Memory above 97 % of its limit, flat',
      'Memory above 80 % of its limit',
      'Memory above 80 % of its limit, steadily growing',
    ])
      expect(isSteadyBelowLimit(other), other).to.equal(false);
  });
});

describe('what uses a server up', () => {
  const stated = (title: string, ...recorded: Recorded[]): string => {
    const { report, struck } = concluded(alarm(title), recorded, 'database');
    expect(struck.filter((line) => line.startsWith('root cause'))).to.deep.equal([]);
    return report.rootCause.statement;
  };

  it('is temporary files of queries on a disk whose room vanishes, by waits or by the log', () => {
    const vanishing = { FreeStorageSpace: ramp(9e10, 4.8e9), WriteIOPS: ramp(900, 3000) };
    const spilling = [
      { statement: 'SELECT a.*, b.* FROM a, b ORDER BY a.at', load: 2.1, waits: [['IO:BufFileWrite', 1.9]] },
    ] as unknown as typeof CALM_SQL;
    const title = 'FreeStorageSpace of ledger-prod is low';
    expect(stated(title, ...rds(vanishing, spilling)))
      .to.include('temporary files')
      .and.to.include('storage');
    const mysql = "Error: The table '/rdsdbdata/tmp/#sql1f_2_3' is full";
    expect(stated(title, ...rds(vanishing, CALM_SQL, [[9, mysql]]))).to.include('temporary files');
    expect(stated(title, ...rds(vanishing, CALM_SQL)))
      .to.include('storage')
      .and.to.not.include('temporary files');
    // Spilled sorts on a disk that has room are a slow query, and no full disk.
    expect(stated('ledger-prod is slow', ...rds({}, spilling))).to.not.include('storage');
  });

  it('is more load where what is asked of it rose as its processor did', () => {
    const busy = { CPUUtilization: ramp(25, 97) };
    const title = 'CPUUtilization of ledger-prod at 97 %';
    const plain = CALM_SQL.slice(0, 1).flatMap((one) =>
      ['SELECT v FROM x WHERE id = $1', 'SELECT w FROM y WHERE id = $1', 'UPDATE z SET v = $1 WHERE id = $2'].map(
        (statement) => ({ ...one, statement, load: 2, waits: [['CPU', 2] as [string, number]] }),
      ),
    );
    expect(stated(title, ...rds({ ...busy, CommitThroughput: ramp(200, 900) }, plain))).to.include('more load');
    expect(stated(title, ...rds({ ...busy, CommitThroughput: flat(200) }, plain))).to.not.include('more load');
    const one = plain.slice(0, 1);
    expect(stated(title, ...rds({ ...busy, Queries: ramp(900, 3900) }, one))).to.include('more requests');
    expect(stated(title, ...rds({ ...busy, Queries: flat(900) }, one))).to.not.include('more requests');
  });
});
