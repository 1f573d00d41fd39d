import type { Chart } from '../../shared/chart.ts';

/** One line that the drawing process reads; `id` pairs it with its answer. */
export type DrawingRequest = { id: number; chart: Chart };

/** One line that it writes: the PNG in base64, or why there is none. */
export type DrawingAnswer = { id: number; png: string } | { id: number; error: string };
