import { createHash } from 'node:crypto';
import type { Alert } from '../../src/shared/alert.ts';
import { CAPABILITIES, type Capability, type CapabilityOutput } from '../../src/shared/mcp/capabilities.ts';
import type { Evidence } from '../../src/shared/report.ts';
import { alertFacts } from '../../src/workers/alert-facts.ts';
import type { DetectorInput } from '../../src/workers/detectors/detector.ts';

export const NOW = new Date('2026-11-20T12:00:00.000Z');
export const at = (minutesAgo: number) => new Date(NOW.getTime() - minutesAgo * 60_000).toISOString();

export function alert(title: string, more: Partial<Alert> = {}): Alert {
  return {
    source: 'slack',
    deliveryKey: 'delivery',
    fingerprint: 'fingerprint',
    status: 'firing',
    name: title,
    title,
    description: '',
    severity: 'critical',
    severityText: null,
    service: null,
    namespace: null,
    labels: {},
    annotations: {},
    startsAt: at(0),
    endsAt: null,
    url: null,
    slack: null,
    ...more,
  };
}

/** Evidence whose data is checked against the capability's own schema; the text is the data, as a tool would show it. */
export function evidence<C extends Capability>(
  number: number,
  capability: C,
  data: CapabilityOutput<C>,
  query: Record<string, unknown> = {},
): Evidence {
  const checked = CAPABILITIES[capability].output.parse(data);
  const text = JSON.stringify(checked, null, 1);
  return {
    number,
    capability,
    server: CAPABILITIES[capability].server,
    tool: CAPABILITIES[capability].tool,
    query,
    from: typeof query.from === 'string' ? query.from : null,
    to: typeof query.to === 'string' ? query.to : null,
    collectedAt: NOW.toISOString(),
    data: checked,
    text,
    truncated: false,
    digest: createHash('sha256').update(text).digest('hex'),
  };
}

export function input(title: string, items: Evidence[], more: Partial<Alert> = {}): DetectorInput {
  const alerts = [alert(title, more)];
  return { alerts, facts: alertFacts(alerts, NOW), evidence: items, now: NOW };
}

type LogRow = CapabilityOutput<'logs.query'>['rows'][number];

export function logRow(body: string, more: Partial<LogRow> = {}): LogRow {
  return { at: at(5), severity: 'ERROR', service: 'user-service', body, attributes: {}, ...more };
}

export function logs(
  number: number,
  rows: LogRow[],
  query: Record<string, unknown> = { service: 'user-service' },
): Evidence {
  return evidence(number, 'logs.query', { rows, hasMore: false, warning: null }, query);
}

export function certificate(number: number, more: Partial<CapabilityOutput<'certificate.check'>> = {}): Evidence {
  const host = more.host ?? 'api.example.com';
  return evidence(
    number,
    'certificate.check',
    {
      host,
      port: 443,
      serverName: host,
      error: null,
      subject: `CN=${host}`,
      issuer: 'CN=Some Issuer',
      altNames: [host],
      validFrom: '2026-08-20T00:00:00.000Z',
      validTo: '2027-03-20T00:00:00.000Z',
      hoursLeft: 2868,
      selfSigned: false,
      chainTrusted: true,
      hostnameMatches: true,
      protocol: 'TLSv1.3',
      ...more,
    },
    { host },
  );
}

type Pod = CapabilityOutput<'pods.status'>['pods'][number];
type Container = Pod['containers'][number];

export function container(more: Partial<Container> = {}): Container {
  return {
    name: 'app',
    image: 'registry.example.com/app:1.0.0',
    ready: true,
    restarts: 0,
    state: 'running',
    reason: null,
    message: null,
    exitCode: null,
    startedAt: at(600),
    lastTermination: null,
    limits: { memory: '512Mi' },
    requests: {},
    ...more,
  };
}

export function pod(name: string, containers: Container[], more: Partial<Pod> = {}): Pod {
  return {
    name,
    namespace: 'shop',
    phase: 'Running',
    ready: containers.every(({ ready }) => ready),
    node: 'node-a',
    createdAt: at(700),
    labels: {},
    conditions: [],
    containers,
    ...more,
  };
}

export function pods(
  number: number,
  items: Pod[],
  query: Record<string, unknown> = { service: 'user-service' },
): Evidence {
  return evidence(number, 'pods.status', { pods: items }, query);
}

export function health(number: number, more: Partial<CapabilityOutput<'service.health'>> = {}): Evidence {
  const service = more.service ?? 'user-service';
  return evidence(
    number,
    'service.health',
    {
      service,
      namespace: 'shop',
      found: true,
      selector: { app: service },
      ports: [{ name: 'http', port: 80, targetPort: '8080' }],
      readyEndpoints: ['10.42.0.5:8080', '10.42.0.6:8080'],
      notReadyEndpoints: [],
      matchingPods: 2,
      ...more,
    },
    { service },
  );
}

type KubernetesEvent = CapabilityOutput<'events.list'>['events'][number];

export function event(more: Partial<KubernetesEvent> = {}): KubernetesEvent {
  return {
    type: 'Warning',
    reason: 'BackOff',
    message: 'Back-off restarting failed container',
    kind: 'Pod',
    name: 'user-service-5d8f7c9b6d-x4b8j',
    namespace: 'shop',
    count: 4,
    firstSeen: at(12),
    lastSeen: at(1),
    ...more,
  };
}

export function events(number: number, items: KubernetesEvent[], query: Record<string, unknown> = {}): Evidence {
  return evidence(number, 'events.list', { events: items, truncated: false }, query);
}

export function metric(
  number: number,
  name: string,
  values: number[],
  more: { labels?: Record<string, string>; query?: Record<string, unknown> } = {},
): Evidence {
  const points = values.map((value, index): [number, number] => [Date.parse(at(values.length - index)), value]);
  const series = [{ labels: more.labels ?? {}, unit: null, points }];
  return evidence(
    number,
    'metrics.query',
    { metric: name, series, warning: null },
    { service: 'user-service', ...more.query },
  );
}

type Span = CapabilityOutput<'traces.query'>['spans'][number];

export function span(more: Partial<Span> = {}): Span {
  return {
    at: at(4),
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    parentSpanId: null,
    service: 'user-service',
    name: 'SELECT users',
    durationMs: 12.5,
    error: false,
    attributes: { 'db.system': 'postgresql', 'db.name': 'users', 'db.statement': 'SELECT * FROM users WHERE id = 42' },
    ...more,
  };
}

export function spans(
  number: number,
  items: Span[],
  query: Record<string, unknown> = { service: 'user-service' },
): Evidence {
  return evidence(number, 'traces.query', { spans: items, hasMore: false, warning: null }, query);
}
