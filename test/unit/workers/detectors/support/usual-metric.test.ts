import { expect } from 'chai';
import type { Evidence } from '../../../../../src/shared/report.ts';
import { usualMetric, usualPeaks } from '../../../../../src/workers/detectors/support/usual-metric.ts';
import { evidence, input, NOW } from '../../../../support/evidence-fixtures.ts';

const MINUTE = 60_000;

/** A value per minute of the last hour: about `usual`, and about `now` in the last twenty minutes. */
function series(number: number, metric: string, usual: number, now = usual): Evidence {
  const points = Array.from({ length: 60 }, (_, index): [number, number] => [
    NOW.getTime() - (60 - index) * MINUTE,
    (index >= 40 ? now : usual) * (1 + (index % 3) / 50),
  ]);
  return evidence(number, 'metrics.query', {
    metric,
    series: [{ labels: { 'service.name': 'web' }, unit: null, points }],
    warning: null,
  });
}

const about = (metric: string, ...items: Evidence[]) =>
  input(`${metric} of web`, items, {
    service: 'web',
    labels: { metric },
    startsAt: new Date(NOW.getTime() - 5 * MINUTE).toISOString(),
  });

const FINE = [series(2, 'request_duration_p99', 0.2), series(3, 'errors_per_sec', 0.01)];

describe('the proof that the metric of an alert is as usual', () => {
  it('is there where nothing of its service left its level', () => {
    expect(usualMetric(about('requests_per_sec', series(1, 'requests_per_sec', 60), ...FINE))?.evidence).to.deep.equal([
      1,
    ]);
    expect(usualMetric(about('errors_per_sec', FINE[0]!, series(3, 'errors_per_sec', 0.01, 2)))).to.equal(null);
  });

  it('is not there where the metric ends far from where it began, though nobody told when the alert fired', () => {
    const fell = series(1, 'orders_per_sec', 60, 2);
    const untimed = { ...about('orders_per_sec', fell, ...FINE) };
    untimed.alerts = untimed.alerts.map((alert) => ({ ...alert, startsAt: null }));
    expect(usualMetric({ ...untimed, now: new Date(NOW.getTime() + 600 * MINUTE) })).to.equal(null);
  });

  it('is there for more requests that are answered as before, and not for fewer or worse ones', () => {
    const more = series(1, 'requests_per_sec', 60, 90);
    expect(usualMetric(about('requests_per_sec', more, ...FINE))?.evidence).to.deep.equal([2, 3]);
    expect(usualMetric(about('requests_per_sec', more, FINE[0]!))).to.equal(null);
    expect(usualMetric(about('requests_per_sec', series(1, 'requests_per_sec', 60, 20), ...FINE))).to.equal(null);
    const slow = series(2, 'request_duration_p99', 0.2, 0.9);
    expect(usualMetric(about('requests_per_sec', more, slow, FINE[1]!))).to.equal(null);
  });

  it('is there for a server by itself where its metric has been as high before, and not for a first peak', () => {
    const peaks = (...at: number[]) => {
      const points = Array.from({ length: 240 }, (_, minute): [number, number] => [
        NOW.getTime() - (240 - minute) * MINUTE,
        at.some((start) => minute >= start && minute < start + 4) ? 92 : 30 + (minute % 3),
      ]);
      const labels = { 'service.name': 'web' };
      return evidence(1, 'metrics.query', {
        metric: 'io_wait',
        series: [{ labels, unit: null, points }],
        warning: null,
      });
    };
    expect(usualPeaks(about('io_wait', peaks(50, 110, 170, 230)))?.evidence).to.deep.equal([1]);
    expect(usualPeaks(about('io_wait', peaks(230)))).to.equal(null);
  });
});
