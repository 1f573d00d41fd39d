import type { Chart } from '../../src/shared/chart.ts';

const MINUTE_MS = 60_000;
const START = Date.parse('2026-11-20T13:00:00.000Z');

/** A PNG of one pixel. */
export const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
);

/** An hour of a metric whose level changed at 13:40, with the alert at 13:47. */
export function aChart(given: Partial<Chart> = {}): Chart {
  const at = (minute: number) => START + minute * MINUTE_MS;
  return {
    kind: 'suspect_metric',
    title: 'db.pool.used',
    subject: 'user-service',
    levels: '12 before, 85 until the alert (medians)',
    unit: 'number',
    axis: 'connections',
    lines: [
      {
        name: 'user-service',
        role: 'main',
        points: Array.from({ length: 61 }, (_, minute) => [at(minute), minute < 40 ? 12 : 85]),
      },
    ],
    onset: at(40),
    alertAt: at(47),
    usual: 12,
    description: 'db.pool.used of user-service went from 12 to 85 (medians) at 13:40 UTC',
    evidence: [3],
    ...given,
  };
}
