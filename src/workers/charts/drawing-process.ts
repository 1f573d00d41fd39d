import { createInterface } from 'node:readline';
import { describeError } from '../../shared/errors.ts';
import { drawChart } from './draw-chart.ts';
import type { DrawingAnswer, DrawingRequest } from './drawing-protocol.ts';

/**
 * A process that draws charts and nothing else, so that the workers never carry the drawing library: a request per line on
 * standard input, an answer per line on standard output. It ends with its input.
 */
for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
  process.stdout.write(`${JSON.stringify(answer(JSON.parse(line) as DrawingRequest))}\n`);
}

function answer({ id, chart }: DrawingRequest): DrawingAnswer {
  try {
    return { id, png: drawChart(chart).toString('base64') };
  } catch (error) {
    return { id, error: describeError(error) };
  }
}
