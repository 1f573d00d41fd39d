import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Alert } from '../../../src/shared/alert.ts';
import { makeAlert } from './make-alert.ts';
import { makeEvidence, type Recorded } from './make-evidence.ts';
import { indexedCases, readCaseJson } from './recorded-case.ts';
import { latestTime } from './recorded-times.ts';
import type { CaseInput, SuiteAdapter } from './suite-adapter.ts';

type Subject = { name?: string; namespace?: string | null; container?: string | null; node?: string | null };
type HolmesCase = {
  prompt: string | null;
  alert: { title: string; description?: string; subject?: Subject } | null;
};

/** What a tool printed; `invocation` is the command line where it was one. */
type ToolOutput = {
  tool: string;
  params: Record<string, unknown> | null;
  invocation: string | null;
  output: string | null;
};

/** A longer output is kept by its head and its tail, in characters. */
const MAX_OUTPUT = 120_000;

/** Recorded kubectl, log and query outputs with the question of a user or the alert that they were fetched for. */
export const holmes: SuiteAdapter = {
  suite: 'holmes',
  list: (casesFolder) =>
    indexedCases(casesFolder, 'holmes').map(({ id, folder }) => ({ id, read: () => readHolmes(folder) })),
};

function readHolmes(folder: string): CaseInput {
  const outputs = readOutputs(folder);
  const now = latestTime(outputs.map(({ output }) => output ?? ''));
  return {
    alerts: [alertOf(readCaseJson<HolmesCase>(folder))],
    evidence: makeEvidence(outputs.map(toRecorded), now),
    now,
  };
}

/** The outputs in the order in which they were recorded, packed or not. */
function readOutputs(folder: string): ToolOutput[] {
  const packed = join(folder, 'tool_outputs.json.gz');
  const text = existsSync(packed) ? gunzipSync(readFileSync(packed)) : readFileSync(join(folder, 'tool_outputs.json'));
  const outputs = JSON.parse(text.toString('utf8')) as (Omit<ToolOutput, 'output'> & { output: unknown })[];
  return outputs.map(({ output, ...rest }) => ({
    ...rest,
    output:
      typeof output === 'string' || output === null || output === undefined ? (output ?? null) : JSON.stringify(output),
  }));
}

/** The alert of a case: what the sender said, or the question that a user asked. */
export function alertOf({ prompt, alert }: HolmesCase): Alert {
  if (!alert) return makeAlert({ title: prompt ?? 'Alert' });
  const { name, namespace, container, node } = alert.subject ?? {};
  const labels = Object.entries({ pod: name, namespace, container, node }).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return makeAlert({
    title: alert.title,
    description: alert.description ?? '',
    namespace: namespace ?? null,
    labels: Object.fromEntries(labels),
  });
}

function toRecorded(tool: ToolOutput): Recorded {
  return {
    capability: 'command.output',
    query: tool.params ?? {},
    data: { command: commandOf(tool), output: bounded(tool.output ?? '') },
  };
}

/** The command line as it was, or as it must have been by the tool's name and parameters. */
function commandOf({ tool, params, invocation }: ToolOutput): string {
  const typed = Object.values(params ?? {}).find(
    (value) => typeof value === 'string' && /(?:^|\s)kubectl\s/.test(value),
  );
  if (typed) return String(typed);
  if (invocation && /\bkubectl\b.*\s/.test(invocation) && !/ command$/.test(invocation)) return invocation;
  const of = (name: string) => (typeof params?.[name] === 'string' ? String(params[name]) : null);
  const namespace = of('namespace') ? ` -n ${of('namespace')}` : '';
  const filter = of('filter') ? ` | grep ${of('filter')}` : '';
  const pod = of('pod_name') ?? of('pod');
  if (/logs/.test(tool) && pod)
    return `kubectl logs ${pod}${namespace}${/previous/.test(tool) ? ' --previous' : ''}${filter}`;
  if (/describe/.test(tool) && of('kind')) return `kubectl describe ${of('kind')} ${of('name') ?? ''}${namespace}`;
  const workload = of('deployment') ?? of('service') ?? of('service_name');
  if (/logs/.test(tool) && workload) return `kubectl logs deployment/${workload}${namespace}${filter}`;
  if (/logs/.test(tool)) return 'kubectl logs';
  return (
    invocation ?? [tool, ...Object.entries(params ?? {}).map(([key, value]) => `${key}=${String(value)}`)].join(' ')
  );
}

function bounded(output: string): string {
  if (output.length <= MAX_OUTPUT) return output;
  return `${output.slice(0, MAX_OUTPUT / 2)}\n[... ${output.length - MAX_OUTPUT} characters left out ...]\n${output.slice(-MAX_OUTPUT / 2)}`;
}
