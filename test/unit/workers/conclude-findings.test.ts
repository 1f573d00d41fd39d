import { expect } from 'chai';
import { loadAgents, type PoolAgent, poolAgents } from '../../../src/shared/agents/load-agents.ts';
import { type Evidence, type EvidenceGap, reportSchema } from '../../../src/shared/report.ts';
import { analyseEvidence } from '../../../src/workers/analysis/analyse-evidence.ts';
import { concludeFindings } from '../../../src/workers/conclude-findings.ts';
import { checkCommand } from '../../../src/workers/verification/check-command.ts';
import { verifyReport } from '../../../src/workers/verify-report.ts';
import {
  at,
  certificate,
  container,
  event,
  events,
  evidence,
  health,
  input,
  logRow,
  logs,
  metric,
  NOW,
  pod,
  pods,
  span,
  spans,
} from '../../support/evidence-fixtures.ts';

const agents = poolAgents(loadAgents());
const network = agents.find(({ name }) => name === 'network') as PoolAgent;
const database = agents.find(({ name }) => name === 'database') as PoolAgent;
const HIKARI =
  'HikariPool-1 - Connection is not available, request timed out after 30000ms (total=10, active=10, idle=0, waiting=25)';
const CERTIFICATE = 'SSL certificate for api.example.com expires in 24 hours';
const POOL = 'Database connection pool exhausted for user-service';

function conclude(agent: PoolAgent, title: string, items: Evidence[], gaps: EvidenceGap[] = []) {
  const all = input(title, items);
  const { findings } = analyseEvidence(agent, all);
  return {
    report: concludeFindings({ alerts: all.alerts, agent, findings, evidence: items, gaps }),
    alerts: all.alerts,
  };
}

const expiring = certificate(1, { hoursLeft: 23.98, validTo: '2026-11-21T11:58:48.000Z' });
const poolTrouble = [
  logs(1, [logRow(HIKARI, { at: at(5) }), logRow(HIKARI, { at: at(1) })]),
  spans(2, [span({ durationMs: 31200, at: at(8) })]),
  metric(3, 'db.client.connections.usage', [5, 20], { labels: { state: 'used' } }),
  metric(4, 'db.client.connections.max', [20, 20]),
  metric(5, 'db.client.connections.pending_requests', [0, 47]),
];

