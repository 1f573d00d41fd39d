import { expect } from 'chai';
import { concluded } from '../kubernetes-state/conclude-evidence.ts';
import { alarm, CALM_SQL, ramp, rds, spike } from './rds-fixture.ts';

const stated = (...given: Parameters<typeof concluded>) => {
  const { report, struck } = concluded(given[0], given[1], 'database');
  return {
    ...report,
    said: report.rootCause.statement.toLowerCase(),
    struck: struck.filter((line) => line.startsWith('root cause')),
  };
};

describe('cloud databases', () => {
  it('calls a calm server healthy, and does not count an event of last night', () => {
    const report = stated(
      alarm('RDS health check of ledger-prod'),
      rds({}, CALM_SQL, [[-420, 'DB instance restarted']]),
    );
    expect(report.verdict).to.equal('healthy');
    expect(report.said).to.include('within normal bounds');
  });

  it('does not take a peak that is over, nor many steady connections, for a fault', () => {
    const peak = stated(alarm('High CPU on RDS ledger-prod'), rds({ CPUUtilization: spike(20, 95) }, CALM_SQL));
    const steady = stated(
      alarm('Many connections on RDS ledger-prod'),
      rds({ DatabaseConnections: spike(400, 430) }, CALM_SQL),
    );
    expect([peak.verdict, steady.verdict]).to.deep.equal(['healthy', 'healthy']);
  });

  it('calls a calm server healthy in whatever words the watcher of one of its metrics asks, and not when users suffer', () => {
    const verdictOf = (title: string) => stated(alarm(title), rds({ ReadIOPS: spike(300, 1500) }, CALM_SQL)).verdict;
    expect(verdictOf('ReadIOPS anomaly on ledger-prod')).to.equal('healthy');
    expect(verdictOf('INSUFFICIENT_DATA: ledger-prod-connections-low, 3 datapoints were unknown')).to.equal('healthy');
    expect(verdictOf('payments fail since ten')).to.equal('inconclusive');
  });

  it('does not call a server healthy by calm metrics of something else than the alert is about', () => {
    const about = (title: string, left: Record<string, null>) => stated(alarm(title), rds(left, CALM_SQL)).verdict;
    expect(about('Free storage of RDS ledger-prod', {})).to.equal('healthy');
    expect(about('Free storage of RDS ledger-prod', { FreeStorageSpace: null })).to.equal('inconclusive');
    expect(about('Replica lag of RDS ledger-prod', { ReplicaLag: null })).to.equal('inconclusive');
    expect(about('CPU of RDS ledger-prod', { FreeStorageSpace: null })).to.equal('healthy');
  });

  it('does not call a server healthy while a vital metric stays where it should not be', () => {
    const strange = stated(
      alarm('FreeableMemory anomaly on ledger-prod'),
      rds({ FreeableMemory: ramp(3.2e10, 1.4e10) }, CALM_SQL),
    );
    expect(strange.verdict).to.not.equal('healthy');
    const away = stated(
      alarm('DatabaseConnections anomaly on ledger-prod'),
      rds({ DatabaseConnections: ramp(90, 20) }, CALM_SQL),
    );
    expect(away.verdict).to.not.equal('healthy');
  });

  it('takes a planned change that no client felt for no fault, and one that cut them off for the cause', () => {
    const events: [number, string][] = [
      [4, 'Applying modification to database instance class'],
      [9, 'Finished applying modification to DB instance class'],
    ];
    const title = 'RDS configuration change of ledger-prod';
    expect(stated(alarm(title), rds({}, CALM_SQL, events)).verdict).to.equal('healthy');
    const cut = stated(alarm(title), rds({ DatabaseConnections: spike(90, 0) }, CALM_SQL, events));
    expect(cut.said).to.include('was restarted or changed');
  });

  it('does not take the end of a copy for that of the server that the alert names', () => {
    const ended = (about: string) => ({
      capability: 'snapshot.json' as const,
      data: {
        name: 'events',
        body: {
          events: [
            {
              date: '2031-04-02T10:08:00Z',
              message: 'DB instance deleted',
              source_identifier: about,
              source_type: 'db-instance',
            },
          ],
        },
      },
    });
    const of = (about: string) => stated(alarm('Availability of ledger-prod'), [...rds({}, CALM_SQL), ended(about)]);
    expect(of('ledger-prod').verdict).to.equal('identified');
    expect(of('ledger-prod-drill-copy').verdict).to.not.be.oneOf(['identified', 'probable']);
  });

  it('tells exhausted connections, held by idle sessions', () => {
    const sql = [
      {
        statement: 'SELECT pg_sleep(0)',
        load: 1,
        waits: [
          ['Client:ClientRead', 0.9],
          ['CPU', 0.1],
        ] as [string, number][],
      },
    ];
    const report = stated(
      alarm('RDS connections high on ledger-prod'),
      rds({ DatabaseConnections: ramp(90, 498) }, sql, [
        [9, 'FATAL: remaining connection slots are reserved for non-replication superuser connections'],
      ]),
    );
    expect(report.class).to.equal('database');
    expect(report.said).to.include('connection').and.to.include('max_connections').and.to.include('idle');
    expect(report.struck).to.deep.equal([]);
  });

  it('tells a full disk and what fills it', () => {
    const report = stated(
      alarm('RDS free storage low on ledger-prod'),
      rds({ FreeStorageSpace: ramp(4e10, 2e8), WriteIOPS: ramp(1500, 9000) }, CALM_SQL, [
        [12, 'DB instance ledger-prod has run out of storage space; ran out of allocated storage'],
      ]),
    );
    expect(report.said).to.include('storage').and.to.include('exhausted').and.to.include('freestoragespace');
    expect(report.verdict).to.equal('identified');
  });

  it('blames the query and not the processor', () => {
    const sql = [
      {
        statement: 'SELECT count(*) FROM entries e JOIN accounts a ON a.id = e.account WHERE a.note LIKE $1',
        load: 8,
        waits: [
          ['CPU', 7],
          ['IO:DataFileRead', 1],
        ] as [string, number][],
      },
      ...CALM_SQL,
    ];
    const report = stated(alarm('High CPU on RDS ledger-prod'), rds({ CPUUtilization: ramp(20, 97) }, sql));
    expect(report.said).to.include('query').and.to.include('cpu').and.to.include('from entries');
  });

  it('tells replication lag by the writes that cause it, even when the lag metric is missing', () => {
    const sql = [
      {
        statement: 'UPDATE entries SET state = $1',
        load: 9,
        waits: [
          ['IO:WALWrite', 7],
          ['CPU', 2],
        ] as [string, number][],
      },
      ...CALM_SQL,
    ];
    const rise = { WriteIOPS: ramp(1500, 15000), TransactionLogsGeneration: ramp(4e6, 2e8) };
    const seen = stated(alarm('Replication lag on ledger-prod'), rds({ ...rise, ReplicaLag: ramp(1, 900) }, sql));
    const unseen = stated(alarm('Replication lag on ledger-prod'), rds({ ...rise, ReplicaLag: null }, sql));
    expect(seen.said).to.include('write-heavy').and.to.include('wal').and.to.include('replica');
    expect(unseen.said).to.include('replication lag').and.to.include('missing');
  });

  it('tells sessions that block each other', () => {
    const sql = [
      {
        statement: 'UPDATE accounts SET balance = $1 WHERE id = $2',
        load: 6,
        waits: [
          ['Lock:transactionid', 5.5],
          ['CPU', 0.5],
        ] as [string, number][],
      },
      { statement: 'ALTER TABLE accounts ADD COLUMN note text', load: 1, waits: [['CPU', 1]] as [string, number][] },
    ];
    const report = stated(
      alarm('Slow transactions on RDS ledger-prod'),
      rds({ DatabaseConnections: ramp(90, 260) }, sql),
    );
    expect(report.said).to.include('lock').and.to.include('alter table accounts');
    expect(report.class).to.equal('database');
  });

  it('tells a failover with its events, though the server is back', () => {
    const report = stated(
      alarm('Connections of ledger-prod dropped'),
      rds({ DatabaseConnections: spike(300, 0) }, CALM_SQL, [
        [4, 'Multi-AZ instance failover started'],
        [6, 'Multi-AZ instance failover completed'],
      ]),
    );
    expect(report.said).to.include('failover completed').and.to.include('recovered');
    expect(report.verdict).to.be.oneOf(['identified', 'probable']);
  });

  it('blames maintenance and not the processor when vacuum and checkpoints take the load', () => {
    const sql = [
      {
        statement: 'autovacuum: VACUUM public.entries',
        load: 7,
        waits: [
          ['LWLock:WALInsert', 4],
          ['IO:DataFileWrite', 3],
        ] as [string, number][],
      },
      ...CALM_SQL,
    ];
    const report = stated(
      alarm('High CPU on RDS ledger-prod'),
      rds({ CPUUtilization: ramp(20, 90), WriteIOPS: ramp(1500, 20000), DiskQueueDepth: ramp(0.1, 40) }, sql, [
        [7, 'LOG: checkpoints are occurring too frequently (9 seconds apart)'],
      ]),
    );
    expect(report.said).to.include('vacuum').and.to.include('checkpoint').and.to.include('lwlock');
    expect(report.said).to.not.include('cpu saturation');
  });

  it('lets a vacuum be that has come to its end, and its load with it', () => {
    const sql = [
      {
        statement: 'autovacuum: VACUUM public.entries (to prevent wraparound)',
        load: 2,
        waits: [['Timeout:VacuumDelay', 2]] as [string, number][],
      },
      ...CALM_SQL,
    ];
    const fell = (high: number, low: number) => Array.from({ length: 15 }, (_, minute) => (minute < 8 ? high : low));
    const summary =
      'LOG: automatic aggressive vacuum to prevent wraparound of table "ledger.public.entries": index scans: 1. tuples: 9 removed, 0 are dead but not yet removable, oldest xmin: 109340';
    const told = (cpu: number[], iops: number[]) =>
      stated(
        alarm('MaximumUsedTransactionIDs above 200 million on ledger-prod'),
        rds({ CPUUtilization: cpu, WriteIOPS: iops, ReadIOPS: iops }, sql, [[7, summary]]),
      ).verdict;
    expect(told(fell(34, 20), fell(2900, 730))).to.not.be.oneOf(['identified', 'probable']);
    expect(told(ramp(20, 90), ramp(730, 20000))).to.be.oneOf(['identified', 'probable']);
  });
});
