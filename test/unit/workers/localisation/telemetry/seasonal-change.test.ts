import { expect } from 'chai';
import fc from 'fast-check';
import { randomOf } from '../../../../../scripts/eval/stress/random.ts';
import { levelChange } from '../../../../../src/workers/localisation/telemetry/level-change.ts';
import { changeOf } from '../../../../../src/workers/localisation/telemetry/seasonal-change.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** A week after the epoch and some: earlier days have times above 0. */
const ALERT_AT = 30 * DAY + 2 * HOUR;
/** What is asked for: the hour before the trouble, to half an hour after the alert. */
const [FROM, TO] = [ALERT_AT - 75 * MINUTE, ALERT_AT + 30 * MINUTE];

type Shape = (at: number) => number;

function sampled(shape: Shape, daysBefore = 0): [number, number][] {
  const points: [number, number][] = [];
  for (let at = FROM - daysBefore * DAY; at <= TO - daysBefore * DAY; at += MINUTE) points.push([at, shape(at)]);
  return points;
}
const seasonal = (today: Shape, earlier: Shape, days = [7, 1]) => ({
  points: sampled(today),
  baseline: [],
  history: days.flatMap((day) => sampled(earlier, day)),
});
const inDay = (at: number) => ((at % DAY) + DAY) % DAY;

/** Every day at a time, for a while: a batch, a rush hour. */
const batch =
  (level: number, height: number, startMinute: number, minutes: number): Shape =>
  (at) => {
    const since = inDay(at) - (2 * HOUR + startMinute * MINUTE);
    return level + (since >= 0 && since < minutes * MINUTE ? height : 0);
  };
const nothing = { above: 0, below: 0, onset: null };

const shapes = fc.record({
  level: fc.integer({ min: 0, max: 1000 }),
  height: fc.integer({ min: -1000, max: 10_000 }),
  start: fc.integer({ min: -60, max: 20 }),
  minutes: fc.integer({ min: 1, max: 60 }),
  wave: fc.integer({ min: 0, max: 500 }),
  phase: fc.integer({ min: 0, max: 24 * 60 }),
});
type Drawn = typeof shapes extends fc.Arbitrary<infer Value> ? Value : never;
const shapeOf = ({ level, height, start, minutes, wave, phase }: Drawn): Shape => {
  const peak = batch(level, height, start, minutes);
  return (at) => peak(at) + wave * Math.sin((2 * Math.PI * (inDay(at) + phase * MINUTE)) / DAY);
};

describe('the change of a level against the same time of earlier days', () => {
  it('is none of a series that does the same every day, whatever its shape and whenever the alert', () => {
    fc.assert(
      fc.property(shapes, (drawn) => {
        const shape = shapeOf(drawn);
        expect(changeOf(seasonal(shape, shape), ALERT_AT)).to.include(nothing);
      }),
    );
  });

  it('is next to none where all of today is higher, or twice as much', () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: -50, max: 300 }), (drawn, more) => {
        const positive = shapeOf({ ...drawn, level: drawn.level + 2000 });
        for (const today of [(at: number) => positive(at) + more, (at: number) => 2 * positive(at)]) {
          const { above, below } = changeOf(seasonal(today, positive), ALERT_AT)!;
          // What a wave moves within the minutes that count as the same time.
          expect(above + below).to.be.at.most(0.02 * (1 + drawn.wave));
        }
      }),
    );
  });

  it('is what comes on top, with its onset', () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: 1, max: 12 }), (drawn, minutesBefore) => {
        const shape = shapeOf({ ...drawn, start: -60, minutes: 100, wave: 0 });
        const onset = ALERT_AT - minutesBefore * MINUTE;
        const shift = 500 + Math.abs(drawn.height);
        const found = changeOf(
          seasonal((at) => shape(at) + (at >= onset ? shift : 0), shape),
          ALERT_AT,
        )!;
        expect(found).to.include({ below: 0, onset });
        // A job that ends within the window is range, so no part of what came on top.
        expect(found.above).to.be.within(400, 1.2 * shift);
      }),
    );
  });

  it('is a peak that comes every day and not today', () => {
    const daily = batch(10, 90, -10, 60);
    const missing = changeOf(
      seasonal(() => 10, daily),
      ALERT_AT,
    )!;
    expect(missing).to.include({ before: 100, during: 10, above: 0, below: 90, period: DAY });
    expect(missing.onset).to.be.within(ALERT_AT - 10 * MINUTE, ALERT_AT - 7 * MINUTE);
    const lull = batch(100, -90, -10, 60);
    expect(
      changeOf(
        seasonal(() => 100, lull),
        ALERT_AT,
      ),
    ).to.include({ before: 10, above: 90, below: 0 });
  });

  it('is no peak that only one of the earlier days had', () => {
    const once: Shape = (at) => (at < ALERT_AT - 5 * DAY ? batch(10, 90, -10, 60)(at) : 10);
    expect(
      changeOf(
        seasonal(() => 10, once),
        ALERT_AT,
      ),
    ).to.include(nothing);
  });

  it('lets a job start some seconds earlier or later than it did', () => {
    for (const late of [-1, 1]) {
      const today = batch(10, 90, -3 + late, 2);
      expect(changeOf(seasonal(today, batch(10, 90, -3, 2)), ALERT_AT)).to.include(nothing);
    }
  });

  it('knows a cron job by the repeats within the series itself', () => {
    const cron: Shape = (at) => (Math.round(at / MINUTE) % 10 === 8 ? 80 : 5);
    const alertAt = ALERT_AT - ((Math.round(ALERT_AT / MINUTE) % 10) - 8) * MINUTE;
    const series = { points: sampled(cron).filter(([at]) => at <= alertAt), baseline: [], history: [] };
    expect(changeOf(series, alertAt)).to.include(nothing);
    const broken: Shape = (at) => (at > alertAt - 6 * MINUTE ? 200 : cron(at));
    const found = changeOf({ ...series, points: sampled(broken).filter(([at]) => at <= alertAt) }, alertAt)!;
    expect(found).to.include({ during: 200, onset: alertAt - 5 * MINUTE });
  });

  it('is exactly what it was where fewer than two earlier periods are known', () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom<number[]>([], [1], [30]), (seed, days) => {
        const random = randomOf(`walk ${seed}`);
        const drawn = Array.from({ length: 106 }, () => 1000 * random());
        const shape: Shape = (at) => drawn[Math.round((inDay(at) - inDay(FROM)) / MINUTE)] ?? 0;
        const series = seasonal(shape, shape, days);
        expect(changeOf(series, ALERT_AT)).to.deep.equal(levelChange(series, ALERT_AT));
      }),
    );
  });

  it('does not call usual what happened on one of many days', () => {
    const shape: Shape = (at) => (at >= ALERT_AT - 5 * MINUTE || (at > 20 * DAY && at < 21 * DAY) ? 500 : 20);
    const found = changeOf(seasonal(shape, shape, [14, 10, 7, 5, 3, 1]), ALERT_AT)!;
    expect(found.above).to.equal(480);
  });
});
