import { expect } from 'chai';
import type { Evidence } from '../../../../../src/shared/report.ts';
import { harmlessCourse } from '../../../../../src/workers/detectors/support/harmless-course.ts';
import { formEvidence } from '../../../../fixtures/rca/change-incident.ts';
import { input } from '../../../../support/evidence-fixtures.ts';
import { course, FINE, minute, said } from './courses-fixture.ts';

const about = (metric: string, ...items: Evidence[]) =>
  harmlessCourse(
    input(`${metric} of menu`, items, {
      service: 'menu',
      labels: { metric },
      startsAt: new Date(minute(74)).toISOString(),
    }),
  );

describe('a release that was taken back before anybody met it', () => {
  const gate = course(1, 'rollout_analysis_failed', 0, [1, 1, 1, 1, 0]);
  const lines: [number, string, string][] = [
    [69, 'menu 8.2: 2 % of the requests, analysis begins', 'delivery'],
    [72, 'menu 8.2: too few samples (41 of 500)', 'delivery'],
    [73, 'menu 8.2: aborted, weight 2 -> 0', 'delivery'],
  ];
  const trial = (metric: string, value: number) => course(6, metric, value, [], 'menu-canary');
  const of = (...items: Evidence[]) => about('rollout_analysis_failed', gate, ...items);

  it('is no fault where nothing bad was found of it', () => {
    expect(of(...FINE, said(...lines))?.statement).to.include('too few samples (41 of 500)');
    expect(of(...FINE, said(...lines), trial('request_duration_p95_ms', 82))).not.to.equal(null);
  });

  it('is one where it was found bad, is still there, or somebody felt it', () => {
    const failed: typeof lines = [[72, 'menu 8.2: analysis failed, errors 4 % (at most 1 %)', 'delivery'], lines[2]!];
    expect(of(...FINE, said(...failed))).to.equal(null);
    expect(of(...FINE, said(lines[1]!))).to.equal(null);
    expect(of(...FINE, said(...lines), trial('http_5xx_ratio', 0.2))).to.equal(null);
    expect(of(...FINE, said(...lines), trial('request_duration_p95_ms', 400))).to.equal(null);
    expect(
      of(...FINE, said(...lines, [72, 'TypeError: price is undefined', 'menu-canary', 'ERROR'] as never)),
    ).to.equal(null);
    expect(of(...FINE, said(...lines), course(5, 'http_5xx_ratio', 0.001, [0.05], 'shop'))).to.equal(null);
    expect(of(FINE[0]!, said(...lines))).to.equal(null);
  });
});

describe('less than on another day', () => {
  const compared = course(1, 'deliveries_per_min_vs_last_week', 1, [0.1]);
  const itself = course(7, 'deliveries_per_min', 22);
  const HOLIDAY = said([40, 'calendar: depots closed today (Whit Monday)', 'depots']);
  const of = (...items: Evidence[]) => about('deliveries_per_min_vs_last_week', compared, ...items);

  it('is right where the system itself says that it is closed today', () => {
    expect(of(itself, ...FINE, HOLIDAY)?.statement).to.include('depots closed today');
    expect(of(itself, ...FINE, said([40, 'not a business day, next run tomorrow', 'planner']))).not.to.equal(null);
  });

  it('is not known to be right where nobody says so, or what tells it was changed', () => {
    expect(of(itself, ...FINE)).to.equal(null);
    expect(of(itself, ...FINE, said([40, 'connection closed (ECONNRESET)', 'depots']))).to.equal(null);
    expect(of(itself, ...FINE, said([40, 'depots closed today', 'depots', 'ERROR']))).to.equal(null);
    const change = formEvidence(50, 'changes.list', {
      changes: [
        {
          kind: 'commit',
          id: 'abc1234',
          service: null,
          at: new Date(minute(30)).toISOString(),
          title: 'new table of holidays',
          detail: '',
          files: ['data/holidays.csv'],
        },
      ],
    });
    expect(of(itself, ...FINE, HOLIDAY, change)).to.equal(null);
  });

  it('is a fault where the measure itself fell, anything else moved, or somebody felt it', () => {
    expect(of(course(7, 'deliveries_per_min', 22, [2]), ...FINE, HOLIDAY)).to.equal(null);
    expect(of(...FINE, HOLIDAY)).to.equal(null);
    expect(of(itself, ...FINE, HOLIDAY, course(8, 'logins_per_min', 40, [3], 'shop'))).to.equal(null);
    expect(of(itself, ...FINE.slice(1), HOLIDAY)).to.equal(null);
  });
});
