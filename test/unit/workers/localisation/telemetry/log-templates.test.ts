import { expect } from 'chai';
import { logTemplates, looksLikeError } from '../../../../../src/workers/localisation/telemetry/log-templates.ts';

describe('log templates', () => {
  it('are the same for lines that differ in their values only', () => {
    const { of } = logTemplates();
    expect(of('user 17 logged in from 10.0.0.3')).to.equal(of('user 8 logged in from 10.9.9.9'));
    expect(of('order 9 shipped')).to.not.equal(of('user 9 removed'));
  });

  it('are the same when one word of several is a name', () => {
    const { of } = logTemplates();
    expect(of('cache miss for key alpha')).to.equal(of('cache miss for key beta'));
  });

  it('are told apart by the place in the code whatever the line says', () => {
    const { of } = logTemplates();
    const first = of('12:00:01.5 INFO o.s.Orders#42 stored order 7 of anna');
    expect(of('12:00:09.1 INFO o.s.Orders#42 stored order 9 of bert and two more')).to.equal(first);
    expect(of('12:00:09.2 INFO o.s.Orders#51 stored order 9 of bert')).to.not.equal(first);
  });

  it('stay short and quick for very long lines', () => {
    expect(logTemplates().of('word '.repeat(1_000_000)).length).to.be.below(500);
  });

  it('take empty and odd lines', () => {
    const { of } = logTemplates();
    for (const odd of ['', '   ', '\n\t', '{}', '=====', '\u0000']) expect(of(odd)).to.be.a('string');
  });

  it('look like errors by level or by words', () => {
    expect(looksLikeError('ERROR', 'all is well')).to.equal(true);
    expect(looksLikeError(null, 'java.lang.NullPointerException at')).to.equal(true);
    expect(looksLikeError('INFO', 'request served')).to.equal(false);
  });
});
