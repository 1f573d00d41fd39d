import { expect } from 'chai';
import { concluded, printed } from '../kubernetes-state/conclude-evidence.ts';
import { alarm, CALM_SQL, ramp, rds } from './rds-fixture.ts';

const stated = (title: string, ...given: Parameters<typeof rds>) => {
  const { report, struck } = concluded(alarm(title), rds(...given), 'database');
  expect(struck.filter((line) => line.startsWith('root cause'))).to.deep.equal([]);
  return { verdict: report.verdict, said: report.rootCause.statement };
};

describe('limits, settings and states of cloud databases', () => {
  it('blames a changed parameter when what it is about goes wrong since', () => {
    const { said } = stated(
      'Too many connections on RDS ledger-prod',
      { DatabaseConnections: ramp(90, 100) },
      CALM_SQL,
      [
        [3, 'Updated parameter max_connections to 100 with apply method immediate.'],
        [9, 'remaining connection slots are reserved for roles with the SUPERUSER attribute'],
      ],
    );
    expect(said).to.include('max_connections was set to 100');
  });

  it('links a demand for TLS that came into force with a restart to the clients that are refused since', () => {
    const callers = printed(
      'kubectl logs -n bank deploy/teller',
      '2031-04-02 10:09:11 ERROR teller Connections using insecure transport are prohibited while --require_secure_transport=ON.\n',
    );
    const given = rds({ DatabaseConnections: [...ramp(90, 90).slice(0, 5), ...ramp(2, 2).slice(0, 10)] }, CALM_SQL, [
      [0, 'Updated parameter require_secure_transport to 1 with apply method pending-reboot'],
      [5, 'DB instance restarted'],
    ]);
    const { report, struck } = concluded(alarm('Log-in fails on RDS ledger-prod'), [...given, callers], 'database');
    expect(struck.filter((line) => line.startsWith('root cause'))).to.deep.equal([]);
    expect(report.rootCause.statement)
      .to.include('require_secure_transport was set to 1')
      .and.include('came into force')
      .and.include('insecure transport');
  });

  it('leaves a parameter alone that still waits for a restart', () => {
    const events: [number, string][] = [[3, 'Updated parameter rds.force_ssl to 1 with apply method pending-reboot']];
    expect(stated('TLS check of RDS ledger-prod', {}, CALM_SQL, events).said).to.not.include('rds.force_ssl');
  });

  it('takes a parameter that has nothing to do with it for no cause', () => {
    const events: [number, string][] = [
      [3, 'Updated parameter log_min_duration_statement to 500 with apply method immediate.'],
    ];
    expect(stated('RDS health check of ledger-prod', {}, CALM_SQL, events).verdict).to.equal('healthy');
  });

  it('tells the ceiling of a serverless server before its busy processor', () => {
    const { said } = stated(
      'CPU high on RDS ledger-prod',
      { ACUUtilization: ramp(40, 100), CPUUtilization: ramp(30, 97) },
      CALM_SQL,
    );
    expect(said).to.include('maximum capacity');
  });

  it('tells a cache that evicts, a table that is throttled, replication that stopped', () => {
    expect(
      stated('Cache RDS ledger-prod', { Evictions: ramp(0, 5000), DatabaseMemoryUsagePercentage: ramp(80, 100) }).said,
    ).to.include('evicts keys');
    expect(stated('Database ledger-prod throttled', { WriteThrottleEvents: ramp(0, 300) }).said).to.include(
      'throttled',
    );
    expect(
      stated('RDS ledger-prod lag', {}, CALM_SQL, [[5, 'Replication for the Read Replica has stopped: Error 1062']])
        .said,
    ).to.include('Replication of the database server');
  });

  it('tells an open transaction that holds vacuum back before the slow statement', () => {
    const sql = [
      {
        statement: 'SELECT * FROM passenger WHERE id = $1',
        load: 5,
        waits: [['IO:DataFileRead', 4.6]] as [string, number][],
      },
      { statement: 'idle in transaction: BEGIN', load: 1, waits: [['Client:ClientRead', 1]] as [string, number][] },
    ];
    expect(stated('Table bloat on RDS ledger-prod', { ReadIOPS: ramp(500, 5000) }, sql).said).to.include(
      'idle in transaction',
    );
  });

  it('tells a password that was changed, a process that was killed, a state in which nothing runs', () => {
    expect(
      stated('Log-in fails on RDS ledger-prod', {}, CALM_SQL, [
        [2, 'Reset master credentials'],
        [4, 'FATAL: password authentication failed for user "app"'],
      ]).said,
    ).to.include('rotated');
    expect(
      stated('Log-in fails on RDS ledger-prod', {}, CALM_SQL, [
        [
          4,
          'ERROR 1862 (HY000): Your password has expired. To log in you must change it using a client that supports it',
        ],
        [5, "Access denied for user 'stock'@'10.0.3.8'"],
      ]).said,
    ).to.include('has expired');
    expect(
      stated('RDS ledger-prod restarted', {}, CALM_SQL, [
        [4, 'The process was killed by the operating system due to excessive memory consumption'],
        [5, 'DB instance restarted'],
      ]).said,
    ).to.include('out of memory');
    expect(
      stated('RDS ledger-prod', {}, CALM_SQL, [[4, 'The instance was placed in incompatible-parameters state']]).said,
    ).to.include('cannot be used');
  });

  it('takes notices of a cloud for no fault', () => {
    for (const notice of [
      'Storage autoscaling completed: allocated storage is now 600 GiB',
      'The DB instance has pending maintenance: os upgrade available',
      'Your parameter group contains changes that need a reboot',
    ])
      expect(stated('RDS health check of ledger-prod', {}, CALM_SQL, [[4, notice]]).verdict, notice).to.equal(
        'healthy',
      );
  });
});
