import { expect } from 'chai';
import { concluded } from '../kubernetes-state/conclude-evidence.ts';
import { alarm, CALM_SQL, ramp, rds } from './rds-fixture.ts';

const step = (from: number, to: number): number[] =>
  Array.from({ length: 15 }, (_, at) => Number(((at < 6 ? from : to) * (1 + 0.004 * Math.sin(at))).toFixed(1)));
const report = (text: string, clients: number[], events: [number, string][] = []) =>
  concluded(
    alarm(text.split('\n')[0] ?? '', text),
    rds({ DatabaseConnections: clients, CommitLatency: step(1.4, 1.4) }, CALM_SQL, events),
    'database',
  ).report;
const verdict = (...given: Parameters<typeof report>) => report(...given).verdict;

describe('clients that were meant to become more', () => {
  const high = 'Connections of ledger-prod are high\nThe line of 250 is older than the pools.';

  it('have room where somebody tells how many the server lets in', () => {
    for (const more of [
      'The limit of the instance is 2400 connections.',
      '420 of 2400 connections are used.',
      'max_connections of the new class: 2400.',
    ])
      expect(verdict(`${high} ${more}`, step(180, 420)), more).to.equal('healthy');
    // A limit that is nearly reached, and a leak on the way to one, are told all the same.
    expect(verdict(`${high} The limit of the instance is 430 connections.`, step(180, 420))).not.to.equal('healthy');
    expect(verdict(`${high} The limit of the instance is 2400 connections.`, ramp(120, 900))).not.to.equal('healthy');
  });

  it('are no effect of the limit that was raised for them, and one of a limit that was lowered', () => {
    const raised: [number, string][] = [
      [2, 'Updated parameter max_connections from 800 to 2400 with apply method immediate'],
    ];
    expect(verdict(high, step(180, 420), raised)).to.equal('healthy');
    const lowered: [number, string][] = [
      [2, 'Updated parameter max_connections from 2400 to 425 with apply method immediate'],
      [7, 'FATAL: sorry, too many clients already'],
    ];
    expect(report(high, step(180, 424), lowered).rootCause?.statement).to.match(/max_connections|exhausted/);
  });

  it('may be pods of a client, which nobody calls ill', () => {
    const scaled = `${high} 420 of 2400 connections; booking went from 6 to 14 pods by CHG-881, pods from 6 to 14.`;
    expect(verdict(scaled, step(180, 420))).to.equal('healthy');
    expect(verdict(`${scaled} booking runs 14 pods not ready.`, step(180, 420))).not.to.equal('healthy');
  });
});
