import type { Evidence } from '../../../shared/report.ts';
import { evidenceOf } from '../../detectors/support/evidence-of.ts';
import type { LocalisationInput } from '../localise.ts';
import { type Component, instanceIn } from './component.ts';
import type { IncidentWindow } from './incident-window.ts';

/** A span in the terms of the analysis. */
export type Span = {
  id: string;
  parent: string | null;
  component: Component;
  operation: string;
  /** Epoch ms with fractions. */
  start: number;
  end: number;
  error: boolean;
};

/** The spans of one request, earliest first. */
export type Trace = Span[];

/** Requests from before the trouble, during it and from a time that may be either, with the numbers of the evidence that they are from. */
export type Traces = { before: Trace[]; unsure: Trace[]; during: Trace[]; evidence: number[] };

/** All traces of the evidence; a trace belongs where its earliest span belongs. */
export function readTraces(input: LocalisationInput, window: IncidentWindow): Traces {
  const traces: Traces = { before: [], unsure: [], during: [], evidence: [] };
  for (const { data, evidence, number } of evidenceOf(input.evidence, 'traces.query')) {
    if (isPartial(evidence)) continue;
    const rows = data.spans.filter(({ service, traceId, durationMs }) => service && traceId && durationMs >= 0);
    for (const spans of Map.groupBy(rows, ({ traceId }) => traceId).values()) {
      const trace = spans.map(toSpan).filter(({ start }) => Number.isFinite(start));
      trace.sort((left, right) => left.start - right.start || right.end - left.end);
      const side = trace[0] && window.sideOf(trace[0].start, evidence);
      if (side) traces[side].push(trace);
    }
    if (rows.length > 0) traces.evidence.push(number);
  }
  return traces;
}

/** What was narrowed to some spans shows their callers without their callees: time would be blamed on whoever was asked about. */
function isPartial({ query: { service, operation, errorsOnly, minDurationMs, order } }: Evidence): boolean {
  return Boolean(service || operation || errorsOnly || minDurationMs || order);
}

type Row = { at: string; spanId: string; parentSpanId: string | null; service: string | null; name: string } & {
  durationMs: number;
  error: boolean;
  attributes: Record<string, string>;
};

function toSpan({ at, spanId, parentSpanId, service, name, durationMs, error, attributes }: Row): Span {
  const start = epochMs(at);
  return {
    id: spanId,
    parent: parentSpanId,
    component: { service: service ?? '', instance: instanceIn(attributes) },
    operation: name,
    start,
    end: start + durationMs,
    error,
  };
}

/** Date.parse drops what is finer than a millisecond, and many spans are shorter than one. */
function epochMs(at: string): number {
  const finer = /\.\d{3}(\d{1,6})Z?$/.exec(at)?.[1];
  return Date.parse(at) + (finer ? Number(`0.${finer}`) : 0);
}
