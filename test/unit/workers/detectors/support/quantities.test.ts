import { expect } from 'chai';
import fc from 'fast-check';
import {
  binaryBytes,
  distinctQuantitiesIn,
  parseDurationMs,
  parseKubernetesQuantity,
  type Quantity,
  quantitiesIn,
  unitMs,
} from '../../../../../src/workers/detectors/support/quantities.ts';

describe('numbers with units', () => {
  const DURATIONS: [string, number | null][] = [
    ['30s', 30_000],
    ['1m30s', 90_000],
    ['1h0m5s', 3_605_000],
    ['5m', 300_000],
    ['30000ms', 30_000],
    ['30,000 ms', 30_000],
    ['0.5 seconds', 500],
    ['2 days', 172_800_000],
    ['12', null],
    ['soon', null],
    ['512Mi', null],
  ];
  for (const [text, ms] of DURATIONS) {
    it(`reads the duration ${text}`, () => {
      expect(parseDurationMs(text)).to.equal(ms);
    });
  }

  const RESOURCES: [string, number | null][] = [
    ['512Mi', 536_870_912],
    ['1Gi', 1_073_741_824],
    ['128M', 128_000_000],
    ['250m', 0.25],
    ['2', 2],
    ['0.5', 0.5],
    ['1e3', 1000],
    ['1.5Gi', 1_610_612_736],
    ['Mi', null],
    ['12 Mi', null],
    ['512mi', null],
  ];
  for (const [text, value] of RESOURCES) {
    it(`reads the Kubernetes quantity ${text}`, () => {
      expect(parseKubernetesQuantity(text)).to.equal(value);
    });
  }

  it('finds every number of a sentence with its unit', () => {
    const found = quantitiesIn('10 of 12,000 took 1.25s, 95 % of 512Mi, 1.2k requests');
    expect(found.map(({ value, dimension, scale }) => [value, dimension, scale])).to.deep.equal([
      [10, 'plain', 1],
      [12_000, 'plain', 1],
      [1.25, 'time', 1000],
      [95, 'share', 0.01],
      [512, 'size', 2 ** 20],
      [1.2, 'plain', 1000],
    ]);
  });

  it('finds the same numbers when every way of writing one is read once', () => {
    const key = ({ value, dimension, scale }: Quantity) => `${value} ${dimension} ${scale}`;
    const number = fc.stringMatching(/^([0-9]{1,4}[,.eEmskGi%: -]{0,2}){1,8}[a-zA-Z]{0,6}$/);
    fc.assert(
      fc.property(fc.array(number), fc.constantFrom('', ' ', '\n'), (parts, between) => {
        const text = parts.join(between);
        expect(new Set(distinctQuantitiesIn(text).map(key))).to.deep.equal(new Set(quantitiesIn(text).map(key)));
      }),
    );
  });

  it('reads sizes as servers print them for people, and the units of times', () => {
    const sizes = ['289 GB', '8192 bytes', '1.50 GiB', '404.5M', '64K', '1893M', '16 kB', '77'];
    expect(sizes.map(binaryBytes)).to.deep.equal([
      289 * 2 ** 30,
      8192,
      1.5 * 2 ** 30,
      404.5 * 2 ** 20,
      65_536,
      1893 * 2 ** 20,
      16_384,
      77,
    ]);
    for (const other of ['', 'much', '12 rows', '-4 MB']) expect(binaryBytes(other)).to.be.NaN;
    expect(['µs', 's', 'min', 'h', 'rows', 'toString'].map(unitMs)).to.deep.equal([
      0.001,
      1000,
      60_000,
      3_600_000,
      null,
      null,
    ]);
  });
});
