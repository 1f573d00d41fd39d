import { randomUUID } from 'node:crypto';
import type { Alert, Severity } from '../../../src/shared/alert.ts';
import type { Chart } from '../../../src/shared/chart.ts';
import { PLAIN_PLAN } from '../../../src/shared/intake-plan.ts';
import type { Evidence, Finding, LlmUsage, Report } from '../../../src/shared/report.ts';
import type { ClassifiedAlert } from '../../../src/shared/store/intake-store.ts';

/** An alert of the usual size, classified and planned as intake does it: a problem that nobody has sent before. */
export function sampleAlert(given: Partial<Alert> = {}, { severity = 'high' as Severity, holdSeconds = 0 } = {}) {
  const id = randomUUID();
  const service = `service-${id.slice(0, 2)}`;
  const alert: Alert = {
    source: 'generic',
    deliveryKey: id,
    fingerprint: id,
    status: 'firing',
    name: 'DatabaseConnectionPoolExhausted',
    title: `Database connection pool exhausted for ${service}`,
    description: DESCRIPTION,
    severity,
    severityText: severity,
    service,
    namespace: 'shop',
    labels: { alertname: 'DatabaseConnectionPoolExhausted', team: 'payments', region: 'eu-west-1', instance: id },
    annotations: { summary: 'No free connection for 5 minutes', expr: 'db_pool_in_use / db_pool_limit > 0.95' },
    startsAt: '2026-11-20T10:00:00.000Z',
    endsAt: null,
    url: 'https://alerts.example.com/rules/pool-exhausted',
    slack: null,
    ...given,
  };
  return {
    alertId: randomUUID(),
    incidentId: randomUUID(),
    alert,
    classification: {
      class: 'database',
      agent: 'database',
      severity,
      priority: severity === 'critical' ? 1 : 2,
      scores: { database: 8, network: 2 },
      reasons: ['database, because it speaks of a pool of connections'],
      intake: { rules: [], holdSeconds, sharedBy: [`service ${service} ${id}`] },
    },
    plan: {
      ...PLAIN_PLAN,
      holdSeconds,
      turnSeconds: severity === 'critical' ? 0 : 900,
      coalesce: { keys: [`service ${service} ${id}`], quietSeconds: 30, maxSeconds: 120, maxAlerts: 50 },
    },
  } satisfies ClassifiedAlert;
}

const DESCRIPTION =
  'p99 latency of checkout has risen from 180 ms to 2.4 s within six minutes; 37 % of requests end with a timeout while ' +
  'waiting for a connection. The dashboard shows 50 of 50 connections in use since the last deployment.';

/** Evidence as a log query answers it, without its data: what a history of a million incidents leaves out to fit a disk. */
export function sampleEvidence(number: number): Evidence {
  return {
    number,
    capability: 'logs.query',
    server: 'signoz',
    tool: 'query_logs',
    query: { service: 'checkout', from: '2026-11-20T09:30:00.000Z', to: '2026-11-20T10:05:00.000Z' },
    from: '2026-11-20T09:30:00.000Z',
    to: '2026-11-20T10:05:00.000Z',
    collectedAt: '2026-11-20T10:05:01.000Z',
    data: { lines: [{ at: '2026-11-20T10:00:00.000Z', text: 'timeout: no free connection within 5000 ms' }] },
    text: '10:00:00 timeout: no free connection within 5000 ms',
    truncated: false,
    digest: 'd'.repeat(64),
  };
}

export const SAMPLE_FINDING: Finding = {
  detector: 'pool-exhaustion',
  class: 'database',
  statement: 'All 50 connections of the pool are in use since the deployment.',
  component: 'checkout',
  confidence: 0.8,
  cause: true,
  evidence: [1],
  timeline: [{ at: '2026-11-20T10:00:00.000Z', what: 'the pool is exhausted', evidence: [1] }],
  actions: [{ title: 'Look for long transactions', command: 'select * from pg_stat_activity', risk: null }],
  prevention: ['Give transactions a timeout.'],
  metrics: [{ name: 'connections in use', value: '50', evidence: [1] }],
};

export const SAMPLE_REPORT: Report = {
  tier: 'detectors',
  verdict: 'identified',
  class: 'database',
  rootCause: { statement: SAMPLE_FINDING.statement, component: 'checkout', confidence: 0.8, evidence: [1] },
  hypotheses: [{ statement: 'A query has become slow.', standing: 'possible', confidence: 0.3, evidence: [2] }],
  timeline: SAMPLE_FINDING.timeline,
  immediateActions: SAMPLE_FINDING.actions,
  prevention: SAMPLE_FINDING.prevention,
  metrics: SAMPLE_FINDING.metrics,
  couldNotCheck: [{ what: 'traces of checkout', why: 'no MCP server is configured that answers traces.query' }],
};

export const SAMPLE_USAGE: LlmUsage = { model: 'sample', promptTokens: 9_000, completionTokens: 900, costUsd: 0.02 };

export const SAMPLE_CHART: Chart = {
  kind: 'suspect_metric',
  title: 'Connections in use',
  subject: 'checkout',
  levels: 'usually 12, then 50',
  unit: 'number',
  axis: 'connections',
  lines: [{ name: 'checkout', role: 'main', points: [[Date.UTC(2026, 10, 20, 10), 50]] }],
  onset: null,
  alertAt: null,
  usual: 12,
  description: 'The connections in use rise from 12 to 50.',
  evidence: [1],
};
