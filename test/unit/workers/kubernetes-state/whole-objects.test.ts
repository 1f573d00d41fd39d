import { expect } from 'chai';
import { concluded, manifests } from './conclude-evidence.ts';

type Spec = Record<string, unknown>;
const object = (kind: string, name: string, rest: Spec, apiVersion = 'v1'): Spec => ({
  apiVersion,
  kind,
  metadata: { name, namespace: 'bakery' },
  ...rest,
});
const RESOURCES = { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '128Mi' } };

/** The objects of a small shop in one namespace; every part can be made otherwise. */
const PARTS = {
  ovens: (container: Spec = {}, pod: Spec = {}, spec: Spec = {}) =>
    object('Deployment', 'ovens', {
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'ovens' } },
        template: {
          metadata: { labels: { app: 'ovens', tier: 'back' } },
          spec: {
            serviceAccountName: 'ovens',
            volumes: [{ name: 'recipes', configMap: { name: 'recipes' } }],
            containers: [
              {
                name: 'ovens',
                image: 'registry.bakery.example/ovens:3.2',
                ports: [{ name: 'http', containerPort: 8080 }],
                env: [
                  { name: 'HEAT', valueFrom: { configMapKeyRef: { name: 'recipes', key: 'heat' } } },
                  { name: 'STORE_URL', value: 'redis://pantry:6379' },
                ],
                readinessProbe: { httpGet: { path: '/ready', port: 'http' } },
                volumeMounts: [{ name: 'recipes', mountPath: '/etc/recipes' }],
                resources: RESOURCES,
                ...container,
              },
            ],
            ...pod,
          },
        },
        ...spec,
      },
    }),
  ovensService: (port: Spec = { port: 80, targetPort: 'http' }, selector: Spec = { app: 'ovens' }) =>
    object('Service', 'ovens', { spec: { selector, ports: [port] } }),
  pantry: (container: Spec = {}, spec: Spec = {}) =>
    object('StatefulSet', 'pantry', {
      spec: {
        serviceName: 'pantry',
        replicas: 1,
        selector: { matchLabels: { app: 'pantry' } },
        template: {
          metadata: { labels: { app: 'pantry' } },
          spec: {
            containers: [
              {
                name: 'valkey',
                image: 'valkey/valkey:8.1',
                args: ['--maxmemory', '96mb'],
                ports: [{ containerPort: 6379 }],
                volumeMounts: [{ name: 'data', mountPath: '/data' }],
                resources: RESOURCES,
                ...container,
              },
            ],
          },
        },
        volumeClaimTemplates: [
          { metadata: { name: 'data' }, spec: { storageClassName: 'quick', accessModes: ['ReadWriteOnce'] } },
        ],
        ...spec,
      },
    }),
  pantryService: () =>
    object('Service', 'pantry', { spec: { clusterIP: 'None', selector: { app: 'pantry' }, ports: [{ port: 6379 }] } }),
  taster: (script = 'while true; do wget -qO- -T 4 http://ovens:80/ > /dev/null || echo "no bread"; sleep 20; done') =>
    object('Deployment', 'taster', {
      spec: {
        selector: { matchLabels: { app: 'taster' } },
        template: {
          metadata: { labels: { app: 'taster', tier: 'front' } },
          spec: {
            containers: [{ name: 'sh', image: 'busybox:1.37', command: ['sh', '-c', script], resources: RESOURCES }],
          },
        },
      },
    }),
  account: () => object('ServiceAccount', 'ovens', {}),
  role: (rule: Spec = { apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }) =>
    object('Role', 'ovens', { rules: [rule] }, 'rbac.authorization.k8s.io/v1'),
  binding: (role = 'ovens') =>
    object(
      'RoleBinding',
      'ovens',
      {
        roleRef: { kind: 'Role', name: role },
        subjects: [{ kind: 'ServiceAccount', name: 'ovens', namespace: 'bakery' }],
      },
      'rbac.authorization.k8s.io/v1',
    ),
  recipes: (data: Spec = { heat: '230' }) => object('ConfigMap', 'recipes', { data }),
  storage: (provisioner = 'ebs.csi.aws.com') => ({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'quick' },
    provisioner,
  }),
  quota: (hard: Spec = { 'requests.cpu': '1', 'limits.memory': '1Gi', 'limits.cpu': '2', pods: '8' }) =>
    object('ResourceQuota', 'all', { spec: { hard } }),
  range: (limit: Spec = { default: { cpu: '250m' }, max: { memory: '256Mi', cpu: '1' } }) =>
    object('LimitRange', 'each', { spec: { limits: [{ type: 'Container', ...limit }] } }),
  budget: (spec: Spec = { maxUnavailable: 1 }) =>
    object(
      'PodDisruptionBudget',
      'ovens',
      { spec: { selector: { matchLabels: { app: 'ovens' } }, ...spec } },
      'policy/v1',
    ),
  policy: (port = 8080, tier = 'front') =>
    object(
      'NetworkPolicy',
      'ovens-in',
      {
        spec: {
          podSelector: { matchLabels: { app: 'ovens' } },
          policyTypes: ['Ingress'],
          ingress: [{ from: [{ podSelector: { matchLabels: { tier } } }], ports: [{ port }] }],
        },
      },
      'networking.k8s.io/v1',
    ),
};
type Part = keyof typeof PARTS;

