import type { ChartConfiguration, ChartDataset, Plugin, ScriptableScaleContext, Tick } from 'chart.js';
import type { Chart, ChartLine } from '../../shared/chart.ts';
import { clockWords, valueWords } from './chart-words.ts';
import { dayWords, timeTicks, valueTicks } from './ticks.ts';

/** Family names under which the drawing process registers its fonts. */
export const FONT = { regular: 'Chart', bold: 'Chart Bold' } as const;

/** Logical pixels: Slack shows a picture about 360 wide, so letters must bear to be shown a quarter smaller. */
const WIDTH = 480;
const HEIGHT = 280;
const LEGEND_ROW = 20;

/** How large a chart is, in logical pixels; a legend takes nothing from the lines. */
export function sizeOf({ lines }: Chart): { width: number; height: number } {
  const rows = lines.length > 1 ? Math.ceil(lines.length / 2) : 0;
  return { width: WIDTH, height: HEIGHT + rows * LEGEND_ROW };
}

const INK = '#1d1c1d';
const GREY = '#616061';
const GRID = '#ececec';
const MAIN = '#1264a3';
/** Told apart also by those who see no colours: the others are dashed each in its own way. */
const OTHERS = [
  { colour: '#a35312', dash: [6, 3] },
  { colour: '#2b7a4b', dash: [3, 3] },
  { colour: '#7c5ba6', dash: [8, 3, 2, 3] },
] as const;
const MOST_TIMES = 7;
/** Of the letters and digits of the second line, on average. */
const WIDTH_PER_LETTER = 6.1;
/** So few are shown one by one: what is between them was not measured. */
const FEW_POINTS = 20;

/** Cuts a text in its middle to a width in logical pixels. */
export type Shorten = (text: string, width: number, font: string) => string;

type LinePoint = { x: number; y: number };

/** A chart in the terms of Chart.js; pure. `shorten` cuts a text to a width in logical pixels. */
export function chartConfiguration(
  chart: Chart,
  plugins: Plugin<'line'>[],
  shorten: Shorten,
): ChartConfiguration<'line', LinePoint[]> {
  const { from, to } = timesOf(chart);
  const width = WIDTH - 20;
  return {
    type: 'line',
    data: { datasets: datasetsOf(chart.lines) },
    plugins,
    options: {
      responsive: false,
      animation: false,
      events: [],
      normalized: true,
      layout: { padding: { left: 6, right: 14, top: 4, bottom: 4 } },
      scales: {
        x: {
          type: 'linear',
          min: from,
          max: to,
          title: { display: true, text: `UTC, ${dayWords(from, to)}`, color: GREY, font: font(12) },
          grid: { color: GRID },
          ticks: { color: INK, font: font(13), maxRotation: 0, callback: (at) => clockWords(Number(at)) },
          afterBuildTicks: (axis) => {
            axis.ticks = timeTicks(from, to, MOST_TIMES).map((value): Tick => ({ value }));
          },
        },
        y: {
          ...boundsOf(chart),
          grace: '8%',
          title: { display: true, text: shorten(chart.axis, 170, FONT.regular), color: GREY, font: font(12) },
          grid: { color: (line: ScriptableScaleContext) => (line.tick.value === 0 ? GREY : GRID) },
          ticks: {
            color: INK,
            font: font(13),
            maxTicksLimit: 6,
            callback: (value) => valueWords(Number(value), chart.unit),
          },
          afterBuildTicks: (axis) => {
            const round = valueTicks(axis.min, axis.max, chart.unit);
            if (round) axis.ticks = round.map((value): Tick => ({ value }));
          },
        },
      },
      plugins: {
        title: heading(shorten(chart.title, width, FONT.bold), 15, FONT.bold, INK),
        subtitle: heading(secondLine(chart, shorten), 13, FONT.regular, GREY),
        legend: {
          display: chart.lines.length > 1,
          position: 'bottom',
          labels: legendLabels(chart.lines.length, shorten),
        },
      },
    },
  };
}

/** The name is cut where there is no room, never the numbers. */
function secondLine({ subject, levels }: Chart, shorten: Shorten): string {
  const room = WIDTH - 20 - WIDTH_PER_LETTER * levels.length;
  return `${shorten(subject, room, FONT.regular)}: ${levels}`;
}

const font = (size: number, family: string = FONT.regular) => ({ family, size });

const heading = (text: string, size: number, family: string, color: string) => ({
  display: true,
  text,
  color,
  align: 'start' as const,
  font: { family, size, weight: 'normal' as const },
  padding: { top: 2, bottom: size === 13 ? 22 : 2 },
});

function legendLabels(lines: number, shorten: Shorten) {
  return {
    color: INK,
    font: font(12),
    boxWidth: 26,
    boxHeight: 0,
    padding: 8,
    filter: (item: { text: string }) => {
      item.text = shorten(item.text, (WIDTH - 60) / Math.min(lines, 2) - 40, FONT.regular);
      return true;
    },
  };
}

function datasetsOf(lines: ChartLine[]): ChartDataset<'line', LinePoint[]>[] {
  let others = 0;
  return lines.map(({ name, role, points }) => {
    const other = role === 'other' ? OTHERS[others++ % OTHERS.length]! : null;
    return {
      label: name,
      data: points.map(([x, y]) => ({ x, y })),
      borderColor: other?.colour ?? MAIN,
      borderDash: other ? [...other.dash] : [],
      borderWidth: other ? 1.5 : 2.5,
      order: other ? 1 : 0,
      pointRadius: points.length <= FEW_POINTS ? 2.5 : 0,
      pointBackgroundColor: other?.colour ?? MAIN,
      // A gap is no line: what was not measured is not drawn.
      spanGaps: gapOf(points),
    };
  });
}

/** Points that lie further apart than four of the usual steps have a gap between them, ms. */
function gapOf(points: [number, number][]): number {
  const steps = points.slice(1).map(([at], index) => at - points[index]![0]);
  const usual = steps.sort((left, right) => left - right)[Math.floor(steps.length / 2)] ?? 0;
  return Math.max(1, usual * 4);
}

function timesOf({ lines, onset, alertAt }: Chart): { from: number; to: number } {
  const times = lines.flatMap(({ points }) => [points[0]?.[0] ?? [], points.at(-1)?.[0] ?? []].flat());
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const marks = [onset, alertAt].filter((at) => at !== null);
  // A mark far outside would squeeze what is to be seen.
  const near = marks.filter((at) => at >= first - (last - first) / 4 && at <= last + (last - first) / 4);
  return { from: Math.min(first, ...near), to: Math.max(last, ...near, first + 1) };
}

/** From zero, unless that would flatten what there is to see; a share of requests never goes beyond all of them. */
function boundsOf({ lines, unit }: Chart): { min?: number; max?: number; beginAtZero?: boolean } {
  const values = lines.flatMap(({ points }) => points.map(([, value]) => value));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (low < 0 || low > 0.7 * high) return {};
  return unit === 'percent' && high > 85 && high <= 100 ? { min: 0, max: 100 } : { beginAtZero: true };
}
