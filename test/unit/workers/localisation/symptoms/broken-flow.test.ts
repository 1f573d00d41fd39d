import { expect } from 'chai';
import { brokenFlows, type Flow } from '../../../../../src/workers/localisation/symptoms/broken-flow.ts';

const flows = (count: number, unit: string, ...events: string[]): Flow[] =>
  Array.from({ length: count }, () => ({ unit, events: new Set(events) }));
const nothing = () => false;

describe('broken flows', () => {
  it('show what used to come along and does no more', () => {
    const [found] = brokenFlows(flows(20, 'a', 'begin', 'end'), flows(15, 'a', 'begin'), nothing);
    expect(found).to.deep.include({ unit: 'a', given: 'begin', missing: 'end' });
    expect(found?.before).to.deep.equal({ hits: 20, tries: 20 });
    expect(found?.now).to.deep.equal({ hits: 0, tries: 15 });
    expect(found?.surprise).to.be.above(10);
  });

  it('show what came along every other time when it is gone, and not when it is only rarer', () => {
    const before = [...flows(20, 'a', 'begin', 'end'), ...flows(20, 'a', 'begin')];
    expect(brokenFlows(before, flows(15, 'a', 'begin'), nothing)).to.have.length(1);
    const rarer = [...flows(30, 'a', 'begin', 'end'), ...flows(70, 'a', 'begin')];
    expect(brokenFlows(before, rarer, nothing)).to.be.empty;
  });

  it('do not show what came along only now and then, however seldom it comes now', () => {
    const before = [...flows(8, 'a', 'begin', 'end'), ...flows(12, 'a', 'begin')];
    expect(brokenFlows(before, flows(15, 'a', 'begin'), nothing)).to.be.empty;
  });

  it('do not show a component that is asked less or not at all', () => {
    expect(brokenFlows(flows(20, 'a', 'begin', 'end'), [], nothing)).to.be.empty;
    expect(brokenFlows(flows(20, 'a', 'begin', 'end'), flows(2, 'a', 'begin', 'end'), nothing)).to.be.empty;
  });

  it('do not show errors that went away', () => {
    const before = flows(20, 'a', 'begin', 'failure');
    expect(brokenFlows(before, flows(15, 'a', 'begin'), (event) => event === 'failure')).to.be.empty;
  });
});
