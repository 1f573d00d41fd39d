import { expect } from 'chai';
import { inBytes, inSeconds, latencySeconds } from '../../../../src/workers/database-state/metric-units.ts';
import { concluded, printed } from '../kubernetes-state/conclude-evidence.ts';
import { alarm, CALM_SQL, ramp, rds } from './rds-fixture.ts';

const minutes = (value: (minute: number) => number): number[] => Array.from({ length: 15 }, (_, at) => value(at));
const series = (unit: string | null, ...values: number[]) => ({
  metric: 'x',
  entity: null,
  unit,
  points: values.map((value) => ({ at: null, value })),
  evidence: 1,
});

describe('what a replica and a slot are behind by', () => {
  it('is measured in the unit that the metric has', () => {
    expect(inSeconds(series('Milliseconds'), 250)).to.equal(0.25);
    expect(inBytes(series('Gigabytes'), 2)).to.equal(2e9);
    expect(inSeconds(series('Bytes'), 250)).to.equal(null);
    expect(latencySeconds(series(null, 0.8, 1.2), 1.2)).to.equal(0.0012);
    expect(latencySeconds(series(null, 0.0008, 0.03), 0.03)).to.equal(0.03);
  });

  it('is no lag where a slot keeps a few kilobytes, or a replica on shared storage is milliseconds behind', () => {
    const calm: Parameters<typeof rds>[0][] = [
      { ReplicaLag: null, OldestReplicationSlotLag: ramp(300_000, 900_000) },
      { ReplicaLag: null, AuroraReplicaLag: ramp(18, 160) },
    ];
    for (const metrics of calm)
      expect(
        concluded(alarm('RDS health check of ledger-prod'), rds(metrics, CALM_SQL), 'database').report.verdict,
      ).to.equal('healthy');
  });

  it('grows with the clock where a query on the replica holds replay up, and no writes are blamed', () => {
    const { report, struck } = concluded(
      alarm('Replica lag on RDS ledger-prod'),
      rds({ ReplicaLag: minutes((minute) => (minute < 4 ? 1 : (minute - 3) * 60)) }, CALM_SQL, [
        [5, 'LOG:  recovery still waiting after 1000.124 ms: recovery conflict on snapshot'],
      ]),
      'database',
    );
    expect(struck.filter((line) => line.startsWith('root cause'))).to.deep.equal([]);
    expect(report.rootCause.statement).to.include('a query on the replica blocks replay').and.not.include('workload');
  });

  it('is left open where the replica has replayed all that it received', () => {
    const places = (replayed: string) =>
      printed(
        'psql -h ledger-ro -d ledger -c "select pg_last_wal_receive_lsn() got_by_receiver, pg_last_wal_replay_lsn() replayed"',
        ` got_by_receiver |  replayed\n-----------------+------------\n 3/9F0000A0      | ${replayed}\n(1 row)\n`,
      );
    const metrics = rds({ ReplicaLag: minutes((minute) => Math.max(0, minute - 3) * 60) }, CALM_SQL);
    const of = (replayed: string) =>
      concluded(alarm('Replica lag on RDS ledger-prod'), [...metrics, places(replayed)], 'database').report.verdict;
    expect(of('3/9F0000A0')).to.equal('inconclusive');
    expect(of('3/11000028')).to.equal('identified');
  });

  it('is told as a replay that stands still where nothing says why', () => {
    const lag = minutes((minute) => Math.max(0, minute - 3) * 60);
    const { report } = concluded(
      alarm('Replica lag on RDS ledger-prod'),
      rds({ ReplicaLag: lag }, CALM_SQL),
      'database',
    );
    expect(report.rootCause.statement).to.include('replay stands still');
  });

  it('is the reason of a full disk where nobody reads the slot', () => {
    const { report, struck } = concluded(
      alarm('Storage of RDS ledger-prod is low'),
      [
        ...rds({ FreeStorageSpace: ramp(6e9, 2e8), OldestReplicationSlotLag: ramp(9.1e10, 9.7e10) }, CALM_SQL),
        printed(
          'psql -h ledger-prod -c "select * from pg_replication_slots"',
          ' slot_name | active | behind\n-----------+--------+--------\n reader    | t      | 12 MB\n audit     | f      | 90 GB\n(2 rows)\n',
        ),
      ],
      'database',
    );
    expect(struck.filter((line) => line.startsWith('root cause'))).to.deep.equal([]);
    expect(report.rootCause.statement)
      .to.include('exhausted (disk full) because a replication slot that nobody reads')
      .and.include('slot_name audit');
  });
});
