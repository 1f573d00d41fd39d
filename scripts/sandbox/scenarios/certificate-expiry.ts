import { kubernetesEvent, kubernetesTime, plainObject, podName, workload } from './kubernetes-objects.ts';
import { HOUR, jitter, log, MINUTE, series, span, spread, type Where } from './telemetry-rows.ts';
import type { KubernetesObject, LogRow, Scenario } from './telemetry-world.ts';

const HOST = 'api.example.com';
const CERTIFICATE = 'api-example-com-tls';
const ORDER = `${CERTIFICATE}-4-2391774510`;
const DAY = 24 * HOUR;

const gatewayPods = (now: number) => [
  { suffix: 'r7k2p', createdAt: now - 12 * DAY },
  { suffix: 't9m4c', createdAt: now - 12 * DAY },
];
const certManagerPods = (now: number) => [{ suffix: 'zx5lf', createdAt: now - 40 * DAY }];

const GATEWAY = { name: 'api-gateway', namespace: 'edge', image: 'ghcr.io/shop/api-gateway:4.8.1', port: 8443 };
const CERT_MANAGER = {
  name: 'cert-manager',
  namespace: 'cert-manager',
  image: 'quay.io/jetstack/cert-manager-controller:v1.19.1',
  port: 9402,
};

function rateLimitMessage(now: number): string {
  return (
    '429 urn:ietf:params:acme:error:rateLimited: too many certificates (5) already issued for this exact set of ' +
    `identifiers in the last 168h0m0s, retry after ${kubernetesTime(now + 38 * HOUR)}`
  );
}

function events(now: number): KubernetesObject[] {
  const about = { namespace: 'edge', component: 'cert-manager-certificates-issuing' };
  const certificate = { ...about, kind: 'Certificate', name: CERTIFICATE };
  return [
    kubernetesEvent({
      ...certificate,
      reason: 'Issuing',
      message: `Renewing certificate as renewal was scheduled at ${kubernetesTime(now - 29 * DAY)}`,
      firstSeen: now - 55 * MINUTE,
      component: 'cert-manager-certificates-trigger',
    }),
    kubernetesEvent({
      ...certificate,
      reason: 'Requested',
      message: `Created new CertificateRequest resource "${CERTIFICATE}-4"`,
      firstSeen: now - 55 * MINUTE,
      component: 'cert-manager-certificates-request-manager',
    }),
    kubernetesEvent({
      ...certificate,
      type: 'Warning',
      reason: 'Failed',
      message:
        'The certificate request has failed to complete and will be retried: Failed to wait for order resource ' +
        `"${ORDER}" to become ready: order is in "errored" state: Failed to create Order: ${rateLimitMessage(now)}`,
      firstSeen: now - 54 * MINUTE,
      lastSeen: now - 7 * MINUTE,
      count: 4,
    }),
    kubernetesEvent({
      ...about,
      kind: 'Order',
      name: ORDER,
      type: 'Warning',
      reason: 'BadOrder',
      message: `Failed to create Order: ${rateLimitMessage(now)}`,
      firstSeen: now - 54 * MINUTE,
      lastSeen: now - 7 * MINUTE,
      count: 4,
      component: 'cert-manager-orders',
    }),
  ];
}

function ingress(now: number): KubernetesObject {
  const backend = { service: { name: GATEWAY.name, port: { number: GATEWAY.port } } };
  return plainObject('networking.k8s.io/v1', 'Ingress', 'api-gateway', {
    namespace: 'edge',
    createdAt: now - 200 * DAY,
    spec: {
      ingressClassName: 'nginx',
      tls: [{ hosts: [HOST], secretName: CERTIFICATE }],
      rules: [{ host: HOST, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
    },
    status: { loadBalancer: { ingress: [{ ip: '203.0.113.10' }] } },
  });
}

function certManagerLogs(now: number, where: Where): LogRow[] {
  const key = `edge/${ORDER}`;
  const failed = `"re-queuing item due to error processing" logger="cert-manager.orders" key="${key}" dnsNames=["${HOST}"] err="${rateLimitMessage(now)}"`;
  const attempts = [54, 38, 22, 7].flatMap((ago) => [
    log(now - ago * MINUTE, where, 'ERROR', failed, { 'acme.host': HOST, 'cert.name': CERTIFICATE }),
    log(
      now - ago * MINUTE + 900,
      where,
      'INFO',
      `"certificate issuance failed, backing off" key="edge/${CERTIFICATE}"`,
    ),
  ]);
  const renewing = `"Certificate must be re-issued" key="edge/${CERTIFICATE}" reason="Renewing" host="${HOST}"`;
  return [log(now - 55 * MINUTE, where, 'INFO', renewing), ...attempts];
}

function gatewayLogs(now: number, where: Where): LogRow[] {
  const access = spread(now - HOUR, now - 4_000, 40).map((at, index) =>
    log(at, where, 'INFO', `GET /v1/items/${300 + index} 200 ${22 + (index % 7)}ms host=${HOST}`),
  );
  const warning = `certificate for ${HOST} (secret edge/${CERTIFICATE}) expires at ${kubernetesTime(now + DAY)}`;
  return [...access, log(now - 10 * MINUTE, where, 'WARN', warning, { 'server.address': HOST })];
}

/** api.example.com: its certificate runs out in a day because every renewal is refused by the ACME rate limit. */
export const certificateExpiry: Scenario = (now) => {
  const [gatewayPod, certManagerPod] = [gatewayPods(now)[0]!, certManagerPods(now)[0]!];
  const gateway = { service: GATEWAY.name, namespace: 'edge', pod: podName(GATEWAY.name, gatewayPod) };
  const manager = { service: 'cert-manager', namespace: 'cert-manager', pod: podName('cert-manager', certManagerPod) };
  const managerLogs = certManagerLogs(now, manager);
  const labels = { name: CERTIFICATE, namespace: 'edge', 'service.name': 'cert-manager' };
  const expiry = Math.floor((now + DAY) / 1000);
  return {
    objects: [
      ...workload({ ...GATEWAY, pods: gatewayPods(now), limits: { cpu: '1', memory: '512Mi' } }),
      ...workload({ ...CERT_MANAGER, pods: certManagerPods(now) }),
      ingress(now),
      ...events(now),
    ],
    logs: [...managerLogs, ...gatewayLogs(now, gateway)],
    spans: spread(now - HOUR, now - 4_000, 40).map((at, index) =>
      span(at, gateway, { name: 'GET /v1/items/{id}', durationMs: 24 + jitter(index) * 8 }),
    ),
    metrics: [
      series(now, { metric: 'certmanager_certificate_expiration_timestamp_seconds', unit: 's', labels }, () => expiry),
      series(now, { metric: 'certmanager_certificate_ready_status', unit: '1', labels }, (ago) => (ago > 54 ? 1 : 0)),
    ],
    podLogs: [
      {
        namespace: 'cert-manager',
        pod: manager.pod,
        container: 'cert-manager',
        previous: false,
        lines: managerLogs.map(({ at, severity, body }) => `${severity[0]} ${new Date(at).toISOString()} ${body}`),
      },
    ],
  };
};
