import { expect } from 'chai';
import { cleanEntries, cleanLine, cleanText } from '../../../../src/producer/sources/clean-text.ts';

describe('clean text', () => {
  it('removes control characters and marks that turn text around, and keeps lines', () => {
    expect(cleanText('a\u0000b\u0007\r\nc\td\u202ee\u009f', 100)).to.equal('ab\nc\tde');
    expect(cleanLine(' a\n\n b ', 100)).to.equal('a b');
  });

  it('cuts with an ellipsis and never inside a character', () => {
    expect(cleanText('x'.repeat(20), 10)).to.equal(`${'x'.repeat(9)}…`);
    expect(cleanText('😀'.repeat(10), 10)).to.equal(`${'😀'.repeat(4)}…`);
    expect(cleanText('a\ud800b', 10)).to.equal('a\ufffdb');
  });

  it('keeps at most 64 entries, none of them a way to a prototype', () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`l${index}`, 'v'.repeat(2000)]));
    const kept = cleanEntries({ ...many, ...JSON.parse('{"__proto__":"x"}') }, 1000);
    expect(Object.keys(kept)).to.have.length(64);
    expect(kept.l0).to.have.length(1000);
  });
});
