import { expect } from 'chai';
import { concluded } from '../kubernetes-state/conclude-evidence.ts';
import { alarm, CALM_SQL, ramp, rds, spike } from './rds-fixture.ts';

type Metrics = Parameters<typeof rds>[0];

/** What a metric does that nobody suffers from. */
const MOVES: Record<string, Metrics> = {
  nothing: {},
  'a busy hour': { CPUUtilization: ramp(30, 70) },
  'a peak that is over': {
    CPUUtilization: spike(20, 92),
    DatabaseConnections: spike(90, 300),
    ReplicaLag: spike(1, 40),
  },
  'more clients': { DatabaseConnections: ramp(90, 150) },
  'more reads': { ReadIOPS: ramp(1200, 3000) },
  'more writes': { WriteIOPS: ramp(1500, 3500) },
  'storage that was added': { FreeStorageSpace: ramp(1.4e10, 6e10) },
  'a warm cache': { FreeableMemory: ramp(3.2e10, 2.2e10) },
};
const statement = (text: string, load: number, ...waits: [string, number][]) => [{ statement: text, load, waits }];
/** What runs on a working day. */
const WORK: Record<string, typeof CALM_SQL> = {
  'its clients': CALM_SQL,
  'a report': statement('SELECT month, sum(amount) FROM entries GROUP BY month', 1.8, ['CPU', 1.7]),
  'a dump': statement('COPY entries TO STDOUT', 1.3, ['IO:DataFileRead', 1.1]),
  'a batch': statement(
    'INSERT INTO daily SELECT * FROM entries WHERE day = $1',
    1.2,
    ['CPU', 0.7],
    ['IO:WALWrite', 0.4],
  ),
  vacuum: statement('autovacuum: VACUUM public.entries', 0.8, ['IO:DataFileRead', 0.8]),
};
/** What a cloud tells on a working day. */
const EVENTS: Record<string, [number, string][]> = {
  nothing: [],
  'a backup': [
    [2, 'Backing up DB instance'],
    [9, 'Finished DB Instance backup'],
  ],
  'a notice': [[4, 'The DB instance has a DB engine minor version upgrade available']],
  'a parameter of its logs': [[2, 'Updated parameter log_min_duration_statement to 500 with apply method immediate']],
  'storage that grows': [[5, 'Finished applying autoscaling-initiated modification to allocated storage']],
};
const TITLES = [
  'DatabaseConnections 300 on ledger-prod, max_connections is 5000',
  'ReadLatency anomaly on ledger-prod',
  'RDS event: configuration change on ledger-prod, as announced',
];

describe('what a database server does on a working day', () => {
  for (const title of TITLES)
    it(`is alleged to be no fault by "${title}"`, () => {
      const days = Object.entries(MOVES).flatMap(([move, metrics]) => [
        ...Object.entries(WORK).map(([work, sql]) => ({ said: `${move}, ${work}`, server: rds(metrics, sql) })),
        ...Object.entries(EVENTS).map(([told, events]) => ({
          said: `${move}, ${told}`,
          server: rds(metrics, CALM_SQL, events),
        })),
      ]);
      for (const { said, server } of days) {
        const { verdict, rootCause } = concluded(alarm(title), server, 'database').report;
        expect(verdict, `${said}: ${rootCause.statement}`).to.be.oneOf(['healthy', 'inconclusive']);
      }
    }).timeout(60_000);

  it('is alleged as soon as the server is strained by it', () => {
    const strained = { CPUUtilization: ramp(20, 97), ReadLatency: ramp(1, 40) };
    for (const [work, verb] of [
      ['a report', 'One expensive query'],
      ['vacuum', 'The maintenance statement'],
    ] as const) {
      const { report } = concluded(alarm('CPUUtilization 97 % on ledger-prod'), rds(strained, WORK[work]), 'database');
      expect(report.rootCause.statement).to.include(verb);
      expect(report.verdict).to.equal('identified');
    }
    const parameter: [number, string][] = [[2, 'Updated parameter work_mem to 1048576 with apply method immediate']];
    const short = rds({ FreeableMemory: ramp(3.2e10, 1e9), SwapUsage: ramp(8e7, 4e9) }, CALM_SQL, parameter);
    expect(
      concluded(alarm('FreeableMemory, swap of ledger-prod'), short, 'database').report.rootCause.statement,
    ).to.include('work_mem');
  });
});
