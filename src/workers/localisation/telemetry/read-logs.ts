import { evidenceOf } from '../../detectors/support/evidence-of.ts';
import type { LocalisationInput } from '../localise.ts';
import { type Component, instanceIn } from './component.ts';
import { type IncidentWindow, questionOf } from './incident-window.ts';

/** A log line in the terms of the analysis. */
export type LogLine = {
  at: number;
  component: Component;
  /** What was asked that brought it, whatever the time range: answers to different questions cannot be compared line by line. */
  question: string;
  /** The request that it was written for, null when not told. */
  trace: string | null;
  severity: string | null;
  body: string;
};

/** Lines from before the trouble and during it, oldest first, with the numbers of the evidence that they are from. */
export type LogLines = { before: LogLine[]; during: LogLine[]; evidence: number[] };

const TRACE_LABELS = ['trace_id', 'traceId', 'traceID', 'trace.id', 'otelTraceID', 'dd.trace_id'];

/** All log lines of the evidence that tell their service; those of the time in between are left out. */
export function readLogs(input: LocalisationInput, window: IncidentWindow): LogLines {
  const lines: LogLines = { before: [], during: [], evidence: [] };
  const seen = new Map<string, number>();
  for (const { data, evidence, number } of evidenceOf(input.evidence, 'logs.query')) {
    for (const { at, service, severity, body, attributes } of data.rows) {
      const ms = Date.parse(at);
      if (!service || Number.isNaN(ms)) continue;
      // Several questions may bring the same line; within one answer a repeated line was written repeatedly.
      const known = seen.get(`${at} ${service} ${body}`);
      if (known !== undefined && known !== number) continue;
      seen.set(`${at} ${service} ${body}`, number);
      const side = window.sideOf(ms, evidence);
      if (side === 'unsure') continue;
      const trace = TRACE_LABELS.map((name) => attributes[name]).find(Boolean) ?? null;
      const component = { service, instance: instanceIn(attributes) };
      lines[side].push({ at: ms, component, question: questionOf(evidence), trace, severity, body });
    }
    if (data.rows.length > 0) lines.evidence.push(number);
  }
  for (const side of [lines.before, lines.during]) side.sort((left, right) => left.at - right.at);
  return lines;
}