describe('the conclusion of the detectors alone', () => {
  it('identifies a cause that the evidence shows', () => {
    const { report } = conclude(network, CERTIFICATE, [expiring]);
    expect(reportSchema.parse(report)).to.include({ tier: 'detectors', verdict: 'identified', class: 'network' });
    expect(report.rootCause).to.include({ component: 'api.example.com', confidence: 0.95 });
    expect(report.rootCause.evidence).to.deep.equal([1]);
  });

  it('tells the chain from the cause to what the alert saw, with all of its evidence', () => {
    const { report } = conclude(database, POOL, poolTrouble);
    expect(report.verdict).to.equal('identified');
    expect(report.rootCause.statement).to.match(
      /^Database statements of user-service are slow.*As a result, the database connection pool/,
    );
    expect(report.rootCause.evidence).to.deep.equal([1, 2, 3, 4, 5]);
    expect(report.timeline[0]?.at).to.equal(at(8));
    expect(report.timeline.some(({ what }) => what.startsWith('Alert: '))).to.equal(true);
    expect(report.timeline.map((entry) => entry.at)).to.deep.equal(report.timeline.map((entry) => entry.at).toSorted());
  });

  it('calls a symptom without a cause probable', () => {
    expect(conclude(database, POOL, [logs(1, [logRow(HIKARI)])]).report.verdict).to.equal('probable');
  });

  it('is inconclusive on a weak lead, and names it as a possibility', () => {
    const { report } = conclude(network, 'Errors in user-service', [
      logs(1, [logRow('read ECONNRESET'), logRow('read ECONNRESET')]),
    ]);
    expect(report.verdict).to.equal('inconclusive');
    expect(report.rootCause.evidence).to.deep.equal([]);
    expect(report.rootCause.confidence).to.be.at.most(0.3);
    expect(report.hypotheses[0]?.statement).to.contain('reset');
  });

  it('lists what could not be checked, once', () => {
    const gap = { what: 'traces of user-service', why: 'SigNoz did not answer' };
    expect(conclude(database, POOL, poolTrouble, [gap, gap]).report.couldNotCheck).to.deep.equal([gap]);
  });

  it('is less sure when a required question has no answer', () => {
    const full = conclude(database, POOL, poolTrouble).report;
    const [, ...withoutLogs] = poolTrouble;
    const partial = conclude(database, POOL, withoutLogs).report;
    expect(partial.rootCause.confidence).to.be.lessThan(full.rootCause.confidence);
  });

  it('does not give a symptom for the answer while the required evidence is missing', () => {
    const unready = { ...pod('user-service-5d8f7c9b6d-x4b8j', [container({ ready: false })]), ready: false };
    const probe = event({ reason: 'Unhealthy', message: 'Readiness probe failed: 503' });
    const { report } = conclude(database, POOL, [pods(1, [unready]), events(2, [probe], { object: 'user-service' })]);
    expect(report).to.include({ verdict: 'inconclusive', class: 'infrastructure' });
    expect(report.rootCause).to.include({ component: null });
    expect(report.hypotheses[0]).to.include({ standing: 'possible' });
  });

  it('names what was changed shortly before the trouble, and how to go back', () => {
    const rollout = event({
      type: 'Normal',
      kind: 'Deployment',
      name: 'user-service',
      reason: 'ScalingReplicaSet',
      message: 'Scaled up replica set user-service-7c6d8b5f4d from 0 to 3',
      firstSeen: at(12),
    });
    const { report, alerts } = conclude(database, POOL, [...poolTrouble, events(6, [rollout])]);
    expect(report.rootCause.statement).to.match(
      /\. Shortly before, user-service was rolled out at 2026-11-20 11:48:00 UTC/,
    );
    expect(report.rootCause.evidence).to.include(6);
    expect(report.immediateActions.at(-1)?.command).to.equal(
      'kubectl rollout undo deployment/user-service --namespace shop',
    );
    expect(verifyReport(report, [...poolTrouble, events(6, [rollout])], alerts).struck).to.deep.equal([]);
  });

  it('calls a certificate of a private issuer healthy when the alert asks how long it holds', () => {
    const { report } = conclude(network, CERTIFICATE, [certificate(1, { chainTrusted: false })]);
    expect(report).to.include({ verdict: 'healthy' });
    expect(report.hypotheses[0]?.statement).to.contain('cannot be traced to a root that we trust');
  });

  it('rules out what clean evidence excludes, and cites it', () => {
    const { report } = conclude(database, POOL, [
      ...poolTrouble,
      pods(6, [pod('user-service-5d8f7c9b6d-x4b8j', [container()])]),
    ]);
    const ruledOut = report.hypotheses.filter(({ standing }) => standing === 'ruled_out');
    expect(ruledOut.map(({ statement }) => statement).join('\n')).to.match(/crash loop\b.*oom kill/);
    expect(ruledOut.every((hypothesis) => hypothesis.evidence.length > 0)).to.equal(true);
  });

  it('calls a certificate alert healthy only when the served certificate is fine', () => {
    const { report } = conclude(network, CERTIFICATE, [certificate(1)]);
    expect(report).to.include({ verdict: 'healthy', class: 'healthy' });
    expect(report.rootCause.evidence).to.deep.equal([1]);
  });

  it('does not take the word for an alert that is over for one about names', () => {
    expect(conclude(network, `${CERTIFICATE} (resolved)`, [certificate(1)]).report.verdict).to.equal('healthy');
    const names = conclude(network, `${CERTIFICATE}: its name could not be resolved`, [certificate(1)]);
    expect(names.report.verdict).to.equal('inconclusive');
  });

  it('is less sure of health with gaps', () => {
    const gap = { what: 'logs', why: 'no answer' };
    expect(conclude(network, CERTIFICATE, [certificate(1)], [gap]).report.rootCause.confidence).to.equal(0.6);
  });

  const roomy = [
    metric(1, 'db.client.connections.usage', [5, 6], { labels: { state: 'used' } }),
    metric(2, 'db.client.connections.max', [20, 20]),
  ];
  it('calls a pool alert healthy when pool and logs show room', () => {
    expect(
      conclude(database, POOL, [logs(3, [logRow('GET / 200', { severity: 'INFO' })]), ...roomy]).report.verdict,
    ).to.equal('healthy');
  });

  const NEVER_HEALTHY: [string, PoolAgent, string, Evidence[]][] = [
    ['no evidence', network, CERTIFICATE, []],
    [
      'a certificate that nobody could fetch',
      network,
      CERTIFICATE,
      [
        certificate(1, {
          error: { code: 'UNKNOWN', message: 'x' },
          hoursLeft: null,
          validTo: null,
          chainTrusted: null,
          hostnameMatches: null,
          selfSigned: null,
        }),
      ],
    ],
    ['the certificate of another host', network, CERTIFICATE, [certificate(1, { host: 'other.example.org' })]],
    [
      'empty logs, spans and metrics',
      database,
      POOL,
      [logs(1, []), spans(2, []), metric(3, 'db.client.connections.usage', [])],
    ],
    ['a required question without an answer', database, POOL, roomy],
    [
      'clean evidence of another kind',
      database,
      POOL,
      [logs(1, [logRow('GET / 200')]), health(2), pods(3, [pod('user-service-0', [container()])])],
    ],
    [
      'an alert whose kind no evidence would show',
      network,
      'Something odd with user-service',
      [health(1), pods(2, [pod('user-service-0', [container()])])],
    ],
  ];
  for (const [what, agent, title, items] of NEVER_HEALTHY) {
    it(`never calls it healthy on ${what}`, () => {
      expect(conclude(agent, title, items).report.verdict).to.equal('inconclusive');
    });
  }

  const crashing = container({
    ready: false,
    state: 'waiting',
    reason: 'CrashLoopBackOff',
    restarts: 8,
    lastTermination: { reason: 'OOMKilled', exitCode: 137, finishedAt: at(3) },
  });
  const EVERYTHING: Evidence[] = [
    ...poolTrouble,
    certificate(6, {
      hoursLeft: 23.98,
      validTo: '2026-11-21T11:58:48.000Z',
      hostnameMatches: false,
      altNames: ['www.example.net'],
    }),
    evidence(
      7,
      'dns.lookup',
      { name: 'api.example.com', type: 'A', answers: [], error: { code: 'ESERVFAIL', message: 'x' }, durationMs: 5 },
      {},
    ),
    evidence(
      8,
      'tcp.check',
      {
        host: 'api.example.com',
        port: 443,
        connected: false,
        error: { code: 'ETIMEDOUT', message: 'x' },
        durationMs: 5000,
      },
      {},
    ),
    health(9, { readyEndpoints: [], notReadyEndpoints: ['10.42.0.5:8080'], matchingPods: 3 }),
    pods(10, [
      pod('user-service-5d8f7c9b6d-x4b8j', [crashing]),
      pod('user-service-5d8f7c9b6d-n7w3r', [
        container({
          ready: false,
          state: 'waiting',
          reason: 'ImagePullBackOff',
          message: 'Back-off pulling image "registry.example.com/app:1.0.0"',
        }),
      ]),
    ]),
    events(11, [
      event(),
      event({ reason: 'OOMKilling', message: 'Memory cgroup out of memory: Killed process 1234 (java)' }),
    ]),
    logs(12, [
      logRow('getaddrinfo ENOTFOUND orders-db.data.svc'),
      logRow('dial tcp 10.96.0.1:6379: connect: connection refused'),
      logRow('FATAL: sorry, too many clients already'),
      logRow('ERROR: canceling statement due to statement timeout'),
      logRow('process 2200 still waiting for ShareLock on transaction 981244 after 1000.101 ms'),
      logRow('Connection leak detection triggered for conn42'),
      logRow('x509: certificate signed by unknown authority'),
    ]),
  ];
  for (const agent of agents) {
    for (const title of [CERTIFICATE, POOL, 'user-service on api.example.com is down']) {
      it(`claims nothing that its own verification strikes, and shows only commands that read (${agent.name}: ${title.slice(0, 24)})`, () => {
        const { report, alerts } = conclude(agent, title, EVERYTHING);
        expect(verifyReport(report, EVERYTHING, alerts)).to.deep.equal({ report, struck: [] });
        for (const { command } of report.immediateActions) {
          if (command !== null) expect(checkCommand(command), command).to.deep.equal({ effect: 'read' });
        }
      });
    }
  }

  it('puts every finding that it can make through verification, one by one', () => {
    for (const agent of agents) {
      const all = input(POOL, EVERYTHING);
      for (const finding of analyseEvidence(agent, all).findings) {
        const report = concludeFindings({
          alerts: all.alerts,
          agent,
          findings: [{ ...finding, confidence: 0.9, cause: true }],
          evidence: EVERYTHING,
          gaps: [],
        });
        expect(verifyReport(report, EVERYTHING, all.alerts).struck, finding.statement).to.deep.equal([]);
      }
    }
  });

  it('has the start of the alert in its timeline', () => {
    expect(conclude(network, CERTIFICATE, [expiring]).report.timeline).to.deep.include({
      at: NOW.toISOString(),
      what: `Alert: ${CERTIFICATE}`,
      evidence: [],
    });
  });
});
