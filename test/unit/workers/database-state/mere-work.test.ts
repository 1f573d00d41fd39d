import { expect } from 'chai';
import { concluded } from '../kubernetes-state/conclude-evidence.ts';
import { alarm, CALM_SQL, ramp, rds } from './rds-fixture.ts';

type Metrics = Parameters<typeof rds>[0];
type Events = [number, string][];

const report = (title: string, metrics: Metrics, events: Events, sql = CALM_SQL, description = '') =>
  concluded(alarm(title, description), rds(metrics, sql, events), 'database').report;
const verdict = (...given: Parameters<typeof report>) => report(...given).verdict;
const flat = (value: number): number[] => Array.from({ length: 15 }, (_, at) => value * (1 + 0.002 * (at % 3)));

describe('a server that only works', () => {
  const threshold = 'Connections of ledger-prod are above 80 percent of max_connections (500)';

  it('is not exhausted by steady clients that have passed a threshold below its limit', () => {
    const events: Events = [
      [4, 'ledger-prod: the number of connections is over 80 % of the limit (max_connections), now 412'],
    ];
    expect(verdict(threshold, { DatabaseConnections: flat(412) }, events)).to.equal('healthy');
    // Clients that are refused, a limit that is reached, and a rise to it are no threshold.
    const refused: Events = [...events, [6, 'FATAL: sorry, too many clients already']];
    expect(verdict(threshold, { DatabaseConnections: flat(412) }, refused)).not.to.equal('healthy');
    expect(verdict(threshold, { DatabaseConnections: flat(498) }, events)).not.to.equal('healthy');
    expect(report(threshold, { DatabaseConnections: ramp(90, 480) }, events).rootCause?.statement).to.contain(
      'exhausted',
    );
  });

  it('is not harmed by what its alert says to be as ever', () => {
    const title = 'DatabaseConnections of ledger-prod, max_connections is 900';
    const said = 'Errors and response times of the portal are unchanged.';
    expect(verdict(title, { DatabaseConnections: flat(600) }, [], CALM_SQL, said)).to.equal('healthy');
    for (const other of [
      'Errors and response times of the portal are not unchanged.',
      'Errors are above what is normal.',
      'CPU is flat, users see timeouts.',
    ])
      expect(verdict(title, { DatabaseConnections: flat(600) }, [], CALM_SQL, other)).not.to.equal('healthy');
  });

  it('freezes old rows, and is not overloaded by checkpoints because of that', () => {
    const title = 'MaximumUsedTransactionIDs of ledger-prod above autovacuum_freeze_max_age';
    const frozen = Array.from({ length: 15 }, (_, at) => (at < 10 ? 2.3e8 : 6e7) + at);
    const done: Events = [
      [10, 'LOG:  automatic aggressive vacuum to prevent wraparound of table "ledger.public.entries": index scans: 1'],
    ];
    expect(verdict(title, { MaximumUsedTransactionIDs: frozen }, done)).to.equal('healthy');
    // Where the server runs out of them, that is told, and nothing of checkpoints.
    const late = report(title, { MaximumUsedTransactionIDs: flat(1.9e9) }, done);
    expect(late.rootCause?.statement).to.contain('runs out of transaction IDs').and.not.to.contain('Checkpoint');
    expect(verdict(title, { MaximumUsedTransactionIDs: flat(7e8) }, [])).not.to.equal('healthy');
    // The same vacuum while reads get slow is a suspect.
    expect(verdict(title, { MaximumUsedTransactionIDs: frozen, ReadLatency: ramp(1, 40) }, done)).not.to.equal(
      'healthy',
    );
  });

  it('writes checkpoints that nobody feels', () => {
    const title = 'Checkpoint warnings in the log of ledger-prod';
    const events: Events = [
      [3, 'LOG:  checkpoints are occurring too frequently (22 seconds apart)'],
      [7, 'LOG:  checkpoints are occurring too frequently (25 seconds apart)'],
    ];
    expect(verdict(title, {}, events)).to.be.oneOf(['healthy', 'inconclusive']);
    const strained: Metrics = { WriteLatency: ramp(1, 60), DiskQueueDepth: ramp(0.1, 40), WriteIOPS: ramp(900, 4000) };
    expect(report(title, strained, events).rootCause?.statement).to.contain('Checkpoint');
  });

  it('carries one statement, one deadlock or a changed parameter without anybody who feels it', () => {
    const events: Events = [
      [3, 'LOG:  process 811 detected deadlock while waiting for ShareLock on transaction 9911'],
      [5, 'Updated parameter checkpoint_timeout to 900'],
      [6, 'Finished backup of storage volume'],
    ];
    const grown = CALM_SQL.map((one) => ({ ...one, load: one.load * 2 }));
    expect(verdict('Note about ledger-prod', {}, events, grown)).to.be.oneOf(['healthy', 'inconclusive']);
  });

  it('has as much space as before when its storage has passed a threshold', () => {
    const title = 'Storage notice of ledger-prod';
    const events: Events = [[4, 'Storage size of DB instance ledger-prod has reached 80% of the critical threshold']];
    expect(verdict(title, {}, events)).to.be.oneOf(['healthy', 'inconclusive']);
    expect(report(title, { FreeStorageSpace: ramp(2e11, 1e9) }, events).rootCause?.statement).to.contain('exhausted');
    const full: Events = [[4, 'Allocated storage has been exhausted']];
    expect(report(title, {}, full).rootCause?.statement).to.contain('exhausted');
  });

  it('has worked without burst credits all the time', () => {
    const title = 'CPUCreditBalance of ledger-prod is low';
    expect(verdict(title, { CPUCreditBalance: flat(2) }, [])).to.be.oneOf(['healthy', 'inconclusive']);
    const fall = Array.from({ length: 15 }, (_, at) => (at < 6 ? 90 : 0.1));
    const drained = report('ledger-prod is slow', { CPUCreditBalance: fall }, []);
    expect(drained.rootCause?.statement).to.contain('credits');
  });
});
