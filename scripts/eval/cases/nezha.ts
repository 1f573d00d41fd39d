import { join } from 'node:path';
import { makeAlert } from './make-alert.ts';
import { makeEvidence, type Recorded } from './make-evidence.ts';
import { readCsvGz } from './read-csv-gz.ts';
import {
  indexedCases,
  metricEvidence,
  type PointRow,
  rangeOf,
  readCaseJson,
  shiftBefore,
  topologyEvidence,
} from './recorded-case.ts';
import type { CaseInput, SuiteAdapter } from './suite-adapter.ts';

/** Times in epoch seconds. */
type NezhaCase = {
  system: string;
  alert_time: number;
  window: [number, number];
  step_seconds: number;
  baseline: string;
};

/** The service name under which the recording keeps what the users see; it is no component. */
const ENTRY = '__entry__';

/** Online Boutique and Train Ticket with injected faults: metrics, spans, logs and a fault-free minute of the same day. */
export const nezha: SuiteAdapter = {
  suite: 'nezha',
  list: (casesFolder) =>
    indexedCases(casesFolder, 'nezha').map(({ id, folder }) => ({ id, read: () => readNezha(folder) })),
};

function readNezha(folder: string): CaseInput {
  const about = readCaseJson<NezhaCase>(folder);
  const alertAt = about.alert_time * 1000;
  const now = new Date(about.window[1] * 1000);
  const recorded = [
    ...metricsIn(folder, about.step_seconds),
    ...rowsIn(folder, null),
    ...rowsIn(join(folder, about.baseline), alertAt),
    ...topologyEvidence(join(folder, about.baseline, 'graph.csv')),
  ];
  const alert = makeAlert({ title: `Alert in ${about.system}`, startsAt: new Date(alertAt).toISOString() });
  return { alerts: [alert], evidence: makeEvidence(recorded, now), now };
}

function metricsIn(folder: string, stepSeconds: number): Recorded[] {
  const rows = readCsvGz(join(folder, 'metrics.csv.gz')).map(
    ({ metric = '', service = '', instance = '', timestamp, value }): PointRow => ({
      metric,
      labels: service === ENTRY ? {} : { 'service.name': service, 'k8s.pod.name': instance },
      at: Number(timestamp) * 1000,
      value: Number(value),
    }),
  );
  return metricEvidence(rows, (metric) => ({ metric, groupBy: ['service.name', 'k8s.pod.name'], stepSeconds }));
}

/** Spans and logs of a folder; those of a baseline are moved back by whole days when they were recorded after the alert. */
function rowsIn(folder: string, before: number | null): Recorded[] {
  const spans = readCsvGz(join(folder, 'traces.csv.gz')).map((row) => ({ row, at: Number(row.start_us) / 1000 }));
  const logs = readCsvGz(join(folder, 'logs.csv.gz')).map((row) => ({ row, at: Number(row.time_ms) }));
  const latest = Math.max(rangeOf(spans).to ?? 0, rangeOf(logs).to ?? 0);
  const shift = before === null ? 0 : shiftBefore(latest, before, 1);
  return [...spanEvidence(spans, shift), ...logEvidence(logs, shift)];
}

type Row = { row: Record<string, string>; at: number };

const shifted = ({ from, to }: { from: number | null; to: number | null }, shift: number) => ({
  from: from === null ? null : Math.floor(from + shift),
  to: to === null ? null : Math.ceil(to + shift),
});

function spanEvidence(rows: Row[], shift: number): Recorded[] {
  if (rows.length === 0) return [];
  const spans = rows.map(({ row, at }) => ({
    at: isoMicroseconds(at + shift),
    traceId: row.trace_id ?? '',
    spanId: row.span_id ?? '',
    parentSpanId: row.parent_id || null,
    service: row.service || null,
    name: row.operation ?? '',
    durationMs: Number(row.duration_us) / 1000,
    error: false,
    attributes: { 'k8s.pod.name': row.instance ?? '' },
  }));
  return [
    { capability: 'traces.query', ...shifted(rangeOf(rows), shift), data: { spans, hasMore: false, warning: null } },
  ];
}

function logEvidence(rows: Row[], shift: number): Recorded[] {
  if (rows.length === 0) return [];
  const logs = rows.map(({ row, at }) => ({
    at: new Date(at + shift).toISOString(),
    severity: null,
    service: row.service || null,
    body: row.message ?? '',
    attributes: { 'k8s.pod.name': row.instance ?? '', trace_id: row.trace_id12 ?? '' },
  }));
  return [
    { capability: 'logs.query', ...shifted(rangeOf(rows), shift), data: { rows: logs, hasMore: false, warning: null } },
  ];
}

function isoMicroseconds(ms: number): string {
  const micros = Math.round((ms - Math.floor(ms)) * 1000);
  const text = new Date(Math.floor(ms)).toISOString();
  return `${text.slice(0, -1)}${String(Math.min(micros, 999)).padStart(3, '0')}Z`;
}
