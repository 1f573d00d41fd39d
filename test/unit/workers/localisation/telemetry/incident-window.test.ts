import { expect } from 'chai';
import { incidentWindow } from '../../../../../src/workers/localisation/telemetry/incident-window.ts';
import { alert, at, NOW, span, spans } from '../../../../support/evidence-fixtures.ts';

const between = (from: number, to: number, more = {}) => ({ from: at(from), to: at(to), ...more });
const ms = (minutesAgo: number) => Date.parse(at(minutesAgo));

describe('the window of an incident', () => {
  const current = spans(1, [span()], between(40, 0));
  const earlier = spans(2, [span()], between(100, 90));
  const window = incidentWindow({
    alerts: [alert('slow', { startsAt: at(5) })],
    evidence: [current, earlier],
    now: NOW,
  });

  it('takes the earlier answer to the same question as the baseline', () => {
    expect(window.isBaseline(earlier)).to.equal(true);
    expect(window.isBaseline(current)).to.equal(false);
  });

  it('takes no earlier answer to another question as the baseline', () => {
    const other = spans(3, [span()], between(100, 90, { service: 'other' }));
    const mixed = incidentWindow({ alerts: [], evidence: [current, other], now: NOW });
    expect(mixed.isBaseline(other)).to.equal(false);
  });

  it('knows the same hours of an earlier day from any other earlier answer', () => {
    const day = 24 * 60;
    const [yesterday, other] = [spans(3, [span()], between(40 + day, day)), spans(4, [span()], between(90 + day, day))];
    const known = incidentWindow({ alerts: [], evidence: [current, yesterday, other, earlier], now: NOW });
    expect([yesterday, other, earlier, current].map(known.isEarlierDay)).to.deep.equal([true, false, false, false]);
    expect(known.isBaseline(yesterday)).to.equal(true);
  });

  it('is sure of the minute before the alert and of long before only', () => {
    expect(window.sideOf(ms(4), current)).to.equal('during');
    expect(window.sideOf(ms(5.5), current)).to.equal('during');
    expect(window.sideOf(ms(10), current)).to.equal('unsure');
    expect(window.sideOf(ms(30), current)).to.equal('before');
    expect(window.sideOf(ms(95), earlier)).to.equal('before');
  });

  it('looks at the last minute of evidence that ends before the alert', () => {
    const early = spans(4, [span()], between(9, 8));
    const late = incidentWindow({ alerts: [alert('slow', { startsAt: at(5) })], evidence: [early], now: NOW });
    expect(late.sideOf(ms(8.5), early)).to.equal('during');
  });

  it('ends now where the alert tells no time, or one that is yet to come', () => {
    for (const startsAt of [null, 'soon', at(-10)]) {
      const unknown = incidentWindow({ alerts: [alert('slow', { startsAt })], evidence: [], now: NOW });
      expect(unknown.alertAt).to.equal(NOW.getTime());
    }
  });
});
