import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  type KubernetesSandbox,
  startKubernetesSandbox,
} from '../../scripts/sandbox/kubernetes/start-kubernetes-sandbox.ts';
import { ALL_SCENARIOS, SCENARIOS } from '../../scripts/sandbox/scenarios/index.ts';
import type { ServerDefinition } from '../../src/shared/mcp/server-definition.ts';
import { createKubernetesServer } from '../../src/shared/mcp/servers/kubernetes/kubernetes-server.ts';
import { runCapability, runTool } from '../support/run-tool.ts';
import { failureOf } from '../unit/shared/mcp/support/waits.ts';

const TIMEOUT_MS = 1000;
const WORLD = Object.values(SCENARIOS);

describe('the kubernetes server against the simulated Kubernetes', () => {
  let cluster: KubernetesSandbox;
  let server: ServerDefinition;

  const connect = (more: { namespaces?: string[] } = {}) =>
    createKubernetesServer({ kubeconfigPath: cluster.kubeconfigPath, timeoutMs: TIMEOUT_MS, ...more });

  beforeEach(async () => {
    cluster = await startKubernetesSandbox({ scenarios: WORLD });
    server = connect();
  });
  afterEach(() => cluster.close());

  it('finds the pods of a service by its selector, the troubled ones first', async () => {
    const { data, text } = await runCapability(server, 'pods.status', { service: 'user-service' });
    expect(data.pods.map(({ ready }) => ready)).to.deep.equal([false, true, true]);
    expect(data.pods[0]).to.include({ namespace: 'shop', phase: 'Running' });
    expect(data.pods[0]?.containers[0]).to.deep.include({ limits: { cpu: '1', memory: '1Gi' }, restarts: 0 });
    expect(text).to.include('2 of 3 pods ready').and.include('NOT READY');
  });

  it('finds pods by a name, the beginning of one, or labels', async () => {
    const names = async (input: Parameters<typeof runCapability<'pods.status'>>[2]) =>
      (await runCapability(server, 'pods.status', input)).data.pods.map(({ name }) => name);
    const [name = ''] = await names({ pod: 'billing' });
    expect(name).to.match(/^billing-/);
    expect(await names({ pod: name, namespace: 'shop' })).to.deep.equal([name]);
    expect(await names({ labelSelector: 'app in (billing),app.kubernetes.io/name' })).to.deep.equal([name]);
    expect(await names({ pod: 'bill' })).to.deep.equal([]);
    expect(await names({ service: 'no-such-service' })).to.deep.equal([]);
  });

  it('tells a crash loop and an OOM kill with their last ends', async () => {
    const { data: crashing } = await runCapability(server, 'pods.status', { service: 'billing' });
    expect(crashing.pods[0]?.containers[0]).to.include({ state: 'waiting', reason: 'CrashLoopBackOff', restarts: 8 });
    const { data: killed } = await runCapability(server, 'pods.status', { service: 'report-builder' });
    expect(killed.pods[0]?.containers[0]?.lastTermination).to.include({ reason: 'OOMKilled', exitCode: 137 });
    expect(killed.pods[0]?.containers[0]?.lastTermination?.finishedAt).to.match(/^\d{4}-.*Z$/);
  });

  it('tells a service with ready endpoints from one without, and from none at all', async () => {
    const { data: healthy } = await runCapability(server, 'service.health', { service: 'user-service' });
    expect(healthy).to.include({ found: true, namespace: 'shop', matchingPods: 3 });
    expect(healthy.readyEndpoints).to.have.length(2);
    expect(healthy.notReadyEndpoints[0]).to.match(/^10\.42\.\d+\.\d+:8080 user-service-/);
    const { data: dead } = await runCapability(server, 'service.health', { service: 'orders', namespace: 'shop' });
    expect([dead.readyEndpoints.length, dead.notReadyEndpoints.length]).to.deep.equal([0, 2]);
    const { data: none } = await runCapability(server, 'service.health', { service: 'nothing' });
    expect(none).to.include({ found: false, matchingPods: 0 });
  });

  it('lists events newest first, by type and by object', async () => {
    const { data, text } = await runCapability(server, 'events.list', { type: 'Warning', object: 'user-service' });
    expect(data.events.map(({ reason }) => reason)).to.deep.equal(['Unhealthy', 'Unhealthy', 'Unhealthy']);
    expect(data.events.map(({ lastSeen }) => lastSeen)).to.deep.equal(
      data.events
        .map(({ lastSeen }) => lastSeen)
        .sort()
        .reverse(),
    );
    expect(text).to.include('9 times since');
    const { data: byHost } = await runCapability(server, 'events.list', { object: 'api.example.com' });
    expect(byHost.events.map(({ kind }) => kind)).to.include.members(['Certificate', 'Order']);
    const { data: cut } = await runCapability(server, 'events.list', { limit: 2 });
    expect([cut.events.length, cut.truncated]).to.deep.equal([2, true]);
  });

  it('reads the log of a pod and of its previous run', async () => {
    const { data } = await runCapability(server, 'pods.logs', { pod: 'user-service', tailLines: 3 });
    expect(data).to.include({ namespace: 'shop', container: 'user-service', truncated: true });
    expect(data.lines).to.have.length(3);
    const { data: before } = await runCapability(server, 'pods.logs', { pod: 'billing', previous: true });
    expect(before.lines.at(-1)).to.include('BILLING_LEDGER_URL is not set');
    const none = runCapability(server, 'pods.logs', { pod: 'orders', previous: true });
    expect(await failureOf(none)).to.include({ failure: 'not_found' });
    const unknown = await failureOf(runCapability(server, 'pods.logs', { pod: 'nothing' }));
    expect(unknown).to.include({ failure: 'not_found', retryable: false });
  });

  it('tells when which image was rolled out', async () => {
    const { data } = await runTool(server, 'get_deployment_status', { deployment: 'user-service' });
    const [deployment] = (
      data as { deployments: { ready: number; rollouts: { images: string[]; createdAt: string }[] }[] }
    ).deployments;
    expect(deployment?.ready).to.equal(2);
    expect(deployment?.rollouts.map(({ images }) => images[0]?.split(':')[1])).to.deep.equal(['2.14.0', '2.13.2']);
  });

  it('hands out no environment values', async () => {
    const answers = await Promise.all([
      runCapability(server, 'pods.status', { service: 'user-service' }),
      runTool(server, 'get_deployment_status', { deployment: 'user-service' }),
    ]);
    expect(JSON.stringify(answers)).not.to.include('never-shown').and.not.include('DATASOURCE');
  });

  it('only ever reads', async () => {
    await runCapability(server, 'pods.status', {});
    await runCapability(server, 'service.health', { service: 'orders' });
    expect(cluster.requests.every((request) => request.startsWith('GET '))).to.equal(true);
    const folder = new URL('../../src/shared/mcp/servers/kubernetes/', import.meta.url);
    for (const file of await readdir(folder)) {
      const source = await readFile(new URL(file, folder), 'utf8');
      expect(source, file).not.to.match(/\.(create|replace|patch|delete)(Namespaced|Collection)\w*\(/);
    }
  });

  it('stays within its namespaces', async () => {
    const narrow = connect({ namespaces: ['data', 'edge'] });
    const refused = await failureOf(runCapability(narrow, 'pods.status', { namespace: 'shop' }));
    expect(refused).to.include({ failure: 'refused', retryable: false });
    const { data } = await runCapability(narrow, 'pods.status', {});
    expect(new Set(data.pods.map(({ namespace }) => namespace))).to.have.all.keys('data', 'edge');
    expect(cluster.requests.some((request) => request.includes('shop') || request === 'GET /api/v1/pods')).to.equal(
      false,
    );
  });

  it('sorts what goes wrong by what can be done about it', async () => {
    const pods = () => runCapability(server, 'pods.status', { namespace: 'shop' });
    const cases = [
      [{ kind: 'status', status: 401 }, 'auth'],
      [{ kind: 'status', status: 403 }, 'auth'],
      [{ kind: 'status', status: 404 }, 'not_found'],
      [{ kind: 'status', status: 500 }, 'overload'],
      [{ kind: 'status', status: 503 }, 'overload'],
      [{ kind: 'drop_answer' }, 'connection'],
      [{ kind: 'hang' }, 'timeout'],
    ] as const;
    for (const [fault, expected] of cases) {
      cluster.failNext('/api/v1/namespaces/shop/pods', fault);
      expect(await failureOf(pods()), JSON.stringify(fault)).to.include({
        dependency: 'kubernetes',
        failure: expected,
      });
    }
    cluster.failNext('*', { kind: 'rate_limited', retryAfterSeconds: 3 });
    expect(await failureOf(pods())).to.include({ failure: 'rate_limit', retryAfterMs: 3000 });
    await cluster.stop();
    expect(await failureOf(pods())).to.include({ failure: 'connection', retryable: true });
  });

  it('says what the cluster forbids', async () => {
    await cluster.close();
    cluster = await startKubernetesSandbox({ scenarios: WORLD, forbiddenNamespaces: ['data'] });
    const failure = await failureOf(runCapability(connect(), 'pods.status', { namespace: 'data' }));
    expect(failure).to.include({ failure: 'auth', detail: 'Forbidden' });
    expect(failure.message).to.include('cannot list resource "pods"').and.include('let its role get and list this');
  });

  it('shares connections between calls over TLS', async () => {
    await cluster.close();
    cluster = await startKubernetesSandbox({ scenarios: WORLD, tls: true });
    server = connect();
    for (let index = 0; index < 6; index++) await runCapability(server, 'events.list', {});
    expect(cluster.connections()).to.be.at.most(2);
    const { data } = await runCapability(server, 'service.health', { service: 'user-service' });
    expect(data.found).to.equal(true);
  });

  it('stops with the caller', async () => {
    cluster.setFault('*', { kind: 'hang' });
    const signal = AbortSignal.timeout(20);
    expect(await failureOf(runCapability(server, 'events.list', {}, signal))).to.include({ failure: 'timeout' });
    expect(await failureOf(runCapability(server, 'events.list', {}, AbortSignal.abort()))).to.include({
      failure: 'aborted',
    });
  });

  it('says what is wrong with a kubeconfig, and with its token', async () => {
    const absent = createKubernetesServer({ kubeconfigPath: '/nowhere/kubeconfig', timeoutMs: TIMEOUT_MS });
    expect(await failureOf(runCapability(absent, 'pods.status', {}))).to.include({ failure: 'not_configured' });
    const folder = await mkdtemp(join(tmpdir(), 'rca-fleet-test-'));
    const kubeconfigPath = join(folder, 'kubeconfig');
    const text = await readFile(cluster.kubeconfigPath, 'utf8');
    await writeFile(kubeconfigPath, text.replace('sandbox-reader-token', 'stale'));
    const stale = createKubernetesServer({ kubeconfigPath, timeoutMs: TIMEOUT_MS });
    const refused = await failureOf(runCapability(stale, 'pods.status', {}));
    expect(refused).to.include({ failure: 'auth' });
    expect(refused.message).to.include('check the credentials of KUBECONFIG');
    await rm(folder, { recursive: true });
  });
});

describe('the kubernetes server against a cluster where something was changed', function () {
  this.timeout(20_000);
  let cluster: KubernetesSandbox;
  let server: ServerDefinition;
  const range = { from: new Date(Date.now() - 3_600_000).toISOString(), to: new Date().toISOString() };

  before(async () => {
    cluster = await startKubernetesSandbox({ scenarios: [ALL_SCENARIOS['shop-deploy'], SCENARIOS.pool] });
    server = createKubernetesServer({ kubeconfigPath: cluster.kubeconfigPath, timeoutMs: 5000 });
  });
  after(() => cluster.close());

  it('lists the rollouts of a time range, newest first, with both images', async () => {
    const { data, text } = await runCapability(server, 'changes.list', range);
    expect(data.changes.map(({ service }) => service)).to.deep.equal(['payment', 'mailer', 'user-service']);
    expect(data.changes[0]).to.include({ kind: 'deploy', detail: '' });
    expect(data.changes[0]?.title).to.equal(
      'rollout of store/payment: image ghcr.io/store/payment:6.3.0, before ghcr.io/store/payment:6.2.0',
    );
    expect(text).to.contain('rollout of store/mailer');
    const long = { from: '2020-01-01T00:00:00Z', to: '2020-01-02T00:00:00Z' };
    expect((await runCapability(server, 'changes.list', long)).data.changes).to.deep.equal([]);
  });

  it('lists whole objects without the values of variables, and says what may not be read', async () => {
    const { data } = await runCapability(server, 'kubernetes.objects', {
      kinds: ['Deployment', 'Service', 'NetworkPolicy'],
      namespace: 'shop',
    });
    expect(new Set(data.objects.map(({ kind }) => kind))).to.have.all.keys('Deployment', 'Service');
    expect(JSON.stringify(data)).to.not.contain('sandbox-password-never-shown');
    const service = data.objects.find(({ kind }) => kind === 'Service') as { spec: { selector: unknown } };
    expect(service.spec.selector).to.deep.equal({ app: 'user-service' });
    expect(data).to.include({ withStatus: true, truncated: false });
  });
});
