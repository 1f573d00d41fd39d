import { expect } from 'chai';
import { clockWords, valueWords } from '../../../../src/workers/charts/chart-words.ts';
import { metricUnit } from '../../../../src/workers/charts/metric-unit.ts';
import { thinned } from '../../../../src/workers/charts/thinned.ts';
import { dayWords, timeTicks, valueTicks } from '../../../../src/workers/charts/ticks.ts';

const AT = Date.parse('2026-11-20T13:07:31.000Z');
const MINUTE = 60_000;

describe('the words of a chart', () => {
  const values: [Parameters<typeof valueWords>, string][] = [
    [[12.345, 'number'], '12.3'],
    [[4800, 'number'], '4800'],
    [[12_500, 'number'], '12.5k'],
    [[3_200_000, 'number'], '3.2M'],
    [[0, 'number'], '0'],
    [[46.06, 'percent'], '46.1 %'],
    [[0, 'bytes'], '0 B'],
    [[536_870_912, 'bytes'], '512 MiB'],
    [[0.05, 'milliseconds'], '50 µs'],
    [[950, 'milliseconds'], '950 ms'],
    [[3810, 'milliseconds'], '3.81 s'],
    [[0.2, 'seconds'], '200 ms'],
    [[3600, 'seconds'], '60 min'],
    [[10_800, 'seconds'], '3 h'],
  ];
  for (const [[value, unit], words] of values) {
    it(`says ${value} in ${unit} as "${words}"`, () => expect(valueWords(value, unit)).to.equal(words));
  }

  it('tells times in UTC, with seconds where they count', () => {
    expect(clockWords(AT)).to.equal('13:07:31');
    expect(clockWords(AT - 31_000)).to.equal('13:07');
    expect(dayWords(AT, AT + MINUTE)).to.equal('2026-11-20');
    expect(dayWords(AT, AT + 86_400_000)).to.equal('2026-11-20 to 2026-11-21');
  });
});

describe('the unit of a metric', () => {
  const units: [metric: string, told: string | null, unit: string, factor: number][] = [
    ['jvm.memory', 'By', 'bytes', 1],
    ['x', 'MiBy', 'bytes', 1024 ** 2],
    ['request', 'ns', 'milliseconds', 0.000001],
    ['cpu', '%', 'percent', 1],
    ['container_memory_working_set_bytes', null, 'bytes', 1],
    ['http_server_duration_p99_ms', null, 'milliseconds', 1],
    ['http_request_duration_seconds_sum', null, 'seconds', 1],
    ['disk_used_ratio', null, 'percent', 100],
    ['bytes_total_of_items', null, 'number', 1],
    ['clicks', null, 'number', 1],
    ['queue.depth', '{message}', 'number', 1],
  ];
  for (const [metric, told, unit, factor] of units) {
    it(`of ${metric}${told ? ` in ${told}` : ''} is ${unit}`, () =>
      expect(metricUnit(metric, told)).to.include({ unit, factor }));
  }

  it('calls the axis by what is counted', () => {
    expect(metricUnit('queue.depth', '{message}').axis).to.equal('message');
    expect(metricUnit('queue.depth', '1').axis).to.equal('value');
  });
});

describe('the ticks of a chart', () => {
  it('are round times, at most as many as fit', () => {
    const hour = timeTicks(AT, AT + 60 * MINUTE, 7).map((at) => clockWords(at));
    expect(hour).to.deep.equal(['13:10', '13:20', '13:30', '13:40', '13:50', '14:00']);
    for (const minutes of [0.5, 1, 7, 90, 600, 5_000, 100_000]) {
      const ticks = timeTicks(AT, AT + minutes * MINUTE, 7);
      expect(ticks.length, String(minutes)).to.be.within(1, 8);
    }
  });

  it('are round in MiB and in minutes', () => {
    expect(valueTicks(0, 600 * 2 ** 20, 'bytes')!.map((value) => valueWords(value, 'bytes'))).to.deep.equal([
      '0 B',
      '128 MiB',
      '256 MiB',
      '384 MiB',
      '512 MiB',
    ]);
    expect(valueTicks(0, 4000, 'seconds')!.map((value) => valueWords(value, 'seconds'))).to.deep.equal([
      '0',
      '15 min',
      '30 min',
      '45 min',
      '60 min',
    ]);
    expect(valueTicks(0, 90, 'seconds')).to.equal(null);
    expect(valueTicks(0, 90, 'number')).to.equal(null);
  });
});

describe('the points of a line', () => {
  it('are thinned without losing a peak, in order', () => {
    const many = Array.from({ length: 5_000 }, (_, index): [number, number] => [
      index,
      index === 3_333 ? 99 : index % 7,
    ]);
    const kept = thinned(many);
    expect(kept.length).to.be.at.most(240);
    expect(kept).to.deep.include([3_333, 99]);
    expect(kept.map(([time]) => time)).to.deep.equal(kept.map(([time]) => time).sort((left, right) => left - right));
    expect(thinned(many.slice(0, 240))).to.have.length(240);
  });
});
