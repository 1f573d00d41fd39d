import type { Evidence } from '../../../../../src/shared/report.ts';
import { evidence, NOW } from '../../../../support/evidence-fixtures.ts';

const MINUTE = 60_000;
const LENGTH = 100;
/** The minute at which what happens begins. */
export const ONSET = 70;
/** A minute of the recording, epoch ms. */
export const minute = (index: number): number => NOW.getTime() - (LENGTH - index) * MINUTE;

/** A value per minute: about `usual`, but from the onset on what `later` tells for each minute since (its last value stays). */
export function course(
  number: number,
  metric: string,
  usual: number,
  later: number[] = [],
  service = 'menu',
): Evidence {
  const points = Array.from({ length: LENGTH }, (_, index): [number, number] => {
    const value = index < ONSET || later.length === 0 ? usual : (later[index - ONSET] ?? later.at(-1) ?? usual);
    return [minute(index), value * (1 + (index % 3) / 200)];
  });
  const labels = { 'service.name': service };
  return evidence(number, 'metrics.query', { metric, series: [{ labels, unit: null, points }], warning: null });
}

/** Lines that a service (or `menu`) wrote at some minutes. */
export const said = (...lines: [index: number, body: string, service?: string, severity?: string][]): Evidence =>
  evidence(9, 'logs.query', {
    rows: lines.map(([index, body, service = 'menu', severity = 'INFO']) => ({
      at: new Date(minute(index)).toISOString(),
      severity,
      service,
      body,
      attributes: {},
    })),
    hasMore: false,
    warning: null,
  });

/** `menu` answers fast and well, and so does its caller. */
export const FINE = [
  course(2, 'request_duration_p95_ms', 80),
  course(3, 'http_5xx_ratio', 0.001),
  course(4, 'http_request_duration_p95_ms', 210, [], 'shop'),
];
