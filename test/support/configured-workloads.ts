import { makeEvidence } from '../../scripts/eval/cases/make-evidence.ts';
import type { Evidence } from '../../src/shared/report.ts';
import { NOW } from './evidence-fixtures.ts';

type Manifest = Record<string, unknown>;

/** A Deployment of namespace `shop` whose only container has these variables in its environment. */
export function workload(name: string, environment: Record<string, string>): Manifest {
  const env = Object.entries(environment).map(([variable, value]) => ({ name: variable, value }));
  const template = { metadata: { labels: { app: name } }, spec: { containers: [{ name, image: `${name}:1`, env }] } };
  const spec = { replicas: 1, selector: { matchLabels: { app: name } }, template };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: 'shop' }, spec };
}

/** A Service of namespace `shop` that selects the pods of a workload. */
export function service(name: string, selects: string): Manifest {
  const spec = { selector: { app: selects }, ports: [{ port: 9000 }] };
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'shop' }, spec };
}

/** Objects as manifests have them, without status, as a piece of evidence. */
export function manifestEvidence(number: number, objects: Manifest[], now = NOW): Evidence {
  const [made] = makeEvidence([{ capability: 'kubernetes.objects', data: { withStatus: false, objects } }], now);
  return { ...made!, number };
}
