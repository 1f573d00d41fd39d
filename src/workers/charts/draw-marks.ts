import type { Chart as Drawn, Plugin } from 'chart.js';
import type { Chart } from '../../shared/chart.ts';
import { FONT } from './chart-configuration.ts';
import { clockWords, valueWords } from './chart-words.ts';

const RED = '#c0123c';
const GREY = '#616061';
const SINCE = 'rgba(192, 18, 60, 0.07)';

type Context = Drawn['ctx'];
type Area = Drawn['chartArea'];
type Mark = { x: number; label: string; colour: string; dash: number[]; bold: boolean };

/** Draws the onset with the time since then shaded, the alert, and the usual level. */
export function drawMarks(chart: Chart): Plugin<'line'> {
  return {
    id: 'marks',
    beforeDatasetsDraw: ({ ctx, chartArea, scales }) => {
      const at = (time: number) => scales.x!.getPixelForValue(time);
      if (chart.onset !== null) {
        ctx.fillStyle = SINCE;
        const left = Math.max(chartArea.left, at(chart.onset));
        ctx.fillRect(left, chartArea.top, chartArea.right - left, chartArea.height);
      }
    },
    afterDatasetsDraw: ({ ctx, chartArea, scales }) => {
      const marks = marksOf(chart, (time) => scales.x!.getPixelForValue(time), chartArea);
      for (const mark of marks) drawLine(ctx, chartArea, mark);
      // Between the lines of several it would only be one more.
      if (chart.usual !== null && chart.lines.length === 1)
        drawUsual(ctx, chartArea, scales.y!.getPixelForValue(chart.usual), { ...chart, usual: chart.usual }, marks);
      drawLabels(ctx, chartArea, marks);
    },
  };
}

function marksOf({ onset, alertAt }: Chart, at: (time: number) => number, { left, right }: Area): Mark[] {
  const marks: Mark[] = [];
  if (onset !== null)
    marks.push({ x: at(onset), label: `onset ${clockWords(onset)}`, colour: RED, dash: [], bold: true });
  if (alertAt !== null)
    marks.push({ x: at(alertAt), label: `alert ${clockWords(alertAt)}`, colour: GREY, dash: [4, 3], bold: false });
  return marks.filter(({ x }) => x >= left - 1 && x <= right + 1);
}

function drawLine(ctx: Context, { top, bottom }: Area, { x, colour, dash }: Mark): void {
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.5;
  ctx.setLineDash(dash);
  ctx.beginPath();
  ctx.moveTo(x, top - 4);
  ctx.lineTo(x, bottom);
  ctx.stroke();
  ctx.restore();
}

/** Labels stand above the lines, side by side where they would cover each other. */
function drawLabels(ctx: Context, { left, right, top }: Area, marks: Mark[]): void {
  ctx.save();
  ctx.textBaseline = 'bottom';
  const sized = marks
    .map((mark) => ({ ...mark, font: `13px "${mark.bold ? FONT.bold : FONT.regular}"` }))
    .map((mark) => ({ ...mark, width: widthOf(ctx, mark.label, mark.font) }))
    .sort((one, other) => one.x - other.x);
  const starts = sized.map(({ x, width }) => Math.min(Math.max(left, x - width / 2), right - width));
  for (let index = 1; index < sized.length; index++) {
    const overlap = starts[index - 1]! + sized[index - 1]!.width + 10 - starts[index]!;
    if (overlap <= 0) continue;
    starts[index] = Math.min(starts[index]! + overlap / 2, right - sized[index]!.width);
    starts[index - 1] = starts[index]! - sized[index - 1]!.width - 10;
  }
  for (const [index, { label, font, colour }] of sized.entries()) {
    ctx.font = font;
    ctx.fillStyle = colour;
    ctx.fillText(label, starts[index]!, top - 5);
  }
  ctx.restore();
}

function widthOf(ctx: Context, text: string, font: string): number {
  ctx.font = font;
  return ctx.measureText(text).width;
}

/** The usual level, where its name has room between the last mark and the edge: a line without a name says nothing. */
function drawUsual(
  ctx: Context,
  { left, right, top, bottom }: Area,
  y: number,
  { usual, unit }: Pick<Chart, 'unit'> & { usual: number },
  marks: Mark[],
): void {
  const font = `12px "${FONT.regular}"`;
  const label = `usual ${valueWords(usual, unit)}`;
  const width = widthOf(ctx, label, font);
  const free = right - Math.max(left, ...marks.map(({ x }) => x));
  if (y < top || y > bottom || free < width + 10) return;
  ctx.save();
  ctx.strokeStyle = GREY;
  ctx.lineWidth = 1;
  ctx.setLineDash([1, 3]);
  ctx.beginPath();
  ctx.moveTo(left, y);
  ctx.lineTo(right, y);
  ctx.stroke();
  ctx.font = font;
  ctx.fillStyle = GREY;
  // Above the line where there is room, so that the axis does not run through it.
  const above = y - top > 18;
  ctx.textBaseline = above ? 'bottom' : 'top';
  ctx.fillText(label, right - width - 4, y + (above ? -3 : 4));
  ctx.restore();
}
