import { expect } from 'chai';
import { concluded, printed } from '../kubernetes-state/conclude-evidence.ts';
import { alarm, CALM_SQL, rds } from './rds-fixture.ts';

const FALLEN = Array.from({ length: 15 }, (_, minute) => (minute < 5 ? 90 : minute < 7 ? 0 : 40));
const EVENTS: [number, string][] = [
  [5, 'Started cross AZ failover to DB instance: ledger-prod-b'],
  [6, 'DB instance restarted'],
  [7, 'Completed failover to DB instance: ledger-prod-b'],
];
const ORDER = printed(
  'aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=FailoverDBCluster --output text',
  '2031-04-02T10:04:50+00:00\tFailoverDBCluster\tj.okafor\tledger\n',
);
const ANNOUNCED =
  'DatabaseConnections of RDS ledger-prod fell, now ok. Switch-over of RFC-4471, is anything left to do?';

function verdict(title: string, after: number, ...more: Parameters<typeof concluded>[1]): string {
  const clients = FALLEN.map((value) => (value === 40 ? after : value));
  return concluded(alarm(title), [...rds({ DatabaseConnections: clients }, CALM_SQL, EVENTS), ...more], 'database')
    .report.verdict;
}

/** What is known of the server where its metrics are missing. */
const unmeasured = (events: [number, string][]) =>
  rds(
    Object.fromEntries(
      [
        'CPUUtilization',
        'DatabaseConnections',
        'FreeStorageSpace',
        'ReplicaLag',
        'WriteLatency',
        'ReadLatency',
        'DiskQueueDepth',
        'FreeableMemory',
        'WriteIOPS',
        'ReadIOPS',
        'TransactionLogsGeneration',
        'SwapUsage',
      ].map((metric) => [metric, null]),
    ),
    CALM_SQL,
    events,
  );

describe('a failover that was announced and asked for', () => {
  it('is no fault when it is over and the clients are there', () => {
    expect(verdict(ANNOUNCED, 88, ORDER)).to.equal('healthy');
  });

  it('is one when nobody asked for it, nobody announced it, or clients are missing', () => {
    expect(verdict('DatabaseConnections of RDS ledger-prod fell to 0', 88, ORDER)).to.equal('identified');
    expect(verdict(ANNOUNCED, 40, ORDER)).to.not.equal('healthy');
    expect(verdict(ANNOUNCED, 40)).to.not.equal('healthy');
  });

  it('is no cause of anything where it is said to be over and nothing was measured', () => {
    const untold = unmeasured(EVENTS);
    const of = (title: string) => concluded(alarm(title), untold, 'database').report.verdict;
    expect(of('RDS ledger-prod failed over at night. Is everything back to normal?')).to.equal('inconclusive');
    expect(of('RDS ledger-prod is down')).to.equal('identified');
  });

  it('is of another time where the load was measured long after it, though metrics are missing', () => {
    const of = (hours: number) =>
      concluded(
        alarm('CPUUtilization of RDS ledger-prod left its band'),
        unmeasured(EVENTS.map(([minute, said]) => [minute - hours * 60, said])),
        'database',
      ).report.verdict;
    expect(of(0)).to.equal('identified');
    expect(of(9)).to.equal('inconclusive');
  });

  it('is no cause of anything where an alert tells of planned work and of no harm, and nothing was measured', () => {
    const change: [number, string][] = [
      [2, 'Applying modification to database instance class'],
      [9, 'Finished applying modification to DB instance class'],
    ];
    const of = (told: string, events = change) =>
      concluded(alarm('RDS event: configuration change on ledger-prod', told), unmeasured(events), 'database').report
        .verdict;
    expect(of('Planned for this morning.')).to.equal('inconclusive');
    expect(of('Planned for this morning. The shop gets timeouts.')).to.equal('probable');
    expect(of('Planned for this morning.', change.slice(0, 1))).to.equal('probable');
  });

  it('is left open where it was announced and the clients only moved, and nobody tells who asked for it', () => {
    const other = {
      capability: 'snapshot.json' as const,
      data: {
        name: 'other',
        body: {
          metric_data_results: [
            {
              metric_name: 'DatabaseConnections',
              dimensions: [{ Name: 'DBInstanceIdentifier', Value: 'ledger-prod-b' }],
              timestamps: FALLEN.map((_, minute) => new Date(Date.UTC(2031, 3, 2, 10, minute)).toISOString()),
              values: FALLEN.map((_, minute) => (minute < 6 ? 2 : 88)),
            },
          ],
        },
      },
    };
    expect(verdict(ANNOUNCED, 2, other)).to.equal('inconclusive');
    expect(verdict('DatabaseConnections of RDS ledger-prod fell to 0', 2, other)).to.equal('identified');
  });
});
