import { expect } from 'chai';
import { concluded, printed } from '../kubernetes-state/conclude-evidence.ts';
import { alarm, ramp, rds } from './rds-fixture.ts';

const READ = 'SELECT id FROM parcels WHERE route_id = $1';
const load = (statement: string, wait: string): Parameters<typeof rds>[1] => [
  { statement, load: 9, waits: [[wait, 8.5]] },
];
const causeOf = (title: string, ...recorded: Parameters<typeof concluded>[1]) =>
  concluded(alarm(title), recorded, 'database').report;

describe('what stands behind a saturated server', () => {
  it('is the index that was dropped, where the heaviest statement or a plan reads its table', () => {
    const drop = (message: string) =>
      causeOf(
        'CPU of RDS ledger-prod high',
        ...rds({ CPUUtilization: ramp(30, 97) }, load(READ, 'CPU'), [[2, message]]),
      ).rootCause.statement;
    expect(drop('LOG: statement: DROP INDEX CONCURRENTLY idx_parcels_route')).to.include('idx_parcels_route');
    expect(drop('Query ALTER TABLE `parcels` DROP INDEX `by_route`')).to.include('by_route');
    expect(drop('LOG: statement: DROP INDEX idx_customers_email')).to.not.include('idx_customers_email');
  });

  it('is who keeps transactions open, where most connections are his', () => {
    const sessions = (idle: number) =>
      printed(
        'psql -h ledger-prod -c "select application_name, usename, state, count(*) from pg_stat_activity group by 1,2,3"',
        ` application_name | usename | state | count\n------------------+---------+-------+-------\n packer | pack | idle in transaction | ${idle}\n web | web | idle | 60\n(2 rows)\n`,
      );
    const full = rds({ DatabaseConnections: ramp(90, 396) }, load(READ, 'CPU'), [
      [9, 'FATAL: remaining connection slots are reserved for non-replication superuser connections'],
    ]);
    expect(causeOf('Too many connections on ledger-prod', ...full, sessions(320)).rootCause.statement).to.include(
      'packer',
    );
    expect(causeOf('Too many connections on ledger-prod', ...full, sessions(3)).rootCause.statement).to.not.include(
      'packer',
    );
  });

  it('is what the primary writes, and not its checkpoints, where a replica falls behind', () => {
    const purge = rds(
      { ReplicaLag: ramp(1, 900), WriteIOPS: ramp(700, 9000), TransactionLogsGeneration: ramp(5e6, 1.2e8) },
      load('DELETE FROM readings WHERE taken < $1', 'IO:WALWrite'),
      [[6, 'LOG: checkpoints are occurring too frequently (22 seconds apart)']],
    );
    const { statement } = causeOf('Replica lag of ledger-prod above 600 s', ...purge).rootCause;
    expect(statement).to.include('DELETE FROM readings').and.to.include('Replication lag');
  });

  it('is nothing where the replica has all of the log, by what both servers answer', () => {
    const streams = (replayed: string) =>
      printed(
        'psql -h ledger-prod -c "select application_name, state, sent_lsn, replay_lsn, replay_lag from pg_stat_replication"',
        [
          ' application_name |   state   |  sent_lsn  | replay_lsn | replay_lag',
          '------------------+-----------+------------+------------+------------',
          ` reader           | streaming | 7/4C0000D8 | ${replayed} |`,
          '(1 row)\n',
        ].join('\n'),
      );
    const lag = rds({ ReplicaLag: ramp(10, 270) });
    const verdict = (replayed: string) =>
      causeOf('Replica lag of ledger-prod above 240 s', ...lag, streams(replayed)).verdict;
    expect(verdict('7/4C0000D8')).to.equal('healthy');
    expect(verdict('7/10000000')).to.equal('identified');
  });

  it('is nothing where a replica is as late as it was set to be', () => {
    const late = (delay: string) =>
      causeOf(
        'ReplicaLag of RDS ledger-prod above 900 s',
        ...rds(
          { ReplicaLag: Array.from({ length: 15 }, (_, minute) => 1800 + (minute % 3)) },
          [],
          [[0, `Updated parameter recovery_min_apply_delay to ${delay} with apply method immediate`]],
        ),
      ).verdict;
    expect(late('1800000')).to.equal('healthy');
    expect(late('60000')).to.not.equal('healthy');
  });
});
