import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Alert } from '../../../src/shared/alert.ts';
import { makeAlert } from './make-alert.ts';
import { makeEvidence, type Recorded } from './make-evidence.ts';
import { indexedCases } from './recorded-case.ts';
import { latestTime } from './recorded-times.ts';
import type { CaseInput, SuiteAdapter } from './suite-adapter.ts';

/** What the monitor sent, in the words of Alertmanager's group. */
type SentAlert = {
  title: string;
  state?: string;
  commonLabels?: Record<string, string>;
  commonAnnotations?: Record<string, string>;
};

/** Answers of AWS and Datadog (RDS PostgreSQL or EKS) as they were recorded, one snapshot per file. */
export const opensre: SuiteAdapter = {
  suite: 'opensre',
  list: (casesFolder) =>
    indexedCases(casesFolder, 'opensre').map(({ id, folder }) => ({ id, read: () => readOpensre(folder) })),
};

const NOT_TELEMETRY = new Set(['case.json', 'truth.json', 'alert.json']);

function readOpensre(folder: string): CaseInput {
  const files = readdirSync(folder)
    .filter((file) => /\.json(?:\.gz)?$/.test(file) && !NOT_TELEMETRY.has(file))
    .sort();
  const texts = files.map((file) => textOf(join(folder, file)));
  const now = latestTime(texts);
  const recorded = files.map((file, index) =>
    toRecorded(file.replace(/\.json(?:\.gz)?$/, ''), JSON.parse(texts[index] ?? 'null')),
  );
  const alert = alertOf(JSON.parse(textOf(join(folder, 'alert.json'))) as SentAlert);
  return { alerts: [alert], evidence: makeEvidence(recorded, now), now };
}

/** The event stream of RDS as rows of a log store, everything else in its API's own form. */
export function toRecorded(name: string, body: unknown): Recorded {
  const { events } = body as { events?: { date?: string; message?: string; source_identifier?: string }[] };
  if (!/rds_events/.test(name) || !Array.isArray(events)) return { capability: 'snapshot.json', data: { name, body } };
  const rows = events.map(({ date = '', message = '', source_identifier: service = null }) => ({
    at: date,
    severity: null,
    service,
    body: message,
    attributes: {},
  }));
  return { capability: 'logs.query', query: { filter: name }, data: { rows, hasMore: false, warning: null } };
}

function textOf(path: string): string {
  const bytes = readFileSync(path);
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}

function alertOf({ title, state, commonLabels: labels = {}, commonAnnotations: annotations = {} }: SentAlert): Alert {
  const said = ['summary', 'description', 'error', 'suspected_symptom'].flatMap((name) => annotations[name] || []);
  return makeAlert({
    title,
    name: labels.alertname ?? title,
    status: state === 'normal' || state === 'resolved' ? 'resolved' : 'firing',
    description: said.join('\n'),
    severityText: labels.severity ?? null,
    service: labels.workload_name ?? annotations.db_instance ?? labels.service ?? null,
    namespace: labels.namespace ?? null,
    labels: { ...labels, ...(annotations.kube_pod && { pod: annotations.kube_pod }) },
    annotations,
  });
}
