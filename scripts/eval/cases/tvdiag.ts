import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { EvidenceFormData } from '../../../src/shared/evidence-forms.ts';
import { makeAlert } from './make-alert.ts';
import { makeEvidence } from './make-evidence.ts';
import { indexedCases } from './recorded-case.ts';
import type { CaseInput, SuiteAdapter } from './suite-adapter.ts';

/** One line of a system's file. */
type TvdiagCase = {
  id: string;
  nodes: string[];
  edges: [string, string][];
  metric_events: [instance: string, metric: string, direction: string][];
  trace_events: [from: string, to: string, operation: string, what: string][];
  log_events: [instance: string, template: string][];
};

/** These cases tell no time. */
const NOW = new Date('2026-01-01T00:00:00Z');
/** How the recording writes a caller outside of the system. */
const OUTSIDE = '-1';
/** How it writes "duration" as what deviates. */
const SLOW = 'PD';

/** Anomalies of metrics, traces and logs that a monitoring system has found, with the system's instances and their neighbours. */
export const tvdiag: SuiteAdapter = {
  suite: 'tvdiag',
  list(casesFolder) {
    const files = new Map<string, Map<string, TvdiagCase>>();
    return indexedCases(casesFolder, 'tvdiag').map(({ id, folder }) => ({
      id,
      read() {
        const file = fileOf(folder);
        const cases = files.get(file) ?? readCases(file);
        files.set(file, cases);
        return toInput(cases.get(id)!);
      },
    }));
  },
};

/** The index names a line of a file as `file#id`; the file may be gzipped. */
function fileOf(path: string): string {
  const file = path.split('#')[0]!;
  return existsSync(file) || file.endsWith('.gz') ? file : join(`${file}.gz`);
}

function readCases(file: string): Map<string, TvdiagCase> {
  const bytes = readFileSync(file);
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  const cases = text
    .split('\n')
    .filter(Boolean)
    .map((line): TvdiagCase => JSON.parse(line));
  return new Map(cases.map((one) => [one.id, one]));
}

function toInput({ nodes, edges, ...events }: TvdiagCase): CaseInput {
  const recorded = [
    { capability: 'anomalies.list', data: { instances: nodes, anomalies: anomaliesOf(events) } },
    { capability: 'topology.services', data: { edges: edges.map(([caller, callee]) => ({ caller, callee })) } },
  ];
  const alert = makeAlert({ title: 'Anomalies detected' });
  return { alerts: [alert], evidence: makeEvidence(recorded, NOW), now: NOW };
}

type Anomalies = EvidenceFormData<'anomalies.list'>['anomalies'];

function anomaliesOf(events: Pick<TvdiagCase, 'metric_events' | 'trace_events' | 'log_events'>): Anomalies {
  return [
    ...events.metric_events.map(([instance, signal, deviation]) => {
      return { kind: 'metric' as const, instance, caller: null, signal, deviation };
    }),
    ...events.trace_events.map(([from, instance, signal, what]) => {
      const caller = from === OUTSIDE ? null : from;
      return { kind: 'trace' as const, instance, caller, signal, deviation: what === SLOW ? 'slow' : what };
    }),
    ...events.log_events.map(([instance, template]) => {
      const signal = template.startsWith(`${instance}-`) ? template.slice(instance.length + 1) : template;
      return { kind: 'log' as const, instance, caller: null, signal, deviation: 'new' };
    }),
  ];
}
