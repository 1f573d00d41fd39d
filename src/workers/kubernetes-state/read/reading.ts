import type { KubeEvent, LogText, PrintedSeries } from '../kubernetes-state.ts';
import type { Raw } from '../raw.ts';

/** What one piece of evidence told of a cluster. */
export type Reading = {
  objects: Raw[];
  events: Omit<KubeEvent, 'evidence'>[];
  logs: Omit<LogText, 'evidence'>[];
  series: Omit<PrintedSeries, 'evidence'>[];
  /** `Kind|namespace` of complete lists. */
  listed: string[];
  /** `Kind|namespace|name` of objects that do not exist. */
  missing: string[];
};

export const nothingRead = (): Reading => ({ objects: [], events: [], logs: [], series: [], listed: [], missing: [] });

/** Several readings of the same evidence as one. */
export function joinReadings(readings: Reading[]): Reading {
  return {
    objects: readings.flatMap(({ objects }) => objects),
    events: readings.flatMap(({ events }) => events),
    logs: readings.flatMap(({ logs }) => logs),
    series: readings.flatMap(({ series }) => series),
    listed: readings.flatMap(({ listed }) => listed),
    missing: readings.flatMap(({ missing }) => missing),
  };
}
