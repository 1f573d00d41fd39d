import { expect } from 'chai';
import { concluded } from '../kubernetes-state/conclude-evidence.ts';
import { alarm, type CALM_SQL, ramp, rds } from './rds-fixture.ts';

type Metrics = Parameters<typeof rds>[0];

const verdict = (text: string, metrics: Metrics, ...more: [sql?: typeof CALM_SQL, events?: [number, string][]]) =>
  concluded(alarm(text.split('\n')[0] ?? '', text), rds(metrics, ...more), 'database').report.verdict;
const flat = (value: number): number[] => Array.from({ length: 15 }, (_, at) => value * (1 + 0.002 * (at % 3)));
const step = (from: number, to: number): number[] =>
  Array.from({ length: 15 }, (_, at) => (at < 5 ? from : to + (at % 4)));
/** A lag that grows with the clock for five minutes and falls again. */
const saw = (least: number): number[] => Array.from({ length: 15 }, (_, at) => least + 60 * (at % 4));

describe('what an alarm is about, looked at directly', () => {
  it('is no fault where only suppositions and the names of fields speak of one', () => {
    const said =
      'DatabaseConnections High On ledger-prod\nerror: the alarm line was crossed\nsuspected_symptom: Possible slow clients and stale reads. No user reports so far.';
    expect(verdict(said, {})).to.equal('healthy');
    expect(verdict(`${said} Users see errors, possibly since noon.`, {})).not.to.equal('healthy');
    expect(verdict(`${said} Why is the shop slow?`, {})).not.to.equal('healthy');
  });

  it('is no fault where a field of the rule holds a guess, or its text tells what such a number means in general', () => {
    const said = 'DatabaseConnections High On ledger-prod\nThe alarm line was crossed.\n';
    expect(verdict(`${said}Likely cause: slow clients.`, {})).to.equal('healthy');
    expect(verdict(`${said}Probable impact: timeouts at the till`, {})).to.equal('healthy');
    expect(verdict(`${said}This usually means slow queries; at risk of an outage.`, {})).to.equal('healthy');
    // A sentence in such a field is what somebody saw, and so is what stands beside the guess.
    expect(verdict(`${said}Likely cause: clients get timeouts.`, {})).not.to.equal('healthy');
    expect(verdict(`${said}Probable impact: a longer queue. The tills time out.`, {})).not.to.equal('healthy');
    expect(verdict(`${said}Checkout is slow, which usually means long queries.`, {})).not.to.equal('healthy');
  });

  it('is no fault where something was scaled or went down by a number, and one where somebody is down', () => {
    const said = 'DatabaseConnections of ledger-prod dropped, the fleet of the shop was scaled down';
    expect(verdict(said, {})).to.equal('healthy');
    expect(verdict(`${said}. Reports are down to 40 per hour.`, {})).to.equal('healthy');
    expect(verdict(`${said}. The shop is down.`, {})).not.to.equal('healthy');
    expect(verdict(`${said}. The shop was down from 10:05.`, {})).not.to.equal('healthy');
  });

  it('is a second fleet of clients far below the limit, and no leak', () => {
    const said =
      'DatabaseConnections on ledger-prod outside of the expected band, max_connections of the class is 2000';
    expect(verdict(said, { DatabaseConnections: step(100, 240) })).to.equal('healthy');
    // What leaks goes on rising; a limit that is nearly used up is no room; nobody knows the limit.
    expect(verdict(said, { DatabaseConnections: ramp(100, 900) })).not.to.equal('healthy');
    expect(verdict(said.replace('2000', '260'), { DatabaseConnections: step(100, 240) })).not.to.equal('healthy');
    expect(
      verdict('DatabaseConnections of ledger-prod outside of its band', { DatabaseConnections: step(100, 240) }),
    ).not.to.equal('healthy');
    // And the server must not feel them.
    expect(verdict(said, { DatabaseConnections: step(100, 240), ReadLatency: ramp(1, 30) })).not.to.equal('healthy');
  });

  it('is a larger pool since a deployment of its client, which is no object of a cluster', () => {
    const said =
      'DatabaseConnections on ledger-prod above 110 since the last deployment of billing-worker, max_connections 900';
    expect(verdict(said, { DatabaseConnections: step(90, 125) })).to.equal('healthy');
    // A leak is one long before the limit, and a deployment that is ill is looked at.
    expect(verdict(said, { DatabaseConnections: ramp(90, 125) })).not.to.equal('healthy');
    expect(
      verdict(`${said}. The deployment billing-worker has 1 of 4 replicas.`, { DatabaseConnections: step(90, 125) }),
    ).not.to.equal('healthy');
  });

  it('is the lag of a replica whose primary nobody writes on', () => {
    const said = 'ReplicaLag of ledger-prod above 120 seconds';
    const idle: Metrics = { CommitThroughput: flat(0), TransactionLogsGeneration: flat(0), WriteIOPS: flat(1) };
    const onReplica = (metrics: Metrics, lag: number[]) => {
      const recorded = rds({ ...metrics, ReplicaLag: lag }, []);
      // The fixture gives every metric one server; the lag is of the replica.
      return JSON.parse(
        JSON.stringify(recorded).replace(
          /("metric_name":"ReplicaLag"[^\]]*?"Value":)"ledger-prod"/,
          '$1"ledger-prod-ro"',
        ),
      ) as ReturnType<typeof rds>;
    };
    const of = (metrics: Metrics, lag: number[]) =>
      concluded(alarm(said), onReplica(metrics, lag), 'database').report.verdict;
    expect(of(idle, saw(60))).to.equal('healthy');
    // The same lag where somebody writes, and one that never falls, are lags.
    expect(
      of({ CommitThroughput: flat(300), TransactionLogsGeneration: flat(4e6), WriteIOPS: flat(900) }, saw(60)),
    ).not.to.equal('healthy');
    expect(of(idle, ramp(60, 1500))).not.to.equal('healthy');
    // A steady lag is one as well.
    expect(verdict(said, { ReplicaLag: flat(90) })).not.to.equal('healthy');
  });

  it('is swap of long ago that stands still while memory is free', () => {
    const said = 'SwapUsage of ledger-prod above 1 GB';
    expect(verdict(said, { SwapUsage: flat(1.4e9) })).to.equal('healthy');
    expect(verdict(said, { SwapUsage: ramp(9e8, 1.5e9) })).not.to.equal('healthy');
    expect(verdict(said, { SwapUsage: flat(1.4e9), FreeableMemory: ramp(3e10, 1.7e10) })).not.to.equal('healthy');
    expect(verdict(said, { SwapUsage: flat(1.4e9), FreeableMemory: null })).not.to.equal('healthy');
  });

  it('is a load for which the processors have room, unless sessions wait for each other', () => {
    const said = 'DBLoad of ledger-prod above 4 average active sessions, the line of its former class';
    expect(verdict(said, { DBLoad: flat(5), CPUUtilization: flat(41) })).to.equal('healthy');
    expect(verdict(said, { DBLoad: flat(5), CPUUtilization: flat(97) })).not.to.equal('healthy');
    const locked: typeof CALM_SQL = [
      {
        statement: 'UPDATE t SET a = $1',
        load: 4,
        waits: [
          ['CPU', 3],
          ['Lock:tuple', 1],
        ],
      },
    ];
    expect(verdict(said, { DBLoad: flat(5), CPUUtilization: flat(41) }, locked)).not.to.equal('healthy');
  });

  it('is nothing that clients feel: statements as fast and as many as before', () => {
    const said = 'DatabaseConnections High On ledger-prod, max_connections 2000';
    expect(verdict(said, { CommitThroughput: flat(300), CommitLatency: flat(0.002) })).to.equal('healthy');
    expect(verdict(said, { CommitThroughput: ramp(300, 60) })).not.to.equal('healthy');
    expect(verdict(said, { CommitLatency: ramp(0.002, 0.09) })).not.to.equal('healthy');
  });

  it('is trouble that is as old as the window: slow disks, room that runs out', () => {
    expect(verdict('WriteLatency of ledger-prod above 8 ms', { WriteLatency: flat(2) })).to.equal('healthy');
    expect(verdict('WriteLatency of ledger-prod above 30 ms', { WriteLatency: flat(41) })).not.to.equal('healthy');
    expect(verdict('FreeStorageSpace low on ledger-prod', { FreeStorageSpace: ramp(1.2e10, 9e9) })).not.to.equal(
      'healthy',
    );
    // A number of clients is no status of HTTP, and a status is one.
    expect(
      verdict('DatabaseConnections of ledger-prod above 500, max_connections 5000', { DatabaseConnections: flat(510) }),
    ).to.equal('healthy');
    expect(verdict('DatabaseConnections of ledger-prod above 400, the shop answers with 503', {})).not.to.equal(
      'healthy',
    );
  });

  it('is nothing yet where a cloud announces what has to be done in some months', () => {
    const said = 'Amazon RDS: the certificate authority of ledger-prod expires and has to be rotated';
    expect(verdict(`${said} in 7 months`, {})).to.equal('healthy');
    expect(verdict(`${said}.\nDue by 2031-12-01.`, {})).to.equal('healthy');
    // What is due within days, or at a time that nobody tells, is to be looked at; and so is a server that is ill.
    expect(verdict(`${said} in 9 days`, {})).not.to.equal('healthy');
    expect(verdict(`${said}.\nDue by 2031-04-10.`, {})).not.to.equal('healthy');
    expect(verdict(said, {})).not.to.equal('healthy');
    expect(verdict(`${said} in 7 months`, { FreeStorageSpace: ramp(2e11, 1e9) })).not.to.equal('healthy');
  });

  it('is the latency of reads that hardly anybody asks for', () => {
    const said = 'Read latency above 20 ms on ledger-prod\nSuspected symptom: storage is degraded; users would wait.';
    const ReadLatency = [0, 0, 24, 0, 0, 0, 31, 0, 0, 22, 0, 0, 0, 27, 0];
    const ReadIOPS = ReadLatency.map((one) => (one > 0 ? 0.02 : 0));
    expect(verdict(said, { ReadLatency, ReadIOPS })).to.equal('healthy');
    expect(verdict(said, { ReadLatency: ramp(1, 31), ReadIOPS: flat(1200) })).not.to.equal('healthy');
    expect(verdict(`${said} Users wait.`, { ReadLatency, ReadIOPS })).not.to.equal('healthy');
  });

  it('is a server that does as much as before for fewer clients, since a pooler stands before it', () => {
    const said =
      'Connection drop: DatabaseConnections on ledger-prod fell by 80%\nSuspected symptom: billing cannot reach its database.';
    const gone = { DatabaseConnections: ramp(640, 85) };
    expect(verdict(said, { ...gone, CommitThroughput: flat(200) })).to.equal('healthy');
    // Less is done, nobody counted what is done, or somebody saw that it fails.
    expect(verdict(said, { ...gone, CommitThroughput: ramp(200, 60) })).not.to.equal('healthy');
    expect(verdict(said, gone)).not.to.equal('healthy');
    expect(verdict(`${said} Users get errors.`, { ...gone, CommitThroughput: flat(200) })).not.to.equal('healthy');
  });
});
