import { expect } from 'chai';
import type { Evidence } from '../../../../../src/shared/report.ts';
import { announcedLots } from '../../../../../src/workers/detectors/support/announced-lots.ts';
import { input } from '../../../../support/evidence-fixtures.ts';
import { course, FINE, minute, said } from './courses-fixture.ts';

const times = (count: number, value: number): number[] => Array.from({ length: count }, () => value);
/** Two lots from minute 70 on: five minutes of the first, and after five of rest twelve of the second. */
const DEPTH = [...times(5, 2000), ...times(5, 0), ...times(12, 9000), 0];
const RATE = [...times(5, 800), ...times(5, 0), ...times(12, 810), 0];
const FIRST: [number, string][] = [
  [69, 'print run route-north: 4000 labels queued, due by 11:55'],
  [75, 'print run route-north: finished, 3998 printed, 2 spoiled'],
];
const ANNOUNCED: [number, string] = [
  79,
  'print run route-south: 9700 labels queued, due by 11:55 (last week done at 11:41)',
];
const ENDED: [number, string] = [92, 'print run route-south: finished, 9688 printed, 12 spoiled'];

type Told = [number, string, string?, string?];
const judge = (lines: Told[], depth: number[], rate: number[], ...more: Evidence[]) =>
  announcedLots(
    input(
      'menu has a deep queue',
      [course(1, 'queue_depth', 0, depth), course(6, 'labels_printed_per_min', 0, rate), said(...lines), ...more],
      { service: 'menu', labels: { metric: 'queue_depth' }, startsAt: new Date(minute(82)).toISOString() },
    ),
  );
const LINES: Told[] = [...FIRST, ANNOUNCED, ENDED];

describe('lots of work that were announced', () => {
  it('are no fault where all of them are worked off at the usual pace and in time, and nobody feels it', () => {
    const proof = judge(LINES, DEPTH, RATE, ...FINE);
    expect(proof?.statement).to.include('route-south');
    expect(proof?.evidence).to.include.members([1, 9]);
  });

  it('are judged by what they say of their deadline, or by the pace of an earlier one', () => {
    const plain = (text: string) => text.replace(/, due by .*$/, '');
    const undated = LINES.map(([at, text]): Told => [at, plain(text)]);
    expect(judge(undated, DEPTH, RATE, ...FINE)).not.to.equal(null);
    const alone = [...times(10, 0), ...DEPTH.slice(10)];
    expect(judge(undated.slice(2), alone, [...times(10, 0), ...RATE.slice(10)], ...FINE)).to.equal(null);
  });

  it('stay an alarm where the pace fell against the earlier one, or while they went on', () => {
    const half = [...RATE.slice(0, 10), ...times(12, 400), 0];
    expect(judge(LINES, DEPTH, half, ...FINE)).to.equal(null);
    const slowing = [...RATE.slice(0, 10), ...times(4, 810), ...times(8, 300), 0];
    expect(judge(LINES, DEPTH, slowing, ...FINE)).to.equal(null);
  });

  it('stay an alarm where the deadline was missed', () => {
    const late: Told = [79, ANNOUNCED[1].replace('11:55', '11:49')];
    expect(judge([...FIRST, late, ENDED], DEPTH, RATE, ...FINE)).to.equal(null);
    const said: Told = [90, 'print run route-south: behind schedule'];
    expect(judge([...FIRST, ANNOUNCED, said, ENDED], DEPTH, RATE, ...FINE)).to.equal(null);
  });

  it('stay an alarm where they still go on, still grow, or not all of it was done', () => {
    const growing = [...DEPTH.slice(0, 10), ...times(20, 0).map((_, index) => 9000 + 500 * index)];
    expect(judge(LINES, growing, RATE, ...FINE)).to.equal(null);
    expect(judge([...FIRST, ANNOUNCED], DEPTH, RATE, ...FINE)).to.equal(null);
    expect(
      judge([...FIRST, ANNOUNCED, [92, 'print run route-south: finished, 4100 printed']], DEPTH, RATE, ...FINE),
    ).to.equal(null);
  });

  it('stay an alarm where something failed, or somebody felt it', () => {
    const failed: Told = [92, 'print run route-south: finished, 9100 printed, 588 failed'];
    expect(judge([...FIRST, ANNOUNCED, failed], DEPTH, RATE, ...FINE)).to.equal(null);
    const failures = course(3, 'http_5xx_ratio', 0.001, [...times(10, 0.001), ...times(12, 0.2), 0.001]);
    expect(judge(LINES, DEPTH, RATE, FINE[0]!, failures, FINE[2]!)).to.equal(null);
    const slow = course(4, 'http_request_duration_p95_ms', 210, [...times(10, 210), ...times(12, 2000), 210], 'shop');
    expect(judge(LINES, DEPTH, RATE, FINE[0]!, FINE[1]!, slow)).to.equal(null);
    const refused: Told[] = times(6, 0).map((_, index) => [83 + index, 'printer refused the label', 'menu', 'ERROR']);
    expect(judge([...LINES, ...refused], DEPTH, RATE, ...FINE)).to.equal(null);
  });

  it('explain no burst for which nothing was announced', () => {
    expect(judge([ANNOUNCED, ENDED], DEPTH, RATE, ...FINE)).to.equal(null);
    expect(judge(FIRST, DEPTH, RATE, ...FINE)).to.equal(null);
  });
});
