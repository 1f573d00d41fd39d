import { expect } from 'chai';
import type { Evidence } from '../../../../../src/shared/report.ts';
import { fewerOnHolidays } from '../../../../../src/workers/detectors/support/fewer-on-holidays.ts';
import { isNamedHoliday } from '../../../../../src/workers/detectors/support/holidays.ts';
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
    series: [{ labels: { 'service.name': 'clearing' }, unit: null, points }],
    warning: null,
  });
}
const at = (day: string) => Date.parse(`${day}T10:00:00Z`);

describe('public holidays', () => {
  it('are those that the calendar confirms, by their names', () => {
    const right = [
      ['banks are closed: Good Friday', '2027-03-26'],
      ['Whit Monday', '2026-05-25'],
      ['closed for Thanksgiving Day', '2025-11-27'],
      ['Memorial Day', '2027-05-31'],
      ['Boxing Day', '2026-12-26'],
      ['Day of German Unity', '2026-10-03'],
    ] as const;
    for (const [text, day] of right) expect(isNamedHoliday(text, at(day)), text).to.equal(true);
    const wrong = [
      ['Good Friday', '2026-03-26'],
      ['Thanksgiving Day', '2025-11-20'],
      ['Christmas Day', '2026-11-25'],
      ['closed today', '2026-12-25'],
    ] as const;
    for (const [text, day] of wrong) expect(isNamedHoliday(text, at(day)), text).to.equal(false);
  });
});

describe('the proof that there is less to do because of a holiday', () => {
  // No named holiday falls on the day of the fixtures, so a line tells of one that does.
  const DAY = Date.UTC(NOW.getUTCFullYear(), 11, 25, 10);
  const shift = DAY - NOW.getTime();
  const moved = (item: Evidence): Evidence => {
    const data = item.data as { series: { points: [number, number][] }[] };
    return {
      ...item,
      data: {
        ...data,
        series: data.series.map((one) => ({
          ...one,
          points: one.points.map(([time, value]) => [time + shift, value]),
        })),
      },
    };
  };
  const line = (body: string) =>
    evidence(9, 'logs.query', {
      rows: [
        { at: new Date(DAY - 50 * MINUTE).toISOString(), severity: 'INFO', service: 'clearing', body, attributes: {} },
      ],
      hasMore: false,
      warning: null,
    });
  const HOLIDAY = 'TARGET is closed today (Christmas Day), payments are settled on the next business day';
  const FINE = [series(2, 'request_duration_p99', 0.2), series(3, 'errors_per_sec', 0.01)];
  const proof = (metric: string, measured: Evidence[], ...more: Evidence[]) =>
    fewerOnHolidays({
      ...input(`${metric} of clearing is low`, [...measured.map(moved), ...more], {
        service: 'clearing',
        labels: { metric },
        startsAt: new Date(DAY - 5 * MINUTE).toISOString(),
      }),
      now: new Date(DAY),
    });
  const fewer = series(1, 'payments_per_min', 60, 4);

  it('is there where a program names it, the calendar confirms it and what is left is answered as before', () => {
    expect(proof('payments_per_min', [fewer, ...FINE], line(HOLIDAY))?.statement).to.include('Christmas Day');
  });

  it('is not there without the name, with slower answers, for what must never be less, or after a change of calendars', () => {
    expect(proof('payments_per_min', [fewer, ...FINE], line('TARGET is closed today'))).to.equal(null);
    expect(proof('payments_per_min', [fewer, ...FINE])).to.equal(null);
    expect(proof('payments_per_min', [fewer, FINE[0]!], line(HOLIDAY))).to.equal(null);
    const slow = series(2, 'request_duration_p99', 0.2, 0.9);
    expect(proof('payments_per_min', [fewer, slow, FINE[1]!], line(HOLIDAY))).to.equal(null);
    expect(proof('partners_connected', [series(1, 'partners_connected', 60, 4), ...FINE], line(HOLIDAY))).to.equal(
      null,
    );
    const change = evidence(10, 'changes.list', {
      changes: [
        {
          kind: 'commit',
          id: 'a1',
          service: null,
          at: null,
          title: 'holidays of next year',
          detail: '',
          files: ['h.csv'],
        },
      ],
    });
    expect(proof('payments_per_min', [fewer, ...FINE], line(HOLIDAY), change)).to.equal(null);
  });
});
