import { plainObject, podName, workload } from './kubernetes-objects.ts';
import { HOUR, jitter, log, series, span, spread, type Where } from './telemetry-rows.ts';
import type { KubernetesObject, Scenario } from './telemetry-world.ts';

const NAMESPACES = ['default', 'kube-system', 'edge', 'shop', 'data', 'cert-manager'];
const DAY = 24 * HOUR;

type Bystander = { name: string; namespace: string; route: string; line: (index: number) => string };

const BYSTANDERS: Bystander[] = [
  {
    name: 'catalog',
    namespace: 'shop',
    route: 'GET /products/{id}',
    line: (index) => `GET /products/${4100 + index * 7} 200 ${18 + (index % 9)}ms`,
  },
  {
    name: 'checkout',
    namespace: 'shop',
    route: 'POST /orders',
    line: (index) => `order ${88_200 + index} placed, ${1 + (index % 4)} items`,
  },
  {
    name: 'notifications',
    namespace: 'shop',
    route: 'consume notifications',
    line: (index) => `sent ${3 + (index % 5)} mails, queue empty`,
  },
];

const bystanderPods = (now: number) => [
  { suffix: 'k2m4x', createdAt: now - 9 * DAY },
  { suffix: 'w8z7q', createdAt: now - 9 * DAY },
];

function bystanderObjects(now: number): KubernetesObject[] {
  return BYSTANDERS.flatMap(({ name, namespace }) =>
    workload({ name, namespace, image: `ghcr.io/shop/${name}:1.31.4`, port: 8080, pods: bystanderPods(now) }),
  );
}

function clusterObjects(now: number): KubernetesObject[] {
  const createdAt = now - 200 * DAY;
  const namespaces = NAMESPACES.map((name) =>
    plainObject('v1', 'Namespace', name, { createdAt, status: { phase: 'Active' } }),
  );
  const ready = { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' };
  const nodes = ['node-1', 'node-2', 'node-3'].map((name) =>
    plainObject('v1', 'Node', name, {
      createdAt,
      spec: {},
      status: {
        conditions: [ready],
        allocatable: { cpu: '8', memory: '32Gi', pods: '110' },
        nodeInfo: { kubeletVersion: 'v1.34.1' },
      },
    }),
  );
  return [...namespaces, ...nodes];
}

function whereabouts(bystander: Bystander, now: number, index: number): Where {
  const pods = bystanderPods(now);
  const pod = pods[index % pods.length]!;
  return { service: bystander.name, namespace: bystander.namespace, pod: podName(bystander.name, pod) };
}

/** The rest of the cluster on a quiet day: healthy pods, nodes, INFO lines and fast spans. */
export const background: Scenario = (now) => {
  const times = spread(now - 2 * HOUR, now - 5_000, 60);
  return {
    objects: [...clusterObjects(now), ...bystanderObjects(now)],
    logs: BYSTANDERS.flatMap((bystander) =>
      times.map((at, index) => log(at, whereabouts(bystander, now, index), 'INFO', bystander.line(index))),
    ),
    spans: BYSTANDERS.flatMap((bystander) =>
      times.map((at, index) =>
        span(at, whereabouts(bystander, now, index), { name: bystander.route, durationMs: 25 + jitter(index) * 12 }),
      ),
    ),
    metrics: BYSTANDERS.map(({ name }) =>
      series(now, { metric: 'http.server.request.count', unit: '1', labels: { 'service.name': name } }, (ago) =>
        Math.max(1, 40 + jitter(ago) * 6),
      ),
    ),
    podLogs: BYSTANDERS.flatMap((bystander) =>
      bystanderPods(now).map((pod) => ({
        namespace: bystander.namespace,
        pod: podName(bystander.name, pod),
        container: bystander.name,
        previous: false,
        lines: times.slice(-20).map((at, index) => `${new Date(at).toISOString()} INFO ${bystander.line(index)}`),
      })),
    ),
  };
};
