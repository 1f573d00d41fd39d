import { kubernetesEvent, podName, workload } from './kubernetes-objects.ts';
import { HOUR, log, MINUTE, span, spread, type Where } from './telemetry-rows.ts';
import type { Scenario } from './telemetry-world.ts';

const NAME = 'payments.internal.example.com';
const POD = { suffix: 'f6h2v', createdAt: 0 };

/** payment-gateway: the name of its upstream does not resolve since the DNS forwarder times out. */
export const dnsFailure: Scenario = (now) => {
  const pod = { ...POD, createdAt: now - 3 * 24 * HOUR };
  const dnsPod = { suffix: 'c8d4z', createdAt: now - 60 * 24 * HOUR };
  const where: Where = { service: 'payment-gateway', namespace: 'shop', pod: podName('payment-gateway', pod) };
  const dns: Where = { service: 'coredns', namespace: 'kube-system', pod: podName('coredns', dnsPod) };
  const times = spread(now - 12 * MINUTE, now - 2_000, 30);
  const attributes = { 'server.address': NAME };
  return {
    objects: [
      ...workload({
        name: 'payment-gateway',
        namespace: 'shop',
        image: 'ghcr.io/shop/payment-gateway:3.2.0',
        port: 8080,
        pods: [pod],
      }),
      ...workload({
        name: 'coredns',
        namespace: 'kube-system',
        image: 'registry.k8s.io/coredns/coredns:v1.12.4',
        port: 53,
        pods: [dnsPod],
      }),
      kubernetesEvent({
        namespace: 'kube-system',
        kind: 'ConfigMap',
        name: 'coredns',
        reason: 'ConfigMapUpdated',
        message: 'forward changed from 10.0.0.2 to 10.0.9.2',
        firstSeen: now - 14 * MINUTE,
        component: 'gitops',
      }),
    ],
    logs: times.flatMap((at) => [
      log(at, where, 'ERROR', `getaddrinfo ENOTFOUND ${NAME}`, attributes),
      log(
        at - 5,
        dns,
        'ERROR',
        `[ERROR] plugin/errors: 2 ${NAME}. A: read udp 10.42.0.7:51944->10.0.9.2:53: i/o timeout`,
      ),
    ]),
    spans: times.map((at) =>
      span(at, where, { name: `POST ${NAME}/charge`, durationMs: 5_004, error: true, attributes }),
    ),
  };
};
