import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Alert } from '../../../src/shared/alert.ts';
import type { EvidenceFormData } from '../../../src/shared/evidence-forms.ts';
import { makeAlert } from './make-alert.ts';
import { makeEvidence, type Recorded } from './make-evidence.ts';
import { parseCsv } from './read-csv-gz.ts';
import { indexedCases, metricEvidence, rangeOf } from './recorded-case.ts';
import type { CaseInput, SuiteAdapter } from './suite-adapter.ts';

type Commit = { sha: string; timestamp: string; message: string; files_changed: string[]; diff: string | null };
type Deploy = { timestamp: string; service: string; commit_sha: string; version: string };
type Flag = { timestamp: string; flag: string; service: string; change: string };
type LogLine = { timestamp: string; service: string; severity_text: string; msg: string };
type SpanRow = { trace_id: string; span_id: string; parent_id: string | null; service: string; name: string } & {
  start: string;
  duration_ms: number;
  status: string;
  attributes?: Record<string, unknown>;
};
type AlertFile = {
  service: string;
  metric: string;
  fired_at: string;
  severity: string;
  monitor: string;
  summary: string;
};

/** Incidents with alert, logs, metrics, traces, log patterns and everything that was changed around them. */
export const rootcausebench: SuiteAdapter = {
  suite: 'rootcausebench',
  list: (casesFolder) =>
    indexedCases(casesFolder, 'rootcausebench').map(({ id, folder }) => ({ id, read: () => readIncident(folder) })),
};

function readIncident(folder: string): CaseInput {
  const text = (name: string) => readText(join(folder, name));
  const json = <T>(name: string): T[] => JSON.parse(text(name) || '[]');
  const {
    service,
    metric,
    fired_at: startsAt,
    severity,
    monitor,
    summary,
  } = JSON.parse(text('alert.json')) as AlertFile;
  const about = { name: monitor, title: summary, description: `${metric} of ${service}`, service, startsAt };
  const alert = makeAlert({ ...about, severity: severity as Alert['severity'], labels: { metric } });
  const recorded = [
    logsOf(linesOf(text('logs.ndjson'))),
    ...metricsOf(parseCsv(text('metrics.csv'))),
    tracesOf(json<SpanRow>('traces.json')),
    changesOf(json('context/commits.json'), json('context/deploys.json'), json('context/flags.json')),
    { capability: 'snapshot.json', data: { name: 'log patterns', body: json('patterns.json') } },
    ...(text('status_feed.json')
      ? [{ capability: 'snapshot.json', data: { name: 'provider status', body: JSON.parse(text('status_feed.json')) } }]
      : []),
  ];
  const now = new Date(startsAt);
  return { alerts: [alert], evidence: makeEvidence(recorded, now), now };
}

/** The text of a file that may be gzipped; empty where it is absent. */
function readText(path: string): string {
  if (existsSync(path)) return readFileSync(path, 'utf8');
  return existsSync(`${path}.gz`) ? gunzipSync(readFileSync(`${path}.gz`)).toString('utf8') : '';
}

function linesOf(text: string): LogLine[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line): LogLine => JSON.parse(line));
}

/** Log lines of an incident as one answer of a log store. */
export function logsOf(lines: LogLine[]): Recorded {
  const rows = lines.map(({ timestamp: at, service, severity_text: severity, msg: body, ...attributes }) => {
    return { at, severity, service, body, attributes: texts(attributes) };
  });
  const range = rangeOf(lines.map(({ timestamp }) => ({ at: Date.parse(timestamp) })));
  return { capability: 'logs.query', ...range, data: { rows, hasMore: false, warning: null } };
}

/** Rows of timestamp, service, metric and value as one answer per metric. */
export function metricsOf(rows: Record<string, string>[]): Recorded[] {
  const points = rows.map(({ timestamp = '', service = '', metric = '', value }) => {
    return { metric, labels: { 'service.name': service }, at: Date.parse(timestamp), value: Number(value) };
  });
  return metricEvidence(points, (metric) => ({ metric, groupBy: ['service.name'] }));
}

/** Spans of an incident as one answer of a trace store. */
export function tracesOf(rows: SpanRow[]): Recorded {
  // Some recordings write "same" instead of the id of the trace above.
  let current = '';
  const spans = rows.map((row) => {
    const {
      trace_id: id,
      span_id: spanId,
      parent_id: parentSpanId,
      service,
      name,
      start: at,
      duration_ms: durationMs,
    } = row;
    current = id === 'same' ? current : id;
    const {
      status,
      attributes = {},
      trace_id,
      span_id,
      parent_id,
      service: _s,
      name: _n,
      start,
      duration_ms,
      ...more
    } = row;
    const error = status === 'ERROR';
    return {
      at,
      traceId: current,
      spanId,
      parentSpanId,
      service,
      name,
      durationMs,
      error,
      attributes: texts({ ...attributes, ...more }),
    };
  });
  return { capability: 'traces.query', data: { spans, hasMore: false, warning: null } };
}

type Change = EvidenceFormData<'changes.list'>['changes'][number];

/** Commits, deploys and flags of an incident as one list of changes. */
export function changesOf(commits: Commit[], deploys: Deploy[], flags: Flag[]): Recorded {
  const all: Change[] = [
    ...commits.map(({ sha: id, timestamp: at, message: title, files_changed: files, diff }): Change => {
      return { kind: 'commit', id, service: null, at, title, detail: diff ?? '', files };
    }),
    ...deploys.map(({ commit_sha: id, service, timestamp: at, version }): Change => {
      return { kind: 'deploy', id, service, at, title: `${service} ${version}`, detail: '', files: [] };
    }),
    ...flags.map(({ flag, service, timestamp: at, change }): Change => {
      return { kind: 'flag', id: flag, service, at, title: `${flag} ${change}`, detail: change, files: [] };
    }),
  ];
  return { capability: 'changes.list', data: { changes: all } };
}

function texts(values: Record<string, unknown>): Record<string, string> {
  const known = Object.entries(values).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(
    known.map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
}
