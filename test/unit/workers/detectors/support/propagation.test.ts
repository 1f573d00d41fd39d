import { expect } from 'chai';
import type { Evidence } from '../../../../../src/shared/report.ts';
import { connected, propagation } from '../../../../../src/workers/detectors/support/propagation.ts';
import { evidence, input, NOW } from '../../../../support/evidence-fixtures.ts';

const MINUTE = 60_000;

const map = (...calls: string[]) =>
  evidence(7, 'topology.services', {
    edges: calls.map((call) => ({ caller: call.split('>')[0]!, callee: call.split('>')[1]! })),
  });

/** Durations per minute over the last 80 minutes that rise `ago` minutes before now. */
function durations(rises: Record<string, number>): Evidence {
  const series = Object.entries(rises).map(([service, ago]) => ({
    labels: { 'service.name': service },
    unit: 'ms',
    points: Array.from({ length: 80 }, (_, index): [number, number] => {
      const minutesAgo = 80 - index;
      return [NOW.getTime() - minutesAgo * MINUTE, (minutesAgo <= ago ? 500 : 20) + (index % 3)];
    }),
  }));
  return evidence(8, 'requests.query', { metric: 'request.duration', series, warning: null }, { measure: 'duration' });
}

const SHOP = map('web>orders', 'orders>billing', 'billing>ledger', 'web>basket', 'other>thing');
const about = (service: string, ...items: Evidence[]) =>
  input('latency is high', items, { service, startsAt: new Date(NOW.getTime() - 2 * MINUTE).toISOString() });

describe('the way of a trouble', () => {
  it('goes from callee to caller up to the service of the alert', () => {
    const { path, plausible, evidence: cited } = propagation(about('web', SHOP), 'ledger');
    expect(path).to.deep.equal(['ledger', 'billing', 'orders', 'web']);
    expect([plausible, cited]).to.deep.equal([true, [7]]);
  });

  it('tells when each service on it got worse, with the numbers of the series', () => {
    const { timeline } = propagation(
      about('web', SHOP, durations({ ledger: 9, orders: 8, web: 7, basket: 9 })),
      'ledger',
    );
    expect(timeline.map(({ what }) => what)).to.deep.equal([
      'request.duration of ledger goes from 21 to 501 (medians)',
      'request.duration of orders goes from 21 to 501 (medians)',
      'request.duration of web goes from 21 to 501 (medians)',
    ]);
    expect(timeline[0]?.at).to.equal(new Date(NOW.getTime() - 9 * MINUTE).toISOString());
  });

  it('is not plausible where calls of both are known and none lead there', () => {
    expect(propagation(about('web', SHOP), 'thing')).to.include({ plausible: false });
    expect(propagation(about('ledger', SHOP), 'web')).to.include({ plausible: false });
  });

  it('is not told where it cannot be known, or is none', () => {
    for (const [service, suspect] of [
      ['web', 'nobody'],
      ['nobody', 'web'],
      ['web', 'web'],
    ] as const)
      expect(propagation(about(service, SHOP), suspect)).to.deep.include({ path: [], plausible: true });
    expect(propagation(about('web'), 'ledger')).to.deep.include({ path: [], plausible: true });
  });

  it('leaves suspects out that have nothing to do with the alert, in evidence of a whole platform only', () => {
    const suspects = ['ledger', 'thing', 'web'].map((service) => ({ service }));
    const kept = (...items: Evidence[]) => connected(about('web', ...items), suspects).map(({ service }) => service);
    expect(kept(SHOP, durations({ web: 5 }))).to.deep.equal(['ledger', 'web']);
    expect(kept(SHOP)).to.deep.equal(['ledger', 'thing', 'web']);
    expect(kept(map('a>b'), durations({ web: 5 }))).to.deep.equal([]);
  });

  it('follows calls in circles without end', () => {
    const circle = map('web>orders', 'orders>billing', 'billing>web', 'billing>ledger');
    expect(propagation(about('web', circle), 'ledger').path).to.deep.equal(['ledger', 'billing', 'orders', 'web']);
    expect(propagation(about('web', circle), 'nowhere')).to.include({ plausible: true });
  });
});
