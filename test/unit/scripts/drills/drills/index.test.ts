import { expect } from 'chai';
import { chooseDrills, DRILLS, PUBLISHED } from '../../../../../scripts/drills/drills/index.ts';

describe('the list of drills', () => {
  it('has a name of its own, a sentence and a backend for each', () => {
    expect(new Set(DRILLS.map((drill) => drill.name)).size).to.equal(DRILLS.length);
    for (const drill of DRILLS) {
      expect(drill.what, drill.name).to.be.a('string').with.length.greaterThan(20);
      expect(drill.backends, drill.name).to.not.have.length(0);
      for (const backend of drill.shortOn ?? []) expect(drill.backends).to.include(backend);
    }
  });

  it('gives those that are named, and the five published ones by one word', () => {
    expect(chooseDrills('soak, kill-worker').map((drill) => drill.name)).to.deep.equal(['kill-worker', 'soak']);
    expect(chooseDrills('published').map((drill) => drill.name)).to.have.members(PUBLISHED);
    expect(chooseDrills(undefined)).to.equal(DRILLS);
  });

  it('names the valid ones when one is unknown', () => {
    expect(() => chooseDrills('kill-everything')).to.throw(/kill-everything is unknown.*kill-worker.*soak/);
  });
});
