import { expect } from 'chai';
import fc from 'fast-check';
import { evidenceWindows } from '../../../src/workers/evidence-windows.ts';
import { anAlert } from '../../support/alerts.ts';

const NOW = new Date('2026-11-20T12:00:00.000Z');
const MINUTE = 60_000;
const at = (minutesAgo: number) => new Date(NOW.getTime() - minutesAgo * MINUTE).toISOString();
const windows = (minutesAgo: number | null) =>
  evidenceWindows([anAlert({ startsAt: minutesAgo === null ? null : at(minutesAgo) })], NOW);

describe('the time ranges of evidence', () => {
  it('show the hour before the trouble apart from the trouble itself', () => {
    expect(windows(10)).to.deep.equal({
      from: at(40),
      to: at(0),
      usualFrom: at(85),
      usualRecentFrom: at(36),
      usualTo: at(25),
      troubleFrom: at(11),
      troubleTo: at(0),
      changesFrom: at(10 + 24 * 60),
    });
  });

  it('look at the beginning of a trouble that lasts for long', () => {
    expect(windows(3 * 60).troubleTo).to.equal(at(2.5 * 60));
  });

  it('take now for the beginning where no alert tells it, or tells one that is yet to come', () => {
    expect(windows(null).troubleFrom).to.equal(at(1));
    expect(windows(-10).troubleFrom).to.equal(at(1));
  });

  it('never lap over each other', () => {
    fc.assert(
      fc.property(fc.integer({ min: -100, max: 100_000 }), (minutesAgo) => {
        const { usualFrom, usualRecentFrom, usualTo, troubleFrom, troubleTo, to } = windows(minutesAgo);
        expect(usualFrom! < usualTo!).to.equal(true);
        expect(usualRecentFrom! < usualTo!).to.equal(true);
        expect(usualTo! < troubleFrom!).to.equal(true);
        expect(troubleFrom! < troubleTo!).to.equal(true);
        expect(troubleTo! <= to!).to.equal(true);
      }),
    );
  });
});
