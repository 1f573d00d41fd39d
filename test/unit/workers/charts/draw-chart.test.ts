import { createCanvas, loadImage } from '@napi-rs/canvas';
import { expect } from 'chai';
import fc from 'fast-check';
import { CHART_UNITS, type Chart, MAX_CHART_BYTES } from '../../../../src/shared/chart.ts';
import { drawChart } from '../../../../src/workers/charts/draw-chart.ts';
import { aChart } from '../../../support/charts.ts';

async function pixelsOf(png: Buffer) {
  const image = await loadImage(png);
  const canvas = createCanvas(image.width, image.height);
  const ctx = canvas.getContext('2d');
  ctx.drawImage(image, 0, 0);
  const { data } = ctx.getImageData(0, 0, image.width, image.height);
  const at = (x: number, y: number) => [...data.slice((y * image.width + x) * 4, (y * image.width + x) * 4 + 4)];
  return { width: image.width, height: image.height, at };
}

const isRed = ([red, green, blue]: number[]) => red! > 150 && green! < 60 && blue! < 100;

describe('drawing a chart', () => {
  it('makes a small PNG on a light background, twice as fine as it is shown', async () => {
    const png = drawChart(aChart());
    expect(png.length).to.be.within(5_000, MAX_CHART_BYTES);
    const { width, height, at } = await pixelsOf(png);
    expect([width, height]).to.deep.equal([960, 560]);
    for (const corner of [at(0, 0), at(width - 1, 0), at(0, height - 1)])
      expect(corner).to.deep.equal([255, 255, 255, 255]);
  });

  it('marks the onset by one red line at two thirds of the hour', async () => {
    const { width, height, at } = await pixelsOf(drawChart(aChart()));
    const row = Math.round(height / 2);
    const red = Array.from({ length: width }, (_, x) => x).filter((x) => isRed(at(x, row)));
    expect(red.length).to.be.within(2, 4);
    expect(red[0]! / width).to.be.within(0.6, 0.75);
    const plain = await pixelsOf(drawChart(aChart({ onset: null })));
    expect(Array.from({ length: width }, (_, x) => plain.at(x, row)).some(isRed)).to.equal(false);
  });

  it('writes with fonts of its own', async () => {
    const { width, at } = await pixelsOf(drawChart(aChart({ title: 'HHHHHHHH', lines: aChart().lines })));
    const dark = Array.from({ length: width }, (_, x) => at(x, 28)).filter(([red]) => red! < 100);
    expect(dark.length).to.be.above(20);
  });

  it('makes room for a legend where there are several lines', async () => {
    const [line] = aChart().lines;
    const others = ['b', 'c'].map((name) => ({ ...line!, name, role: 'other' as const }));
    const { height } = await pixelsOf(drawChart(aChart({ lines: [line!, ...others] })));
    expect(height).to.equal(640);
  });

  it('draws whatever is measured and however it is called', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 300 });
    const value = fc.oneof(fc.double({ noNaN: true, min: -1e12, max: 1e12 }), fc.constantFrom(0, 1e-9));
    const charts: fc.Arbitrary<Chart> = fc
      .record({
        title: text,
        subject: text,
        levels: fc.string({ maxLength: 80 }),
        axis: text,
        unit: fc.constantFrom(...CHART_UNITS),
        values: fc.array(value, { minLength: 1, maxLength: 30 }),
        name: text,
        usual: fc.option(value),
        minutes: fc.integer({ min: 0, max: 10_000 }),
      })
      .map(({ values, name, minutes, ...given }) => {
        const start = Date.parse('2026-11-20T13:00:00.000Z');
        const points = values.map((one, index): [number, number] => [start + index * minutes * 1000, one]);
        return aChart({ ...given, onset: points[0]![0], lines: [{ name, role: 'main', points }] });
      });
    fc.assert(
      fc.property(charts, (chart) => {
        expect(drawChart(chart).length).to.be.below(MAX_CHART_BYTES);
      }),
      { numRuns: 25 },
    );
  }).timeout(20_000);
});
