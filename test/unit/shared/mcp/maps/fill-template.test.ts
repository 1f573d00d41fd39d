import { expect } from 'chai';
import fc from 'fast-check';
import { fillTemplate } from '../../../../../src/shared/mcp/maps/fill-template.ts';

describe('a template of arguments', () => {
  it('puts values in with their types, and leaves out what is not given', () => {
    const template = {
      a: '{n}',
      b: 'n is {n}',
      c: '{missing}',
      d: 'x {missing}',
      e: { f: ['{list}', '{missing}'] },
      g: 1,
    };
    expect(fillTemplate(template, { n: 5, list: ['x'] })).to.deep.equal({ a: 5, b: 'n is 5', e: { f: [['x']] }, g: 1 });
  });

  it('gives times as numbers and leaves out optional parts alone', () => {
    const at = '2026-11-20T10:00:00.500Z';
    const ms = Date.parse(at);
    expect(fillTemplate({ ms: '{at:ms}', s: '{at:s}', ns: '{at:ns}' }, { at })).to.deep.equal({
      ms,
      s: Math.floor(ms / 1000),
      ns: `${ms}000000`,
    });
    expect(fillTemplate({ q: 'a[[ and {b}]]' }, {})).to.deep.equal({ q: 'a' });
    expect(fillTemplate({ q: 'a[[ and {b}]]' }, { b: 1 })).to.deep.equal({ q: 'a and 1' });
  });

  it('keeps a quoted value one literal, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (value) => {
        const { q, d } = fillTemplate({ q: 'f = {v:quote}', d: '{v:dquote}' }, { v: value }) as {
          q: string;
          d: string;
        };
        expect(q).to.match(/^f = '(?:[^'\\]|\\[\s\S])*'$/);
        expect(JSON.parse(d)).to.equal(value);
      }),
    );
  });
});
