import { expect } from 'chai';
import { syntheticStorm } from '../../../../../scripts/eval/stress/synthetic-storm.ts';

describe('a synthetic storm of alerts', () => {
  it('is the same for the same seed, and another one for another', () => {
    expect(syntheticStorm('one')).to.deep.equal(syntheticStorm('one'));
    expect(syntheticStorm('one').input.evidence).to.not.deep.equal(syntheticStorm('two').input.evidence);
  });

  it('breaks every kind of thing, with the calls known or not, and calls a broken store a fault of a database', () => {
    const storms = Array.from({ length: 200 }, (_, index) => syntheticStorm(`kinds ${index}`));
    const tags = ['gone', 'failing', 'slow', 'used up', 'cut off', 'calls known', 'calls not known'];
    expect(new Set(storms.flatMap((storm) => storm.tags))).to.have.keys(tags);
    for (const { service, class: alertClass } of storms)
      expect(alertClass === 'database').to.equal(service.endsWith('-db'));
  });
});
