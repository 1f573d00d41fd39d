import { expect } from 'chai';
import { incidentWindow } from '../../../../../src/workers/localisation/telemetry/incident-window.ts';
import { readSeries } from '../../../../../src/workers/localisation/telemetry/read-series.ts';
import { metric, NOW } from '../../../../support/evidence-fixtures.ts';

function read(...evidence: ReturnType<typeof metric>[]) {
  const input = { alerts: [], evidence, now: NOW };
  return readSeries(input, incidentWindow(input));
}

describe('reading series', () => {
  it('takes service and instance from the labels, or the service from the question', () => {
    const labels = { 'service.name': 'cart', 'k8s.pod.name': 'cart-1' };
    expect(read(metric(1, 'cpu', [1], { labels }))[0]?.component).to.deep.equal({
      service: 'cart',
      instance: 'cart-1',
    });
    expect(read(metric(1, 'cpu', [1], { query: { service: 'shop' } }))[0]?.component?.service).to.equal('shop');
  });

  it('puts an earlier answer to the same question beside the later one as its baseline', () => {
    const range = (from: string, to: string) => ({ query: { from, to } });
    const earlier = metric(1, 'cpu', [5, 6], range('2026-11-19T10:00:00Z', '2026-11-19T11:00:00Z'));
    const later = metric(2, 'cpu', [7, 8], range('2026-11-20T11:00:00Z', '2026-11-20T12:00:00Z'));
    const [series, ...others] = read(earlier, later);
    expect(others).to.be.empty;
    expect(series).to.deep.include({ baseline: [5, 6], evidence: [1, 2] });
    expect(series?.points.map(([, value]) => value)).to.deep.equal([7, 8]);
  });

  it('keeps the same hours of earlier days apart from what is usual at any time', () => {
    const range = (from: string, to: string) => ({ query: { from, to } });
    const yesterday = metric(1, 'cpu', [5, 6], range('2026-11-19T11:00:00Z', '2026-11-19T12:00:00Z'));
    const today = metric(2, 'cpu', [7, 8], range('2026-11-20T11:00:00Z', '2026-11-20T12:00:00Z'));
    const [series] = read(yesterday, today);
    expect(series).to.deep.include({ baseline: [], evidence: [1, 2] });
    expect(series?.history.map(([, value]) => value)).to.deep.equal([5, 6]);
  });

  it('reads the growth of a counter and the level of everything else', () => {
    const values = (name: string) => read(metric(1, name, [100, 103, 104, 110]))[0]?.points.map(([, value]) => value);
    expect(values('http_requests_total')).to.deep.equal([3, 1, 6]);
    expect(values('memory_bytes')).to.deep.equal([100, 103, 104, 110]);
    const counted = { ...metric(1, 'request.count', [10, 10, 10, 12]), capability: 'requests.query' };
    expect(read(counted)[0]?.points.map(([, value]) => value)).to.deep.equal([10, 10, 10, 12]);
  });
});
