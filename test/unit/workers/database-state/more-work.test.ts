import { expect } from 'chai';
import { makeAlert } from '../../../../scripts/eval/cases/make-alert.ts';
import { concluded } from '../kubernetes-state/conclude-evidence.ts';
import { CALM_SQL, rds } from './rds-fixture.ts';

type Metrics = Parameters<typeof rds>[0];

/** A level that rises in the middle of the window, and wavers as measured ones do. */
const step = (from: number, to: number): number[] =>
  Array.from({ length: 15 }, (_, at) =>
    Number(((at < 6 ? from : to) * (1 + 0.01 * Math.sin(2.3 * at))).toPrecision(5)),
  );
const flat = (value: number): number[] => step(value, value);

/** An alarm whose labels name the service of the cloud, and its words the server. */
const said = (text: string) =>
  makeAlert({
    title: 'CPU of ledger-prod above its band',
    description: text,
    service: 'rds',
    labels: { service: 'rds', db_instance_identifier: 'ledger-prod' },
  });
const verdict = (metrics: Metrics, sql = lookup, text = 'CPUUtilization 48 %, expected 11 to 20 %') =>
  concluded(said(text), rds(metrics, sql), 'database').report.verdict;

/** What is asked of the server grows by a factor, and all that it takes with it. */
const more = (factor: number): Metrics => ({
  CPUUtilization: step(16, 16 * factor),
  SelectThroughput: step(2100, 2100 * factor),
  SelectLatency: flat(0.4),
  ReadIOPS: step(300, 300 * factor),
  WriteIOPS: step(200, 200 * factor),
});
const lookup: typeof CALM_SQL = [
  { statement: 'SELECT seat FROM trains WHERE run = ?', load: 2.4, waits: [['cpu', 2.4]] },
  ...CALM_SQL,
];

describe('a processor that is busier than before', () => {
  it('does more of what is asked of it, as fast as before and with room left', () => {
    expect(verdict(more(3))).to.equal('healthy');
    expect(verdict({ ...more(3), SelectThroughput: null, Queries: step(900, 2800) })).to.equal('healthy');
    // Where nobody counted requests, their bytes tell as much.
    expect(
      verdict({
        ...more(3),
        SelectThroughput: null,
        NetworkReceiveThroughput: step(2e6, 6e6),
        NetworkTransmitThroughput: step(9e6, 2.8e7),
      }),
    ).to.equal('healthy');
    // A name of what it may be is not what anybody saw.
    expect(verdict(more(3), lookup, 'CPUUtilization 48 %\nsuspected_symptom: Runaway report or slow query')).to.equal(
      'healthy',
    );
  });

  it('is a lead or a fault where as many requests cost more, answers are late, or there is no room', () => {
    expect(verdict({ ...more(3), SelectThroughput: flat(2100) })).not.to.equal('healthy');
    expect(verdict({ ...more(3), SelectThroughput: flat(2100) }, CALM_SQL)).not.to.equal('healthy');
    expect(verdict({ ...more(3), SelectLatency: step(0.4, 60) })).not.to.equal('healthy');
    expect(verdict({ ...more(3), ReadLatency: step(1, 25) })).not.to.equal('healthy');
    expect(verdict(more(5.9))).not.to.equal('healthy');
    expect(verdict(more(3), lookup, 'CPUUtilization 48 %, buyers see timeouts')).not.to.equal('healthy');
  });
});
