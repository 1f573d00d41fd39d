import { kubernetesEvent, podName, workload } from './kubernetes-objects.ts';
import { HOUR, jitter, log, MINUTE, ramp, series, span, spread, type Where } from './telemetry-rows.ts';
import type { KubernetesObject, LogRow, MetricSeries, Scenario, SpanRow } from './telemetry-world.ts';

const SERVICE = 'user-service';
const NAMESPACE = 'shop';
const NEW_HASH = '7c6d8b5f4d';
const OLD_HASH = '6b8f9d7c55';
const NEW_IMAGE = 'ghcr.io/shop/user-service:2.14.0';
const OLD_IMAGE = 'ghcr.io/shop/user-service:2.13.2';
const POOL = 'HikariPool-1';
const POOL_SIZE = 20;
const SLOW_SQL = 'SELECT id, email, display_name FROM users WHERE lower(email) = lower($1)';
const FAST_SQL = 'SELECT id, email, display_name FROM users WHERE id = $1';

const ROLLOUT = 20;
const SATURATED = 8;

type Pod = { suffix: string; createdAt: number; hash: string; ready: boolean; restarts: number };

function pods(now: number): Pod[] {
  return ['q4x8n', 'b2j6w', 'm9t5k'].map((suffix, index) => ({
    suffix,
    createdAt: now - (ROLLOUT - index) * MINUTE,
    hash: NEW_HASH,
    ready: index !== 0,
    restarts: 0,
  }));
}

const whereOf = (pod: Pod): Where => ({ service: SERVICE, namespace: NAMESPACE, pod: podName(SERVICE, pod) });
const DATABASE: Where = { service: 'users-db', namespace: 'data', pod: 'users-db-5d8f7c9b6d-p0g6s' };

function rolloutEvents(now: number): KubernetesObject[] {
  const about = { namespace: NAMESPACE, kind: 'Deployment', name: SERVICE, component: 'deployment-controller' };
  const at = now - ROLLOUT * MINUTE;
  const up = `Scaled up replica set ${SERVICE}-${NEW_HASH} from 0 to 3`;
  const down = `Scaled down replica set ${SERVICE}-${OLD_HASH} from 3 to 0`;
  return [
    kubernetesEvent({ ...about, reason: 'ScalingReplicaSet', message: up, firstSeen: at }),
    kubernetesEvent({ ...about, reason: 'ScalingReplicaSet', message: down, firstSeen: at + 2 * MINUTE }),
  ];
}

function readinessEvents(now: number): KubernetesObject[] {
  return pods(now).map((pod, index) =>
    kubernetesEvent({
      namespace: NAMESPACE,
      kind: 'Pod',
      name: podName(SERVICE, pod),
      type: 'Warning',
      reason: 'Unhealthy',
      message: 'Readiness probe failed: HTTP probe failed with statuscode: 503',
      firstSeen: now - (6 - index) * MINUTE,
      lastSeen: now - (index + 1) * 30_000,
      count: 9 - index * 3,
    }),
  );
}

function objects(now: number): KubernetesObject[] {
  const database = { suffix: 'p0g6s', createdAt: now - 30 * 24 * HOUR };
  const env = [{ name: 'SPRING_DATASOURCE_PASSWORD', value: 'sandbox-password-never-shown' }];
  return [
    ...workload({
      name: SERVICE,
      namespace: NAMESPACE,
      image: NEW_IMAGE,
      port: 8080,
      pods: pods(now),
      limits: { cpu: '1', memory: '1Gi' },
      requests: { cpu: '250m', memory: '512Mi' },
      env,
      previous: [{ hash: OLD_HASH, image: OLD_IMAGE, createdAt: now - 16 * 24 * HOUR }],
    }),
    ...workload({ name: 'users-db', namespace: 'data', image: 'postgres:17.6', port: 5432, pods: [database] }),
    ...rolloutEvents(now),
    ...readinessEvents(now),
  ];
}

function timeoutLine(waiting: number): string {
  return (
    `${POOL} - Connection is not available, request timed out after 30000ms ` +
    `(total=${POOL_SIZE}, active=${POOL_SIZE}, idle=0, waiting=${waiting})`
  );
}

function errorLogs(now: number): LogRow[] {
  return spread(now - 7 * MINUTE, now - 3_000, 36).flatMap((at, index) => {
    const where = whereOf(pods(now)[index % 3]!);
    const waiting = Math.min(47, 12 + index);
    const logger = { 'log.logger': 'com.zaxxer.hikari.pool.HikariPool', 'db.pool.name': POOL };
    const failed = `GET /users/${7100 + index} 500 30012ms: Could not open JPA EntityManager for transaction`;
    return [
      log(at, where, 'ERROR', timeoutLine(waiting), logger),
      log(at + 40, where, 'ERROR', failed, { 'http.response.status_code': '500' }),
    ];
  });
}

function serviceLogs(now: number): LogRow[] {
  const [first] = pods(now);
  const started = `Started UserServiceApplication v2.14.0 in 11.4 seconds; ${POOL} maximumPoolSize=${POOL_SIZE}`;
  const access = spread(now - 2 * HOUR, now - ROLLOUT * MINUTE, 50).map((at, index) =>
    log(at, { service: SERVICE, namespace: NAMESPACE }, 'INFO', `GET /users/${5200 + index} 200 ${19 + (index % 8)}ms`),
  );
  const slow = spread(now - 16 * MINUTE, now - SATURATED * MINUTE, 10).map((at, index) =>
    log(at, whereOf(first!), 'WARN', `SlowQuery: ${Math.round(1800 + index * 640)} ms: ${SLOW_SQL}`),
  );
  return [...access, log(now - (ROLLOUT - 1) * MINUTE, whereOf(first!), 'INFO', started), ...slow, ...errorLogs(now)];
}

