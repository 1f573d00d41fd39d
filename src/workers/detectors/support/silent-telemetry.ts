import type { Evidence, EvidenceGap } from '../../../shared/report.ts';
import { evidenceOf } from './evidence-of.ts';

/** Arguments that narrow a question down: no answer to such a one may be good news. */
const NARROWING = ['severity', 'searchText', 'filter', 'operation', 'errorsOnly', 'minDurationMs'];

/** Services that were asked about without a condition, and of which no log and no span was found: silence, not health. */
export function silentTelemetry(evidence: Evidence[]): EvidenceGap[] {
  const logs = evidenceOf(evidence, 'logs.query').map(({ data, evidence: item }) => ({ item, rows: data.rows.length }));
  const traces = evidenceOf(evidence, 'traces.query').map(({ data, evidence: item }) => ({
    item,
    rows: data.spans.length,
  }));
  return [
    ...silent(logs).map((service) => gap('logs', service)),
    ...silent(traces).map((service) => gap('traces', service)),
  ];
}

const gap = (kind: string, service: string): EvidenceGap => ({
  what: `${kind} of ${service}`,
  why: 'the telemetry store answered, but holds none of this service for that time: no sign of health',
});

type Answer = { item: Evidence; rows: number };

function silent(answers: Answer[]): string[] {
  const heard = new Set(answers.filter(({ rows }) => rows > 0).map(({ item }) => item.query.service));
  const open = answers.filter(({ item }) => !NARROWING.some((name) => item.query[name]));
  const services = open.map(({ item }) => item.query.service).filter((service) => typeof service === 'string');
  return [...new Set(services)].filter((service) => !heard.has(service));
}
