import { expect } from 'chai';
import {
  type KubernetesSandbox,
  startKubernetesSandbox,
} from '../../scripts/sandbox/kubernetes/start-kubernetes-sandbox.ts';
import { plainObject } from '../../scripts/sandbox/scenarios/kubernetes-objects.ts';
import type { KubernetesObject, Scenario } from '../../scripts/sandbox/scenarios/telemetry-world.ts';
import { CLUSTER_WIDE_KINDS, OBJECT_KINDS } from '../../src/shared/mcp/capability-schemas/kubernetes-reads.ts';
import { createKubernetesServer } from '../../src/shared/mcp/servers/kubernetes/kubernetes-server.ts';
import { runCapability } from '../support/run-tool.ts';

const SECRET = 'never-shown';
const createdAt = Date.now() - 3_600_000;
const shop = { namespace: 'shop', createdAt };

const OBJECTS: KubernetesObject[] = [
  plainObject('v1', 'ConfigMap', 'cart-settings', {
    ...shop,
    data: { ORDERS_URL: 'http://orders:8080', DB_PASSWORD: SECRET, 'app.yaml': `password: ${SECRET}` },
    binaryData: { keystore: Buffer.from(SECRET).toString('base64') },
  }),
  plainObject('v1', 'ServiceAccount', 'cart', shop),
  plainObject('v1', 'Secret', 'cart-secret', { ...shop, data: { password: SECRET } }),
  plainObject('v1', 'PersistentVolume', 'pv-1', {
    createdAt,
    spec: {
      claimRef: { namespace: 'shop', name: 'data-0' },
      csi: { volumeAttributes: { password: SECRET, share: 'a' } },
    },
  }),
  plainObject('v1', 'PersistentVolume', 'pv-2', { createdAt, spec: { claimRef: { namespace: 'vault', name: 'x' } } }),
  plainObject('v1', 'Node', 'node-1', { createdAt, status: {} }),
  plainObject('storage.k8s.io/v1', 'StorageClass', 'fast', {
    createdAt,
    provisioner: 'csi.example.com',
    parameters: { restuserkey: SECRET, 'csi.storage.k8s.io/provisioner-secret-name': 'csi-login' },
  }),
  plainObject('networking.k8s.io/v1', 'IngressClass', 'public', { createdAt, spec: { controller: 'example.com/in' } }),
  plainObject('gateway.networking.k8s.io/v1', 'Gateway', 'edge', { ...shop, spec: { gatewayClassName: 'example' } }),
  plainObject('gateway.networking.k8s.io/v1', 'HTTPRoute', 'cart', {
    ...shop,
    spec: { rules: [{ filters: [{ requestHeaderModifier: { set: [{ name: 'Authorization', value: SECRET }] } }] }] },
  }),
  plainObject('gateway.networking.k8s.io/v1', 'GRPCRoute', 'stock', shop),
  ...(['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'] as const).map((kind) =>
    plainObject('admissionregistration.k8s.io/v1', kind, 'policy', {
      createdAt,
      webhooks: [
        {
          name: 'pods.policy.example.com',
          failurePolicy: 'Fail',
          clientConfig: { caBundle: SECRET, service: { name: 'policy' } },
        },
      ],
    }),
  ),
];
const scenario: Scenario = () => ({ objects: OBJECTS });
const NEW = [...new Set(OBJECTS.map(({ kind }) => kind))].filter((kind) => kind !== 'Secret');

describe('the objects that the kubernetes server reads from the simulated Kubernetes', () => {
  let cluster: KubernetesSandbox;

  before(async () => {
    cluster = await startKubernetesSandbox({ scenarios: [scenario] });
  });
  after(() => cluster.close());

  const read = (kinds: readonly string[], namespaces?: string[]) => {
    const server = createKubernetesServer({ kubeconfigPath: cluster.kubeconfigPath, timeoutMs: 5000, namespaces });
    return runCapability(server, 'kubernetes.objects', { kinds: kinds as (typeof OBJECT_KINDS)[number][] });
  };

  it('are of every kind that may be asked for, those without a namespace among them', async () => {
    const { data } = await read(OBJECT_KINDS);
    expect(data.refused).to.deep.equal([]);
    expect(new Set(data.objects.map(({ kind }) => kind))).to.have.all.keys(NEW);
    for (const { kind, metadata } of data.objects)
      expect('namespace' in (metadata as object), `${kind}`).to.equal(!CLUSTER_WIDE_KINDS.has(`${kind}`));
  });

  it('tell keys, names and addresses, and no value that may be a secret', async () => {
    const { data, text } = await read(OBJECT_KINDS);
    const shown = JSON.stringify(data) + text;
    expect(shown).to.not.include(SECRET);
    expect(shown).to.not.include(Buffer.from(SECRET).toString('base64'));
    const map = data.objects.find(({ kind }) => kind === 'ConfigMap');
    expect(map).to.deep.include({
      data: { ORDERS_URL: 'http://orders:8080', DB_PASSWORD: '[left out]', 'app.yaml': '[left out]' },
      binaryData: { keystore: '[left out]' },
    });
    for (const kept of ['csi-login', 'pods.policy.example.com', 'example.com/in']) expect(shown).to.include(kept);
  });

  it('are never secrets', async () => {
    const refused = await read(['Secret']).then(
      () => null,
      (error: Error) => error,
    );
    expect(refused).to.be.an('error');
  });

  it('are volumes of claims in the namespaces that may be read only', async () => {
    const names = async (namespaces?: string[]) =>
      (await read(['PersistentVolume'], namespaces)).data.objects.map(
        ({ metadata }) => (metadata as { name: string }).name,
      );
    expect(await names()).to.deep.equal(['pv-1', 'pv-2']);
    expect(await names(['shop'])).to.deep.equal(['pv-1']);
  });
});