function databaseLogs(now: number): LogRow[] {
  return spread(now - 16 * MINUTE, now - 10_000, 14).map((at, index) => {
    const duration = (2100 + index * 560 + jitter(index) * 90).toFixed(3);
    return log(at, DATABASE, 'INFO', `LOG:  duration: ${duration} ms  execute <unnamed>: ${SLOW_SQL}`, {
      'db.name': 'users',
      'db.user': 'user_service',
    });
  });
}

const dbAttributes = (statement: string) => ({
  'db.system': 'postgresql',
  'db.name': 'users',
  'db.statement': statement,
  'server.address': 'users-db.data.svc.cluster.local',
  'server.port': '5432',
});

function querySpans(now: number): SpanRow[] {
  const before = spread(now - 2 * HOUR, now - ROLLOUT * MINUTE, 40).map((at, index) =>
    span(
      at,
      { service: SERVICE, namespace: NAMESPACE },
      {
        name: 'SELECT users',
        durationMs: 14 + jitter(index) * 6,
        attributes: dbAttributes(FAST_SQL),
      },
    ),
  );
  const after = spread(now - 16 * MINUTE, now - 12_000, 40).map((at, index) =>
    span(at, whereOf(pods(now)[index % 3]!), {
      name: 'SELECT users',
      durationMs: 2_000 + index * 190 + jitter(index) * 250,
      attributes: dbAttributes(SLOW_SQL),
    }),
  );
  return [...before, ...after];
}

function requestSpans(now: number): SpanRow[] {
  const failed = spread(now - 7 * MINUTE, now - 3_000, 30).map((at, index) =>
    span(at, whereOf(pods(now)[index % 3]!), {
      name: 'GET /users/{id}',
      durationMs: 30_012 + jitter(index) * 10,
      error: true,
      attributes: { 'http.response.status_code': '500', 'exception.type': 'SQLTransientConnectionException' },
    }),
  );
  const good = spread(now - 2 * HOUR, now - ROLLOUT * MINUTE, 40).map((at, index) =>
    span(
      at,
      { service: SERVICE, namespace: NAMESPACE },
      {
        name: 'GET /users/{id}',
        durationMs: 24 + jitter(index) * 9,
        attributes: { 'http.response.status_code': '200' },
      },
    ),
  );
  return [...good, ...failed];
}

function podMetrics(now: number, pod: Pod): MetricSeries[] {
  const labels = { 'service.name': SERVICE, 'k8s.pod.name': podName(SERVICE, pod), 'pool.name': POOL, pool: POOL };
  const used = ramp(5, POOL_SIZE, 15, SATURATED);
  const pending = ramp(0, 47, SATURATED, 1);
  const one = (metric: string, unit: string, valueAt: (ago: number) => number, more: Record<string, string> = {}) =>
    series(now, { metric, unit, labels: { ...labels, ...more } }, valueAt);
  return [
    one('db.client.connections.usage', '{connection}', used, { state: 'used' }),
    one('db.client.connections.usage', '{connection}', (ago) => POOL_SIZE - used(ago), { state: 'idle' }),
    one('db.client.connections.max', '{connection}', () => POOL_SIZE),
    one('db.client.connections.pending_requests', '{request}', pending),
    one('hikaricp.connections.active', '1', used),
    one('hikaricp.connections.idle', '1', (ago) => POOL_SIZE - used(ago)),
    one('hikaricp.connections.max', '1', () => POOL_SIZE),
    one('hikaricp.connections.pending', '1', pending),
  ];
}

function metrics(now: number): MetricSeries[] {
  const labels = { 'service.name': 'users-db', 'db.name': 'users' };
  const latency = { metric: 'http.server.request.duration.p99', unit: 'ms', labels: { 'service.name': SERVICE } };
  return [
    ...pods(now).flatMap((pod) => podMetrics(now, pod)),
    series(now, { metric: 'postgresql.backends', unit: '1', labels }, ramp(21, 66, 15, SATURATED)),
    series(now, { metric: 'postgresql.connection.max', unit: '1', labels }, () => 200),
    series(now, latency, ramp(42, 30_010, 15, 6)),
  ];
}

/** user-service: release 2.14.0 brings a query without an index, which holds the connections until the pool is empty. */
export const poolExhaustion: Scenario = (now) => {
  const logs = serviceLogs(now);
  const lineOf = ({ at, severity, body }: LogRow) => `${new Date(at).toISOString()} ${severity.padEnd(5)} ${body}`;
  return {
    objects: objects(now),
    logs: [...logs, ...databaseLogs(now)],
    spans: [...querySpans(now), ...requestSpans(now)],
    metrics: metrics(now),
    podLogs: pods(now).map((pod) => {
      const lines = logs.filter((row) => row.resource['k8s.pod.name'] === podName(SERVICE, pod)).map(lineOf);
      return { namespace: NAMESPACE, pod: podName(SERVICE, pod), container: SERVICE, previous: false, lines };
    }),
  };
};
