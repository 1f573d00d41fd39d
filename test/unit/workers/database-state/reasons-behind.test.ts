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
});
