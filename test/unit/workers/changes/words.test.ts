import { expect } from 'chai';
import { tellingWords } from '../../../../src/workers/changes/words.ts';

const words = (text: string) => [...tellingWords(text).keys()];

describe('telling words', () => {
  it('finds the words of identifiers and the identifier as a whole', () => {
    expect(words('func ValidateExpiry')).to.include.members(['valid', 'expire', 'validateexpiry']);
    expect(words('tracking_code')).to.include('trackingcode');
  });

  it('takes forms of a word and words of one meaning for the same', () => {
    expect(words('mapping')).to.deep.equal(words('mapped'));
    expect(words('deadline')).to.deep.equal(words('timeout'));
    expect(words('attempts')).to.deep.equal(words('retrying'));
    expect(words('HTTP 401')).to.deep.equal(words('unauthorized'));
  });

  it('leaves out what every program says, and keeps how a word was written', () => {
    expect(words('return nil, err // the request failed')).to.deep.equal([]);
    expect(words('at shop.price.Label(Label.java:31)')).to.not.include('java');
    expect(tellingWords('Leeway').get('leeway') ?? tellingWords('Leeway').values().next().value).to.equal('leeway');
  });
});
