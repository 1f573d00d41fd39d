import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { expect } from 'chai';
import {
  type KubernetesSandbox,
  startKubernetesSandbox,
} from '../../scripts/sandbox/kubernetes/start-kubernetes-sandbox.ts';
import { SCENARIOS } from '../../scripts/sandbox/scenarios/index.ts';

/** The platform's own binary: its JavaScript wrapper leaves the process behind when it is closed. */
function peerBinary(): string | null {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `kubernetes-mcp-server-${system}-${process.arch === 'x64' ? 'amd64' : process.arch}`;
  try {
    const path = createRequire(import.meta.url).resolve(`${name}/bin/${name}`);
    return existsSync(path) ? path : null;
  } catch {
    return null;
  }
}

describe('the simulated Kubernetes, asked by kubernetes-mcp-server', () => {
  let cluster: KubernetesSandbox;
  let peer: Client;

  before(async function () {
    const command = peerBinary();
    if (!command) {
      console.log('    skipped: kubernetes-mcp-server has no binary for this platform');
      this.skip();
    }
    cluster = await startKubernetesSandbox({ scenarios: Object.values(SCENARIOS), tls: true });
    const args = ['--kubeconfig', cluster.kubeconfigPath, '--read-only'];
    peer = new Client({ name: 'rca-fleet-test', version: '0.0.0' });
    await peer.connect(new StdioClientTransport({ command, args, stderr: 'ignore' }));
  });
  after(async () => {
    await peer?.close();
    await cluster?.close();
  });

  const call = async (name: string, args: Record<string, unknown>) => {
    const { content, isError } = (await peer.callTool({ name, arguments: args })) as {
      content: { text: string }[];
      isError?: boolean;
    };
    return { isError: isError ?? false, text: content.map(({ text }) => text).join('\n') };
  };

  it('lists namespaces and pods', async () => {
    const namespaces = await call('namespaces_list', {});
    expect(namespaces).to.deep.include({ isError: false });
    expect(namespaces.text).to.include('cert-manager').and.include('shop');
    const pods = await call('pods_list_in_namespace', { namespace: 'shop', labelSelector: 'app=user-service' });
    expect(pods.isError).to.equal(false);
    expect(pods.text.match(/user-service-7c6d8b5f4d-\w{5}/g)).to.have.length.of.at.least(3);
    expect(pods.text).not.to.include('catalog');
  });

  it('reads a pod and its log', async () => {
    const listed = await call('pods_list_in_namespace', { namespace: 'shop', labelSelector: 'app=billing' });
    const [name = ''] = listed.text.match(/billing-\w+-\w{5}/) ?? [];
    expect((await call('pods_get', { namespace: 'shop', name })).text).to.include('CrashLoopBackOff');
    const log = await call('pods_log', { namespace: 'shop', name, previous: true });
    expect(log.text).to.include('BILLING_LEDGER_URL is not set');
  });

  it('lists events and other kinds', async () => {
    expect((await call('events_list', { namespace: 'edge' })).text).to.include('rateLimited');
    const slices = await call('resources_list', {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      namespace: 'shop',
    });
    expect(slices.text).to.include('user-service');
    const ingress = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', namespace: 'edge', name: 'api-gateway' };
    expect((await call('resources_get', ingress)).text).to.include('api.example.com');
  });

  it('is refused what the reader may not do, in the words of Kubernetes', async () => {
    const missing = await call('pods_get', { namespace: 'shop', name: 'nothing' });
    expect(missing.isError).to.equal(true);
    expect(missing.text).to.include('pods "nothing" not found');
    const secrets = await call('resources_list', { apiVersion: 'v1', kind: 'Secret', namespace: 'shop' });
    expect(secrets.text).to.match(/forbidden|not allowed|denied/i);
  });
});
