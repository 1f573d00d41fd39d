import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeAlert } from './make-alert.ts';
import { makeEvidence } from './make-evidence.ts';
import { indexedCases, readCaseJson } from './recorded-case.ts';
import type { CaseInput, SuiteAdapter } from './suite-adapter.ts';

/** Bare Kubernetes objects (desired state, no status) with the question of a user. */
export const holmesSpecs: SuiteAdapter = {
  suite: 'holmes-k8s-specs',
  list: (casesFolder) =>
    indexedCases(casesFolder, 'holmes-k8s-specs').map(({ id, folder }) => ({ id, read: () => readSpecs(folder) })),
};

function readSpecs(folder: string): CaseInput {
  const now = new Date(Date.UTC(2000, 0));
  const objects = JSON.parse(readFileSync(join(folder, 'objects.json'), 'utf8')) as Record<string, unknown>[];
  const { prompt } = readCaseJson<{ prompt: string }>(folder);
  const evidence = makeEvidence([{ capability: 'kubernetes.objects', data: { withStatus: false, objects } }], now);
  return { alerts: [makeAlert({ title: prompt })], evidence, now };
}
