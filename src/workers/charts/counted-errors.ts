import { evidenceOf } from '../detectors/support/evidence-of.ts';
import { serviceIn } from '../localisation/telemetry/component.ts';
import type { IncidentWindow } from '../localisation/telemetry/incident-window.ts';
import type { ChartInput } from './chart-input.ts';
import type { ErrorShare } from './error-share.ts';

type Counts = { calls: Map<number, number>; errors: Map<number, number>; evidence: Set<number> };

/** Shares of failing requests from requests that were counted per service (`requests.query`). */
export function countedErrors({ evidence }: ChartInput, window: IncidentWindow, services: string[]): ErrorShare[] {
  const counts = new Map<string, Counts>();
  for (const { data, evidence: item, number } of evidenceOf(evidence, 'requests.query')) {
    const measure = item.query.measure;
    if (window.isBaseline(item) || (measure !== 'calls' && measure !== 'errors')) continue;
    for (const { labels, points } of data.series) {
      const service = serviceIn(labels) ?? (typeof item.query.service === 'string' ? item.query.service : null);
      if (service === null || !services.includes(service)) continue;
      const known = counts.get(service) ?? { calls: new Map(), errors: new Map(), evidence: new Set() };
      counts.set(service, known);
      known.evidence.add(number);
      for (const [at, value] of points) known[measure].set(at, (known[measure].get(at) ?? 0) + value);
    }
  }
  return [...counts].map(([service, known]) => ({ service, points: shares(known), evidence: [...known.evidence] }));
}

/** A time without an error has no bucket of its own; one without a call has no share. */
function shares({ calls, errors }: Counts): [number, number][] {
  if (errors.size === 0) return [];
  return [...calls]
    .filter(([, count]) => count > 0)
    .map(([at, count]): [number, number] => [at, Math.min(100, (100 * (errors.get(at) ?? 0)) / count)])
    .sort(([left], [right]) => left - right);
}
