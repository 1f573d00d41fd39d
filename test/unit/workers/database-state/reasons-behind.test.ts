import { expect } from 'chai';
import { concluded, printed } from '../kubernetes-state/conclude-evidence.ts';
import { alarm, CALM_SQL, ramp, rds } from './rds-fixture.ts';

const stated = (title: string, ...recorded: Parameters<typeof concluded>[1]): string => {
  const { report, struck } = concluded(alarm(title), recorded, 'database');
  expect(struck.filter((line) => line.startsWith('root cause'))).to.deep.equal([]);
  return report.rootCause.statement;
};

describe('what stands behind the trouble of a database server', () => {
  it('is the prepared transaction that nobody finished where transaction IDs run out', () => {
    const server = rds({ MaximumUsedTransactionIDs: ramp(2_146_000_000, 2_146_000_900) }, CALM_SQL);
    const asked = (age: number) =>
      printed(
        'psql -h ledger-prod -c "select * from pg_prepared_xacts"',
        ` transaction | gid | prepared | owner | age\n-------------+-----+----------+-------+-----\n 7741 | tm_5 | 2031-01-09 08:00:00+00 | app | ${age}\n(1 row)\n`,
      );
    expect(stated('Writes of RDS ledger-prod are refused', ...server, asked(2_145_999_000))).to.include('gid tm_5');
    expect(stated('Writes of RDS ledger-prod are refused', ...server, asked(12))).to.not.include('gid tm_5');
  });

  it('is the reason that the cloud gives for a failover, and its events stand in their order', () => {
    const gone = [90, 90, 90, 90, 0, 0, 80, 90, 90, 90, 90, 90, 90, 90, 90];
    const said = stated(
      'RDS ledger-prod failed over',
      ...rds({ DatabaseConnections: gone }, CALM_SQL, [
        [4, 'Multi-AZ instance failover started'],
        [6, 'Multi-AZ instance failover completed'],
        [5, 'DB instance restarted'],
        [7, 'The storage volume underlying the primary host of the RDS Multi-AZ instance experienced a failure.'],
      ]),
    );
    expect(said).to.include('because of "The storage volume underlying the primary host');
    expect(said.indexOf('failover started')).to.be.below(said.indexOf('DB instance restarted'));
    expect(said.indexOf('DB instance restarted')).to.be.below(said.indexOf('failover completed'));
  });

  it('is the size of the log that forces checkpoints, by the log of the server and its setting', () => {
    const line = (second: string) => ({
      logStreamName: 'ledger-prod.0',
      ingestionTime: 1_933_063_800_000,
      timestamp: Date.parse(`2031-04-02T10:08:${second}Z`),
      message: '2031-04-02 10:08 UTC::@:[602]:LOG:  checkpoint starting: wal',
    });
    const said = stated(
      'Write latency of RDS ledger-prod',
      ...rds({ WriteLatency: ramp(1.2, 30), DiskQueueDepth: ramp(0.1, 20) }, CALM_SQL),
      printed(
        'aws logs filter-log-events --log-group-name /aws/rds/instance/ledger-prod/postgresql',
        JSON.stringify({ events: ['02', '21', '40'].map(line) }),
      ),
      printed('psql -h ledger-prod -c "show max_wal_size"', ' max_wal_size\n--------------\n 1GB\n(1 row)\n'),
    );
    expect(said).to.include('Checkpoints that follow each other too closely').and.include('max_wal_size is "1GB"');
  });
});