/** What is said of all parts, one of them made otherwise or left out (null). */
function verdict(
  changed: Partial<Record<Part, Spec | null>> = {},
  title = 'Have a look at the objects of bakery: is anything wrong?',
  more: Spec[] = [],
): string {
  const objects = (Object.keys(PARTS) as Part[]).flatMap((part) => {
    const made = part in changed ? changed[part] : PARTS[part]();
    return made ? [made] : [];
  });
  return concluded(title, [manifests(...objects, ...more)]).report.verdict;
}

describe('objects that are shown alone', () => {
  it('are right and complete where everything that they refer to is among them and fits', () => {
    expect(verdict()).to.equal('healthy');
    expect(verdict({}, 'What is the issue with ovens in bakery?')).to.equal('healthy');
    expect(
      verdict({ pantry: PARTS.pantry({ args: [] }), policy: null, budget: PARTS.budget({ minAvailable: 1 }) }),
    ).to.equal('healthy');
  });

  it('prove nothing where somebody tells of harm', () => {
    for (const title of [
      'Why does ovens never get ready?',
      'ovens in bakery answers 503, is anything wrong?',
      'Is anything wrong? The pods of ovens are stuck.',
    ])
      expect(verdict({}, title), title).not.to.equal('healthy');
  });

  it('are not right where a reference, a port, a selector or a right leads nowhere', () => {
    const wrong: Partial<Record<Part, Spec | null>>[] = [
      { recipes: PARTS.recipes({ warmth: '230' }) },
      { recipes: null },
      { account: null },
      { storage: null },
      { pantryService: null },
      { binding: PARTS.binding('oven') },
      { role: PARTS.role({ apiGroups: [''], resources: ['deployments'], verbs: ['get'] }) },
      { ovensService: PARTS.ovensService({ port: 80, targetPort: 'web' }) },
      { ovensService: PARTS.ovensService({ port: 8080, targetPort: 'http' }) },
      { ovensService: PARTS.ovensService(undefined, { app: 'oven' }) },
      { ovens: PARTS.ovens({ readinessProbe: { httpGet: { path: '/ready', port: 8081 } } }) },
      { ovens: PARTS.ovens({ env: [{ name: 'STORE_URL', value: 'redis://larder:6379' }] }) },
      { ovens: PARTS.ovens({ env: [{ name: 'STORE_URL', value: 'redis://pantry:6380' }] }) },
      { ovens: PARTS.ovens({ volumeMounts: [{ name: 'recipe', mountPath: '/x' }] }) },
      { ovens: PARTS.ovens({}, {}, { selector: { matchLabels: { app: 'oven' } } }) },
      { ovens: PARTS.ovens({}, {}, { replicas: 0 }) },
      { storage: PARTS.storage('kubernetes.io/no-provisioner') },
      { budget: PARTS.budget({ minAvailable: 2, maxUnavailable: undefined }) },
    ];
    for (const one of wrong) expect(verdict(one), JSON.stringify(one).slice(0, 300)).not.to.equal('healthy');
  });

  it('are not right where there is no room, or a policy is in the way', () => {
    const wrong: Partial<Record<Part, Spec | null>>[] = [
      { quota: PARTS.quota({ 'requests.cpu': '300m' }) },
      { quota: PARTS.quota({ pods: '3' }) },
      { quota: PARTS.quota({ 'requests.nvidia.com/gpu': '1' }) },
      { range: null },
      { range: PARTS.range({ max: { memory: '100Mi' } }) },
      { range: PARTS.range({ min: { cpu: '200m' }, default: { cpu: '250m' } }) },
      {
        ovens: PARTS.ovens({
          resources: { requests: { cpu: '2', memory: '64Mi' }, limits: { cpu: '1', memory: '64Mi' } },
        }),
      },
      { pantry: PARTS.pantry({ args: ['--maxmemory', '900mb'] }) },
      { policy: PARTS.policy(80) },
      { policy: PARTS.policy(8080, 'middle') },
    ];
    for (const one of wrong) expect(verdict(one), JSON.stringify(one).slice(0, 300)).not.to.equal('healthy');
  });

  it('are not judged where they hold what is not understood here', () => {
    expect(verdict({ ovens: PARTS.ovens({}, { nodeSelector: { disk: 'fast' } }) })).not.to.equal('healthy');
    expect(verdict({ ovens: PARTS.ovens({}, { initContainers: [{ name: 'wait', image: 'busybox' }] }) })).not.to.equal(
      'healthy',
    );
    expect(verdict({ ovens: PARTS.ovens({ securityContext: { runAsNonRoot: true } }) })).not.to.equal('healthy');
    expect(verdict({ ovens: PARTS.ovens({ command: ['/app/ovens', '--strict'] }) })).not.to.equal('healthy');
    expect(verdict({ ovens: PARTS.ovens({ image: 'postgres:17' }) })).not.to.equal('healthy');
    expect(
      verdict({
        ovens: PARTS.ovens({
          livenessProbe: { httpGet: { path: '/', port: 'http' }, periodSeconds: 1, failureThreshold: 1 },
        }),
      }),
    ).not.to.equal('healthy');
    expect(verdict({ taster: PARTS.taster('sleep 5; exit 1') })).not.to.equal('healthy');
    expect(verdict({ taster: PARTS.taster('while true; do dd if=/dev/zero of=/tmp/x; done') })).not.to.equal('healthy');
    expect(
      verdict({}, undefined, [object('Gateway', 'shop', { spec: {} }, 'gateway.networking.k8s.io/v1')]),
    ).not.to.equal('healthy');
  });

  it('are right with an entrance that leads to them and an autoscaler that finds them', () => {
    const ingress = (port: Spec = { number: 80 }, more: Spec = {}, annotations: Spec = {}) => ({
      ...object(
        'Ingress',
        'shop',
        {
          spec: {
            ingressClassName: 'nginx',
            rules: [
              {
                host: 'bread.example',
                http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'ovens', port } } }] },
              },
            ],
            ...more,
          },
        },
        'networking.k8s.io/v1',
      ),
      metadata: { name: 'shop', namespace: 'bakery', annotations },
    });
    const scaler = (target = 'ovens', maxReplicas = 4) =>
      object(
        'HorizontalPodAutoscaler',
        'ovens',
        {
          spec: {
            scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: target },
            minReplicas: 2,
            maxReplicas,
            metrics: [
              { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } },
            ],
          },
        },
        'autoscaling/v2',
      );
    // Whoever comes through the entrance is none of those whom the policy lets in.
    const of = (...more: Spec[]) => verdict({ policy: null }, undefined, more);
    expect(of(ingress(), scaler())).to.equal('healthy');
    expect(of(ingress({ number: 8080 }))).not.to.equal('healthy');
    expect(of(ingress(undefined, { tls: [{ hosts: ['bread.example'], secretName: 'bread-tls' }] }))).not.to.equal(
      'healthy',
    );
    expect(of(ingress(undefined, { ingressClassName: undefined }))).not.to.equal('healthy');
    expect(of(ingress(undefined, {}, { 'nginx.ingress.kubernetes.io/rewrite-target': '/x' }))).not.to.equal('healthy');
    expect(of(scaler('oven'))).not.to.equal('healthy');
    expect(of(scaler('ovens', 12))).not.to.equal('healthy');
    expect(verdict({}, undefined, [ingress()])).not.to.equal('healthy');
  });

  it('answer who asks about a right or a way only where just that is shown', () => {
    const reader = PARTS.role({ apiGroups: [''], resources: ['pods', 'configmaps'], verbs: ['get', 'list'] });
    const alone = { taster: null, pantry: null, pantryService: null, policy: null, storage: null };
    const ovens = PARTS.ovens({ env: [] });
    const may = 'Is ovens in bakery allowed to list pods?';
    expect(verdict({ ...alone, ovens, role: reader }, may)).to.equal('healthy');
    expect(verdict({ ...alone, ovens }, may)).not.to.equal('healthy');
    expect(verdict({ ...alone, ovens, role: reader }, 'Is ovens in bakery allowed to delete pods?')).not.to.equal(
      'healthy',
    );
    const watcher = PARTS.role({ apiGroups: [''], resources: ['deployments'], verbs: ['get', 'list'] });
    expect(verdict({ ...alone, ovens, role: watcher }, 'Does ovens have access to see deployments?')).not.to.equal(
      'healthy',
    );
    const open = PARTS.policy(8080, 'front');
    expect(verdict({ policy: open }, 'Is taster kept from reaching ovens by a policy?')).to.equal('healthy');
    expect(verdict({ policy: open }, 'Is pantry kept from reaching ovens by a policy?')).not.to.equal('healthy');
  });

  it('know servers that ask themselves whether they are ready, and need a folder of their own', () => {
    const postgres = (container: Spec = {}) =>
      PARTS.pantry({
        image: 'postgres:17',
        args: [],
        ports: [{ containerPort: 6379 }, { containerPort: 5432 }],
        env: [
          { name: 'POSTGRES_PASSWORD', value: 'x' },
          { name: 'PGDATA', value: '/var/lib/postgresql/data/own' },
        ],
        volumeMounts: [{ name: 'data', mountPath: '/var/lib/postgresql/data' }],
        readinessProbe: { exec: { command: ['pg_isready', '-U', 'postgres'] } },
        ...container,
      });
    expect(verdict({ pantry: postgres() })).to.equal('healthy');
    expect(verdict({ pantry: postgres({ env: [{ name: 'POSTGRES_PASSWORD', value: 'x' }] }) })).not.to.equal('healthy');
    expect(
      verdict({ pantry: postgres({ env: [{ name: 'PGDATA', value: '/var/lib/postgresql/data/own' }] }) }),
    ).not.to.equal('healthy');
    expect(
      verdict({ pantry: postgres({ readinessProbe: { exec: { command: ['cat', '/tmp/ready'] } } }) }),
    ).not.to.equal('healthy');
  });
});
