import type { Incident } from '../../../../src/shared/incident.ts';
import type { Evidence, Report } from '../../../../src/shared/report.ts';
import type { ReportView } from '../../../../src/workers/report-view.ts';

const RECEIVED = '2026-11-20T03:12:04.000Z';

/** An incident of a database alert; any field can be given. */
export function sampleIncident(fields: Partial<Incident> = {}): Incident {
  return {
    id: '0199a1c2-7b1e-7c55-9a40-3f1d2c4b5a6e',
    state: 'investigating',
    reason: null,
    deadReason: null,
    fingerprint: 'f1',
    agent: 'database',
    class: 'database',
    severity: 'critical',
    priority: 1,
    classification: {
      class: 'database',
      agent: 'database',
      severity: 'critical',
      priority: 1,
      scores: { database: 5 },
      reasons: [],
    },
    service: 'user-service',
    namespace: 'production',
    title: 'Database connection pool exhausted for user-service',
    alertCount: 3,
    run: 1,
    slack: { channel: 'C0ALERTS', ts: '1763608324.000100', teamId: null },
    createdAt: RECEIVED,
    updatedAt: RECEIVED,
    finishedAt: null,
    ...fields,
  };
}

/** Evidence number `number` of a log query; any field can be given. */
export function sampleEvidence(number: number, fields: Partial<Evidence> = {}): Evidence {
  return {
    number,
    capability: 'logs.query',
    server: 'signoz',
    tool: 'query_logs',
    query: { service: 'user-service', from: '2026-11-20T02:42:00Z', to: '2026-11-20T03:12:04Z' },
    from: null,
    to: null,
    collectedAt: RECEIVED,
    data: {},
    text: '',
    truncated: false,
    digest: '0'.repeat(64),
    ...fields,
  };
}

/** A full report about an exhausted pool. */
export function sampleReport(fields: Partial<Report> = {}): Report {
  return {
    tier: 'llm',
    verdict: 'identified',
    class: 'database',
    rootCause: {
      statement:
        'The connection pool of user-service (20 connections) is exhausted: the orders report query added in release 2.14.0 holds each connection for 38 s, so that requests wait for a connection until they time out.',
      component: 'user-service',
      confidence: 0.87,
      evidence: [1, 3],
    },
    hypotheses: [
      { statement: 'PostgreSQL refuses connections', standing: 'ruled_out', confidence: 0.04, evidence: [4] },
      {
        statement: 'Slow queries of release 2.14.0 hold connections',
        standing: 'supported',
        confidence: 0.87,
        evidence: [1, 3],
      },
      {
        statement: 'A burst of traffic needs more connections than the pool has',
        standing: 'possible',
        confidence: 0.2,
        evidence: [2],
      },
    ],
    timeline: [
      { at: '2026-11-20T02:58:11Z', what: 'Release 2.14.0 of user-service finished rolling out', evidence: [5] },
      { at: '2026-11-20T03:04:30Z', what: 'Median query time rises from 12 ms to 38 s', evidence: [3] },
      { at: '2026-11-20T03:09:47Z', what: 'First "timeout acquiring a connection" in the logs', evidence: [1] },
      { at: '2026-11-20T03:12:04Z', what: 'The alert fires', evidence: [] },
    ],
    immediateActions: [
      {
        title: 'Roll user-service back to 2.13.2',
        command: 'kubectl rollout undo deployment/user-service -n production',
        risk: 'Restarts the pods one by one; sessions in memory are lost.',
      },
      {
        title: 'See which queries hold connections now',
        command:
          'psql "$DATABASE_URL" -c "SELECT pid, now() - query_start AS age, state, left(query, 80)\n  FROM pg_stat_activity WHERE state <> \'idle\' ORDER BY age DESC LIMIT 10"',
        risk: null,
      },
      { title: 'Tell the team of the orders report that its query is the cause', command: null, risk: null },
    ],
    prevention: [
      'Give the orders report a pool of its own, so that it cannot starve logins.',
      'Set statement_timeout = 5s for the role of user-service.',
      'Alert on pool usage above 80 % for five minutes, before requests fail.',
    ],
    metrics: [
      { name: 'Connections in use', value: '20 of 20', evidence: [2] },
      { name: 'Median query time', value: '38 s (was 12 ms)', evidence: [3] },
      { name: 'Failed requests', value: '412 in 3 min', evidence: [1] },
    ],
    couldNotCheck: [{ what: 'Pod status of user-service', why: 'no Kubernetes server is configured' }],
    ...fields,
  };
}

/** A finished view of the pool incident; any field can be given. */
export function sampleView(fields: Partial<ReportView> = {}): ReportView {
  return {
    incident: sampleIncident(),
    agentTitle: 'Database',
    routingNote: null,
    phase: 'done',
    progress: [],
    report: sampleReport(),
    evidence: [
      sampleEvidence(1),
      sampleEvidence(2, {
        capability: 'metrics.query',
        tool: 'query_metrics',
        query: { metric: 'db.pool.connections.used' },
      }),
      sampleEvidence(3, {
        capability: 'traces.query',
        tool: 'query_traces',
        query: { service: 'user-service', minDurationMs: 1000 },
      }),
    ],
    usage: { model: 'gpt-5.2', promptTokens: 11_204, completionTokens: 903 },
    failure: null,
    receivedAt: RECEIVED,
    finishedAt: '2026-11-20T03:12:45.000Z',
    pageUrl: null,
    ...fields,
  };
}
