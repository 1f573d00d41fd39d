import { expect } from 'chai';
import fc from 'fast-check';
import { cutText, weigh, weighText } from '../../../../src/workers/report-blocks/cut-text.ts';
import { hostileText } from './hostile-views.ts';

describe('cut-text', () => {
  it('leaves a text alone that fits', () => {
    expect(cutText('short', 10)).to.equal('short');
  });

  it('cuts between whole graphemes', () => {
    expect(cutText('ab👩‍👩‍👧‍👦cd', 20)).to.equal('ab…');
    expect(cutText('🇩🇪🇫🇷🇮🇹', 20)).to.equal('🇩🇪🇫🇷…');
  });

  it('counts entities as Slack keeps them', () => {
    expect(weighText('<&>')).to.equal(13);
    expect(weigh({ text: 'a"b' })).to.equal(Buffer.byteLength('{"text":"a\\"b"}'));
  });

  it('stays within its limit, well-formed, and keeps a beginning of the text', () => {
    fc.assert(
      fc.property(hostileText, fc.integer({ min: 10, max: 3_000 }), (text, limit) => {
        const source = text.toWellFormed();
        const cut = cutText(source, limit);
        expect(weighText(cut)).to.be.at.most(limit);
        expect(cut.isWellFormed()).to.equal(true);
        expect(cut === source || source.startsWith(cut.slice(0, -1))).to.equal(true);
      }),
    );
  });
});
