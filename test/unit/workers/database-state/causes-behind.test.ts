import { expect } from 'chai';
import { concluded, printed } from '../kubernetes-state/conclude-evidence.ts';
import { alarm, CALM_SQL, ramp, rds } from './rds-fixture.ts';

const report = (title: string, ...server: Parameters<typeof rds>) =>
  concluded(alarm(title), rds(...server), 'database').report;
const busy = { CPUUtilization: ramp(25, 97), DatabaseConnections: ramp(90, 200) };

describe('a statement that looks at far more rows than it gives back', () => {
  const lookup = [
    {
      statement: 'SELECT `b` . `id` FROM `bookings` `b` WHERE `b` . `voucher` = ? LIMIT ?',
      load: 7,
      waits: [['CPU', 6.8]],
    },
  ] as typeof CALM_SQL;
  const slow = (statement: string, sent: number, examined: number): [number, string] => [
    6,
    `# User@Host: till[till] @ [10.2.0.9]  Id: 77 # Query_time: 3.2  Lock_time: 0.00001 Rows_sent: ${sent}  Rows_examined: ${examined} SET timestamp=1; ${statement};`,
  ];

  it('reads a whole table by the slow log of MySQL', () => {
    const told = slow("SELECT `b`.`id` FROM `bookings` `b` WHERE `b`.`voucher` = 'K-77' LIMIT 1", 1, 4_100_200);
    const { rootCause, verdict } = report('CPUUtilization 97 % on ledger-prod', busy, lookup, [told]);
    expect(verdict).to.equal('identified');
    expect(rootCause.statement).to.match(/whole table bookings .*full table scan.*missing index on voucher/);
    // The digest is shown as people write it.
    expect(rootCause.statement).to.include('WHERE b.voucher = ').and.not.include(' ; ');
  });

  it('is not blamed for what another statement does, nor for rows that it needs', () => {
    for (const told of [
      slow("SELECT id FROM audit WHERE day = '2031-04-01'", 3, 9_000_000),
      slow("SELECT id FROM bookings WHERE voucher = 'K'", 60_000, 70_000),
    ]) {
      const { rootCause } = report('CPUUtilization 97 % on ledger-prod', busy, lookup, [told]);
      expect(rootCause.statement).not.to.include('missing index on');
    }
    const calm = report('Weekly review of ledger-prod', {}, CALM_SQL, [
      slow('SELECT id FROM audit WHERE day = 1', 1, 900_000),
    ]);
    expect(calm.verdict).not.to.be.oneOf(['identified', 'probable']);
  });

  it('is counted by performance_schema, and logged by MongoDB', () => {
    const digest = printed(
      'mysql -h ledger-prod -e "select digest_text, count_star, sum_rows_examined, sum_rows_sent from performance_schema.events_statements_summary_by_digest"',
      'digest_text\tcount_star\tsum_rows_examined\tsum_rows_sent\nSELECT * FROM `guests` WHERE `email` = ?\t900\t2700000000\t870\n',
    );
    const asked = concluded(alarm('High CPU load on ledger-prod'), [digest], 'database').report;
    expect(asked.rootCause.statement).to.match(/whole table guests.*missing index on email/);
    const mongo = printed(
      'ssh ledger-prod grep Slow /var/log/mongodb/mongod.log',
      '{"t":{"$date":"2031-04-02T10:05:00.000+00:00"},"s":"I","c":"COMMAND","id":51803,"ctx":"conn9","msg":"Slow query","attr":{"type":"command","ns":"hotel.guests","command":{"find":"guests","filter":{"email":"x"}},"planSummary":"COLLSCAN","keysExamined":0,"docsExamined":3100000,"nreturned":1,"durationMillis":2900}}\n',
    );
    const logged = concluded(alarm('High CPU load on ledger-prod'), [mongo], 'database').report;
    expect(logged.rootCause.statement).to.match(
      /whole table hotel\.guests.*docsExamined 3100000.*missing index on email/,
    );
  });
});

describe('memory that a changed parameter uses up', () => {
  const gone = (last: number) => [...ramp(2.4e10, 9e7).slice(0, 14), last];
  const killed: [number, string] = [
    11,
    'LOG: server process (PID 811) was terminated by signal 9: Killed. DETAIL: Failed process was running: SELECT a, count(*) FROM b GROUP BY a',
  ];
  const raised = (text: string): [number, string] => [-700, `Updated parameter ${text} with apply method immediate`];

  it('is behind the kills of the next night', () => {
    const { rootCause, verdict } = report(
      'DatabaseConnections of ledger-prod dropped',
      { FreeableMemory: gone(2.3e10), SwapUsage: ramp(8e7, 3e9), CPUUtilization: ramp(20, 84) },
      CALM_SQL,
      [raised('hash_mem_multiplier to 16 (previous value 1)'), killed],
    );
    expect(rootCause.statement).to.include('hash_mem_multiplier was set to 16').and.to.include('signal 9');
    expect(verdict).to.equal('identified');
  });

  it('is not where the value was lowered, nor where memory stayed free', () => {
    const lowered = report('DatabaseConnections of ledger-prod dropped', { FreeableMemory: gone(2.3e10) }, CALM_SQL, [
      raised('work_mem to 4096 (previous value 65536)'),
      killed,
    ]);
    expect(lowered.rootCause.statement).to.include('killed').and.not.include('work_mem');
    const free = report('DatabaseConnections of ledger-prod dropped', {}, CALM_SQL, [
      raised('work_mem to 65536'),
      killed,
    ]);
    expect(free.rootCause.statement).not.to.include('work_mem');
  });
});

describe('whoever keeps the rows of the past', () => {
  const vacuum = [
    {
      statement: 'autovacuum: VACUUM public.rides (to prevent wraparound)',
      load: 2.4,
      waits: [['IO:DataFileRead', 2]],
    },
    ...CALM_SQL,
  ] as typeof CALM_SQL;
  const left = (rows: number): [number, string] => [
    4,
    `LOG: automatic aggressive vacuum to prevent wraparound of table "d.public.rides": index scans: 0 tuples: 0 removed, 9000000 remain, ${rows} are dead but not yet removable`,
  ];
  const ids = { MaximumUsedTransactionIDs: ramp(2.0e9, 2.01e9) };

  for (const holder of [
    'Backend pid 5150 (user etl, application_name=airflow) has been idle in transaction for 19 days',
    "prepared transaction 'tx-88' has been open since 2031-03-01 04:00:00+00",
  ])
    it(`is the cause of the vacuum that finds nothing to remove: ${holder.slice(0, 30)}`, () => {
      const { rootCause, verdict } = report('MaximumUsedTransactionIDs of ledger-prod too high', ids, vacuum, [
        left(7_300_000),
        [5, holder],
      ]);
      console.log(rootCause.statement);
      expect(rootCause.statement).to.match(/^A transaction stays open/);
      expect(rootCause.statement).to.include(holder.slice(0, 18)).and.to.include('7300000 are dead');
      expect(verdict).to.equal('identified');
    });

  it('is nobody where vacuum removes what is dead', () => {
    const { rootCause } = report('MaximumUsedTransactionIDs of ledger-prod too high', ids, vacuum, [left(120)]);
    expect(rootCause.statement).not.to.include('stays open');
  });
});
