import type { Evidence } from '../../shared/report.ts';
import { evidenceOf } from '../detectors/support/evidence-of.ts';
import type { IncidentWindow } from '../localisation/telemetry/incident-window.ts';
import type { ChartInput } from './chart-input.ts';
import type { ErrorShare } from './error-share.ts';

/** Fewer spans of a service make no rate. */
const LEAST_SPANS = 30;
/** A stretch with fewer spans than this says nothing by its share. */
const LEAST_IN_STRETCH = 3;
const STRETCHES = 30;
const LEAST_STRETCH_MS = 5_000;

type Seen = { at: number; error: boolean; evidence: number };

/** Shares of failing spans of the services, over stretches of a thirtieth of the time; failures that were picked don't count. */
export function spanErrors({ evidence }: ChartInput, window: IncidentWindow, services: string[]): ErrorShare[] {
  const seen = new Map<string, Seen[]>();
  const known = new Set<string>();
  for (const { data, evidence: item, number } of evidenceOf(evidence, 'traces.query')) {
    if (window.isBaseline(item) || isPicked(item)) continue;
    for (const { service, at, error, spanId } of data.spans) {
      const ms = Date.parse(at);
      if (service === null || !services.includes(service) || Number.isNaN(ms) || known.has(spanId)) continue;
      known.add(spanId);
      const spans = seen.get(service) ?? [];
      seen.set(service, spans);
      spans.push({ at: ms, error, evidence: number });
    }
  }
  return [...seen].flatMap(([service, spans]) => (spans.length < LEAST_SPANS ? [] : [shareOf(service, spans)]));
}

/** A question for failing or slow requests only is no sample of all. */
function isPicked({ query }: Evidence): boolean {
  const { errorsOnly, minDurationMs, traceIds, order, filter } = query;
  return (
    errorsOnly === true ||
    minDurationMs !== undefined ||
    traceIds !== undefined ||
    order === 'slowest' ||
    (typeof filter === 'string' && /err|status|code/i.test(filter))
  );
}

function shareOf(service: string, spans: Seen[]): ErrorShare {
  const times = spans.map(({ at }) => at).sort((left, right) => left - right);
  const [first, last] = [times[0]!, times.at(-1)!];
  const stretch = Math.max(LEAST_STRETCH_MS, Math.ceil((last - first) / STRETCHES));
  const groups = Map.groupBy(spans, ({ at }) => first + Math.floor((at - first) / stretch) * stretch);
  const points = [...groups]
    .filter(([, group]) => group.length >= LEAST_IN_STRETCH)
    .map(([at, group]): [number, number] => [at, (100 * group.filter(({ error }) => error).length) / group.length])
    .sort(([left], [right]) => left - right);
  return { service, points, evidence: [...new Set(spans.map((span) => span.evidence))] };
}
