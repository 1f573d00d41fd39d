import { expect } from 'chai';
import { loadAgents, type PoolAgent, poolAgents } from '../../../../src/shared/agents/load-agents.ts';
import type { Evidence } from '../../../../src/shared/report.ts';
import { analyseEvidence, analyseInTurns } from '../../../../src/workers/analysis/analyse-evidence.ts';
import { DETECTORS, detectorNamed } from '../../../../src/workers/detectors/index.ts';
import {
  at,
  container,
  event,
  events,
  evidence,
  health,
  input,
  logRow,
  logs,
  pod,
  pods,
  span,
  spans,
} from '../../../support/evidence-fixtures.ts';

const agents = poolAgents(loadAgents());
const network = agents.find(({ name }) => name === 'network') as PoolAgent;
const database = agents.find(({ name }) => name === 'database') as PoolAgent;
const HIKARI =
  'HikariPool-1 - Connection is not available, request timed out after 30000ms (total=10, active=10, idle=0, waiting=25)';

const names = (agent: PoolAgent, title: string, items: Evidence[]) =>
  analyseEvidence(agent, input(title, items)).findings.map(({ detector }) => detector);

describe('the analysis of evidence', () => {
  it('puts the slow statements above the exhausted pool that they explain', () => {
    const items = [logs(1, [logRow(HIKARI)]), spans(2, [span({ durationMs: 31200 })])];
    expect(names(database, 'Database connection pool exhausted for user-service', items)).to.deep.equal([
      'slow-queries',
      'pool-exhaustion',
    ]);
  });

  it('comes to the same in turns of the event loop', async () => {
    const items = [logs(1, [logRow('getaddrinfo ENOTFOUND orders-db.data.svc')]), logs(2, [], { service: 'web' })];
    const all = input('web: connection refused', items);
    expect(await analyseInTurns(network, all)).to.deep.equal(analyseEvidence(network, all));
  });

  it('follows memory, crash, endpoints and refused connections back to the memory', () => {
    const killed = container({
      ready: false,
      state: 'waiting',
      reason: 'CrashLoopBackOff',
      restarts: 4,
      lastTermination: { reason: 'OOMKilled', exitCode: 137, finishedAt: at(2) },
    });
    const items = [
      logs(1, [logRow('connect ECONNREFUSED orders:8080', { service: 'web' })], { service: 'web' }),
      health(2, { service: 'orders', readyEndpoints: [], notReadyEndpoints: ['10.42.0.5:8080'], matchingPods: 1 }),
      pods(3, [pod('orders-5d8f7c9b6d-x4b8j', [killed])], { service: 'orders' }),
    ];
    const found = names(network, 'web: connection refused', items);
    expect(found[0]).to.equal('oom-kill');
    expect(found).to.have.members(['oom-kill', 'endpoints-not-ready', 'connection-failure']);
  });

  it('takes the unreachable peer for the cause when the service crashes for want of it', () => {
    const crashing = container({
      ready: false,
      state: 'waiting',
      reason: 'CrashLoopBackOff',
      restarts: 6,
      lastTermination: { reason: 'Error', exitCode: 1, finishedAt: at(2) },
    });
    const items = [
      pods(1, [pod('user-service-5d8f7c9b6d-x4b8j', [crashing])]),
      logs(2, [
        logRow('getaddrinfo ENOTFOUND orders-db.data.svc'),
        logRow('getaddrinfo ENOTFOUND orders-db.data.svc', { at: at(1) }),
      ]),
    ];
    expect(names(network, 'user-service is down', items)[0]).to.equal('dns-failure');
  });

  it('prefers what the alert is about among equals', () => {
    const probe = (service: string) =>
      event({ reason: 'Unhealthy', name: `${service}-5d8f7c9b6d-x4b8j`, message: 'Readiness probe failed' });
    const unready = (service: string) => pod(`${service}-5d8f7c9b6d-x4b8j`, [container({ ready: false })]);
    const items = [
      pods(1, [unready('orders'), unready('user-service')], { labelSelector: 'tier=api' }),
      events(2, [probe('orders'), probe('user-service')], { object: 'x' }),
    ];
    const { findings } = analyseEvidence(network, input('user-service is down', items));
    expect(findings.map(({ component }) => component)).to.deep.equal(['user-service', 'orders']);
  });

  it('keeps the findings of the others when one detector fails, and lists it as a gap', () => {
    const failing = (name: string) =>
      name === 'slow-queries'
        ? () => {
            throw new Error('no such field');
          }
        : detectorNamed(name);
    const items = [logs(1, [logRow(HIKARI)])];
    const { findings, gaps } = analyseEvidence(database, input('Pool of user-service', items), failing);
    expect(findings.map(({ detector }) => detector)).to.deep.equal(['pool-exhaustion']);
    expect(gaps).to.deep.equal([{ what: 'the check "slow-queries"', why: 'it failed: no such field' }]);
  });

  it('takes no notice of evidence whose data is not what its capability promises', () => {
    const broken = Object.keys(DETECTORS).flatMap((_, index) => [
      { ...logs(index + 1, []), data: { rows: 'many' } },
      { ...spans(index + 20, []), data: null },
    ]);
    for (const agent of agents)
      expect(analyseEvidence(agent, input('x', broken))).to.deep.equal({ findings: [], gaps: [] });
  });

  it('finds nothing in healthy evidence', () => {
    const healthy = [
      logs(1, [
        logRow('GET /users/1 200 12ms', { severity: 'INFO' }),
        logRow('connection to cache restored', { severity: 'WARN' }),
      ]),
      spans(2, [span(), span({ durationMs: 40 })]),
      health(3),
      pods(4, [pod('user-service-5d8f7c9b6d-x4b8j', [container()])]),
      events(5, [event({ type: 'Normal', reason: 'Pulled', message: 'Successfully pulled image' })]),
      evidence(6, 'tcp.check', { host: 'db.example.com', port: 5432, connected: true, error: null, durationMs: 2 }, {}),
    ];
    for (const agent of agents) expect(names(agent, 'Errors in user-service', healthy)).to.deep.equal([]);
  });

  it('reads much evidence', () => {
    const rows = Array.from({ length: 1000 }, (_, index) =>
      logRow(`${index % 3 ? HIKARI : 'dial tcp 10.0.0.1:1: connect: connection refused'} ${'x '.repeat(800)}`),
    );
    const many = Array.from({ length: 4 }, (_, index) => logs(index + 1, rows));
    analyseEvidence(database, input('Pool of user-service', many));
  });

  it('names the valid detectors when an agent asks for one that does not exist', () => {
    expect(() => detectorNamed('crystal-ball')).to.throw(
      /there is no detector crystal-ball; there are certificate-expiry, dns-failure/,
    );
    expect(() => detectorNamed('toString')).to.throw(/there is no detector/);
  });

  for (const agent of agents) {
    it(`finds every detector that ${agent.name} asks for`, () => {
      for (const name of agent.pool.detectors) expect(detectorNamed(name)).to.be.a('function');
    });
  }
});
