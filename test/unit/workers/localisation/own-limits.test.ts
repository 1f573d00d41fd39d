import { expect } from 'chai';
import type { Evidence } from '../../../../src/shared/report.ts';
import { beginningAtOwnLimit, ownLimits } from '../../../../src/workers/localisation/own-limits.ts';
import type { Suspect } from '../../../../src/workers/localisation/suspect.ts';
import { input } from '../../../support/evidence-fixtures.ts';
import { course, minute, said } from '../detectors/support/courses-fixture.ts';

const suspect = (service: string, score: number): Suspect => {
  return { service, score, instance: null, onset: null, class: null, reasons: [], evidence: [1] };
};
const LINE = 'lookup of dish: Get "http://pantry:8080/dishes": dial tcp 10.2.0.9:8080: socket: too many open files';
const lines = (body = LINE, service = 'menu', from = 74) =>
  [0, 1, 2, 3, 4].map((index): [number, string, string, string] => [from + index, body, service, 'ERROR']);
const CALM: [number, string, string][] = [2, 20, 40, 60].map((index) => [index, 'dish served', 'menu']);
const seen = (told: [number, string, string?, string?][], ...more: Evidence[]) =>
  input('menu fails', [course(1, 'connections_in', 60, [900], 'pantry'), said(...CALM, ...told), ...more], {
    service: 'menu',
    startsAt: new Date(minute(80)).toISOString(),
  });
const FAST = course(2, 'request_duration_p95_ms', 9, [], 'pantry');
const SLOW = course(2, 'request_duration_p95_ms', 9, [4000], 'pantry');
const suspects = [suspect('pantry', 0.6), suspect('menu', 0.4), suspect('shop', 0.1)];
const first = (told: [number, string, string?, string?][], ...more: Evidence[]) =>
  beginningAtOwnLimit(seen(told, ...more), suspects)[0]?.service;

describe('limits of their own', () => {
  it('put the beginning at whom they stop, not at whom it calls, whose connections rise with it', () => {
    expect(first(lines(), FAST)).to.equal('menu');
    expect(first(lines())).to.equal('menu');
    expect(beginningAtOwnLimit(seen(lines(), FAST), suspects)[0]!.score).to.equal(0.6);
  });

  it('leave it where the called one is slow, fails or complains itself', () => {
    expect(first(lines(), SLOW)).to.equal('pantry');
    expect(first(lines(), FAST, course(3, 'http_5xx_ratio', 0.001, [0.4], 'pantry'))).to.equal('pantry');
    expect(first([...lines(), ...lines('panic: index out of range', 'pantry')], FAST)).to.equal('pantry');
    expect(first([...lines(), ...lines('accept: too many open files', 'pantry')], FAST)).to.equal('pantry');
  });

  it('leave it where it was said once, always, or of what another answered', () => {
    expect(first(lines().slice(0, 2), FAST)).to.equal('pantry');
    expect(first([...lines(LINE, 'menu', 5), ...lines()], FAST)).to.equal('pantry');
    expect(first(lines('pantry answered 500: too many open files'), FAST)).to.equal('pantry');
  });

  it('leave it where the first has nothing to do with who has reached its limit', () => {
    expect(first(lines('accept tcp [::]:8080: accept4: too many open files'), FAST)).to.equal('pantry');
  });

  it('of a pool count only where the called one was measured and is as fast as before', () => {
    const pool = lines('connection pool exhausted: no free database connection to pantry:5432');
    expect(first(pool, FAST)).to.equal('menu');
    expect(first(pool)).to.equal('pantry');
    expect(first(pool, SLOW)).to.equal('pantry');
  });

  it('are told with the lines that say so', () => {
    const found = ownLimits(seen(lines())).get('menu');
    expect(found?.lines).to.have.length(5);
    expect(found?.limit.meaning).to.include('open files');
  });
});
