import { fileURLToPath } from 'node:url';
import { createCanvas, GlobalFonts } from '@napi-rs/canvas';
import {
  Chart as ChartJs,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  SubTitle,
  Title,
} from 'chart.js';
import { type Chart, MAX_CHART_BYTES } from '../../shared/chart.ts';
import { chartConfiguration, FONT, sizeOf } from './chart-configuration.ts';
import { drawMarks } from './draw-marks.ts';

/** Pixels per logical pixel, the finest first: the first that is small enough as a PNG counts. */
const SCALES = [2, 1.5, 1];
const FILES = { [FONT.regular]: 'Roboto-Regular.woff2', [FONT.bold]: 'Roboto-Bold.woff2' };

let isReady = false;

/** Fonts come from a package, because containers have none. */
function prepare(): void {
  if (isReady) return;
  ChartJs.register(LineController, LineElement, PointElement, LinearScale, Title, SubTitle, Legend);
  for (const [family, file] of Object.entries(FILES)) {
    const path = fileURLToPath(import.meta.resolve(`roboto-fontface/fonts/roboto/${file}`));
    if (!GlobalFonts.registerFromPath(path, family)) throw new Error(`the font ${file} cannot be read`);
  }
  isReady = true;
}

/**
 * Draws a chart as a PNG of at most 200 KB on a light background. Takes some tens of MB and about 100 ms of processor time:
 * for the drawing process only.
 */
export function drawChart(chart: Chart): Buffer {
  prepare();
  for (const scale of SCALES) {
    const png = drawAt(chart, scale);
    if (png.length <= MAX_CHART_BYTES) return png;
  }
  throw new Error('the chart is too large as a PNG');
}

function drawAt(chart: Chart, scale: number): Buffer {
  const { width, height } = sizeOf(chart);
  const canvas = createCanvas(width, height);
  const ctx = canvas.getContext('2d');
  const shorten = (text: string, room: number, family: string) => {
    ctx.font = `15px "${family}"`;
    return shortened(text, (shorter) => ctx.measureText(shorter).width <= room);
  };
  const background = {
    id: 'background',
    beforeDraw: (drawn: ChartJs) => {
      drawn.ctx.fillStyle = '#ffffff';
      drawn.ctx.fillRect(0, 0, drawn.width, drawn.height);
    },
  };
  const configuration = chartConfiguration(chart, [background, drawMarks(chart)], shorten);
  const drawn = new ChartJs(canvas as never, {
    ...configuration,
    options: { ...configuration.options, devicePixelRatio: scale },
  });
  try {
    return canvas.toBuffer('image/png');
  } finally {
    drawn.destroy();
  }
}

/** The beginning and the end of a text that is too long: names of pods and metrics differ at their ends. */
function shortened(text: string, fits: (text: string) => boolean): string {
  if (fits(text)) return text;
  const letters = [...text];
  for (let kept = letters.length - 1; kept > 1; kept--) {
    const tail = Math.floor(kept / 2);
    const shorter = `${letters.slice(0, kept - tail).join('')}…${letters.slice(letters.length - tail).join('')}`;
    if (fits(shorter)) return shorter;
  }
  return '…';
}
