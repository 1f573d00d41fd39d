import { kubernetesEvent, podName, workload } from './kubernetes-objects.ts';
import { HOUR, log, MINUTE, span, spread, type Where } from './telemetry-rows.ts';
import type { Scenario } from './telemetry-world.ts';

/** orders: no pod is ready, so web-frontend's calls are refused. */
export const noReadyEndpoints: Scenario = (now) => {
  const orders = ['d3k7b', 'h5n9x'].map((suffix) => ({ suffix, createdAt: now - 15 * MINUTE, ready: false }));
  const frontend = { suffix: 'v2c6m', createdAt: now - 5 * 24 * HOUR };
  const where: Where = { service: 'web-frontend', namespace: 'shop', pod: podName('web-frontend', frontend) };
  const attributes = { 'server.address': 'orders.shop.svc.cluster.local', 'server.port': '8080' };
  const times = spread(now - 10 * MINUTE, now - 2_000, 25);
  return {
    objects: [
      ...workload({ name: 'orders', namespace: 'shop', image: 'ghcr.io/shop/orders:6.0.0', port: 8080, pods: orders }),
      ...workload({
        name: 'web-frontend',
        namespace: 'shop',
        image: 'ghcr.io/shop/web:9.3.1',
        port: 3000,
        pods: [frontend],
      }),
      ...orders.map((pod) =>
        kubernetesEvent({
          namespace: 'shop',
          kind: 'Pod',
          name: podName('orders', pod),
          type: 'Warning',
          reason: 'Unhealthy',
          message:
            'Readiness probe failed: Get "http://10.42.7.11:8080/ready": dial tcp 10.42.7.11:8080: connect: connection refused',
          firstSeen: now - 14 * MINUTE,
          lastSeen: now - 10_000,
          count: 84,
        }),
      ),
    ],
    logs: times.map((at) =>
      log(at, where, 'ERROR', 'connect ECONNREFUSED 10.96.31.7:8080 (orders.shop:8080)', attributes),
    ),
    spans: times.map((at) => span(at, where, { name: 'GET orders', durationMs: 3, error: true, attributes })),
  };
};
