import { expect } from 'chai';
import {
  type KubernetesSandbox,
  startKubernetesSandbox,
} from '../../scripts/sandbox/kubernetes/start-kubernetes-sandbox.ts';
import { plainObject, workload } from '../../scripts/sandbox/scenarios/kubernetes-objects.ts';
import type { KubernetesObject } from '../../scripts/sandbox/scenarios/telemetry-world.ts';
import { createKubernetesServer } from '../../src/shared/mcp/servers/kubernetes/kubernetes-server.ts';
import { allPages } from '../support/all-pages.ts';
import { runCapability } from '../support/run-tool.ts';

const MINUTE = 60_000;
const now = Date.now();
const range = { from: new Date(now - 60 * MINUTE).toISOString(), to: new Date(now).toISOString() };

/** A state of the pods of a workload, as its controller keeps it. */
function revision(kind: string, owner: string, version: string, minutesAgo: number, memory = '1Gi'): KubernetesObject {
  const containers = [{ name: owner, image: `x/${owner}:${version}`, resources: { limits: { memory } } }];
  const made = plainObject('apps/v1', 'ControllerRevision', `${owner}-${version}`, {
    namespace: 'data',
    createdAt: now - minutesAgo * MINUTE,
    data: { spec: { template: { spec: { containers }, $patch: 'replace' } } },
  });
  return { ...made, metadata: { ...made.metadata, ownerReferences: [{ apiVersion: 'apps/v1', kind, name: owner }] } };
}

const OBJECTS = [
  revision('StatefulSet', 'orders-db', '15', 5000),
  revision('StatefulSet', 'orders-db', '16', 20, '256Mi'),
  revision('DaemonSet', 'log-agent', '2', 40),
  revision('DaemonSet', 'log-agent', '1', 9000),
  revision('StatefulSet', 'settled', '1', 30),
  revision('PodGroup', 'foreign', '1', 30),
  revision('PodGroup', 'foreign', '2', 10),
  ...workload({
    name: 'orders-db',
    namespace: 'data',
    image: 'x/orders-db-proxy:2',
    port: 80,
    pods: [{ suffix: 'aaaaa', createdAt: now - 10 * MINUTE }],
    previous: [{ hash: '7c9b6d5d8f', image: 'x/orders-db-proxy:1', createdAt: now - 9000 * MINUTE }],
  }),
];

describe('the rollouts that the kubernetes server reads from the simulated Kubernetes', () => {
  let cluster: KubernetesSandbox;

  beforeEach(async () => {
    cluster = await startKubernetesSandbox({ scenarios: [() => ({ objects: OBJECTS })] });
  });
  afterEach(() => cluster.close());

  const server = () => createKubernetesServer({ kubeconfigPath: cluster.kubeconfigPath, timeoutMs: 5000 });

  it('are those of stateful sets and daemon sets too, each beside what came before it', async () => {
    const { data } = await runCapability(server(), 'changes.list', range);
    expect(data.changes.map(({ title }) => title)).to.deep.equal([
      'rollout of data/orders-db: image x/orders-db-proxy:2, before x/orders-db-proxy:1',
      'rollout of StatefulSet data/orders-db: image x/orders-db:16, before x/orders-db:15',
      'rollout of DaemonSet data/log-agent: image x/log-agent:2, before x/log-agent:1',
    ]);
    expect(data.changes[1]).to.deep.include({
      kind: 'deploy',
      id: 'orders-db-16',
      service: 'orders-db',
      detail: '-orders-db.limits.memory: 1Gi\n+orders-db.limits.memory: 256Mi',
    });
  });

  it('come page by page, each once', async () => {
    const pages = await allPages(server(), 'list_changes', { ...range, limit: 1 }, 'changes');
    expect(pages.map((page) => page.length)).to.deep.equal([1, 1, 1]);
  });

  it('are told without those that the role may not read', async () => {
    cluster.failNext('/apis/apps/v1/controllerrevisions', { kind: 'status', status: 403 });
    const { data, text } = await runCapability(server(), 'changes.list', range);
    expect(data.changes.map(({ service }) => service)).to.deep.equal(['orders-db']);
    expect(text).to.contain('the role may not list controllerrevisions');
  });
});
