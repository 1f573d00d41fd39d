import { expect } from 'chai';
import { loadAgents, type PoolAgent, poolAgents } from '../../../src/shared/agents/load-agents.ts';
import { CAPABILITIES } from '../../../src/shared/mcp/capabilities.ts';
import type { Finding } from '../../../src/shared/report.ts';
import { planEvidence, widenEvidence } from '../../../src/workers/plan-evidence.ts';
import { container, logRow, logs, pod, pods, span, spans } from '../../support/evidence-fixtures.ts';

const agents = poolAgents(loadAgents());
const network = agents.find(({ name }) => name === 'network') as PoolAgent;
const WINDOW = { from: '2026-11-20T11:30:00.000Z', to: '2026-11-20T12:00:00.000Z' };

function agentWith(evidence: Record<string, unknown>[]): PoolAgent {
  const steps = evidence.map((step) => ({ needs: [], required: false, label: 'it', ...step }));
  return { ...network, pool: { ...network.pool, evidence: steps as unknown as PoolAgent['pool']['evidence'] } };
}

function finding(more: Partial<Finding>): Finding {
  const empty = { timeline: [], actions: [], prevention: [], metrics: [] };
  return {
    detector: 'crash-loop',
    class: 'network',
    statement: 's',
    component: null,
    confidence: 0.8,
    cause: false,
    evidence: [1],
    ...empty,
    ...more,
  };
}

describe('the evidence plan', () => {
  it('fills placeholders in, ports as numbers, and leaves arguments with unknown ones out', () => {
    const agent = agentWith([
      {
        capability: 'tcp.check',
        arguments: { host: '{host}', port: '{port}' },
        needs: ['host', 'port'],
        label: 'port {port} of {host}',
      },
      {
        capability: 'service.health',
        arguments: { service: '{service}', namespace: '{namespace}' },
        needs: ['service'],
      },
    ]);
    const { steps, gaps } = planEvidence(
      agent,
      { ...WINDOW, host: 'a.example.com', port: '5432', service: 'cart' },
      '',
    );
    expect(steps.map((step) => step.arguments)).to.deep.equal([
      { host: 'a.example.com', port: 5432 },
      { service: 'cart' },
    ]);
    expect(steps[0]?.label).to.equal('port 5432 of a.example.com');
    expect(gaps).to.deep.equal([]);
  });

  it('lists a required question as a gap when the alert does not say enough', () => {
    const step = {
      capability: 'service.health',
      arguments: { service: '{service}' },
      needs: ['service'],
      label: 'endpoints of {service}',
    };
    expect(planEvidence(agentWith([{ ...step, required: true }]), WINDOW, '').gaps).to.deep.equal([
      { what: 'endpoints of the service', why: 'the alert names no service' },
    ]);
    expect(planEvidence(agentWith([step]), { ...WINDOW, service: 'orders' }, '').gaps).to.deep.equal([]);
  });

  it('says what stays unasked when the alert names nothing to ask about', () => {
    const agent = agentWith([
      {
        capability: 'service.health',
        arguments: { service: '{service}' },
        needs: ['service'],
        label: 'endpoints of {service}',
      },
      { capability: 'events.list', arguments: {}, label: 'events' },
    ]);
    expect(planEvidence(agent, WINDOW, '').gaps).to.deep.equal([
      {
        what: 'logs, traces, metrics and pods of the service',
        why: 'the alert names no service, host or pod to ask about',
      },
    ]);
  });

  it('asks a question only when its words are in the alert', () => {
    const agent = agentWith([{ capability: 'events.list', arguments: {}, when: 'crash' }]);
    expect(planEvidence(agent, WINDOW, 'Pods CRASH').steps).to.have.length(1);
    expect(planEvidence(agent, WINDOW, 'slow').steps).to.have.length(0);
  });

  it('asks the same question once, as required when one of both is', () => {
    const step = { capability: 'dns.lookup', arguments: { name: '{host}' } };
    const { steps } = planEvidence(agentWith([step, { ...step, required: true }]), { ...WINDOW, host: 'a.b.com' }, '');
    expect(steps).to.have.length(1);
    expect(steps[0]?.required).to.equal(true);
  });

  it('turns arguments that no tool would take into a gap', () => {
    const agent = agentWith([
      { capability: 'tcp.check', arguments: { host: 'a.b.com', port: 'many' }, required: true },
    ]);
    expect(planEvidence(agent, WINDOW, '').gaps[0]?.why).to.contain('could not be put');
  });

  for (const agent of agents) {
    it(`of ${agent.name} is valid with every fact and with none`, () => {
      const facts = {
        ...WINDOW,
        service: 'cart',
        namespace: 'shop',
        host: 'a.example.com',
        port: '443',
        url: 'https://a.example.com/',
        pod: 'cart-0',
        database: 'orders',
      };
      const text = 'certificate connection pool dns slow query endpoint';
      const full = planEvidence(agent, facts, text);
      expect(full.gaps).to.deep.equal([]);
      expect(full.steps.length).to.be.within(8, 24);
      for (const step of full.steps) {
        expect(CAPABILITIES[step.capability].readOnly, step.capability).to.equal(true);
        expect(CAPABILITIES[step.capability].input.safeParse(step.arguments).success, step.label).to.equal(true);
        expect(step.label).not.to.contain('{');
      }
      expect(planEvidence(agent, WINDOW, '').steps.every(({ label }) => !label.includes('unknown'))).to.equal(true);
    });
  }

  it('asks for the certificate of a certificate alert, as required', () => {
    const facts = { ...WINDOW, host: 'api.example.com' };
    const { steps } = planEvidence(network, facts, 'SSL certificate for api.example.com expires in 24 hours');
    expect(steps.find(({ capability }) => capability === 'certificate.check')).to.deep.include({
      required: true,
      arguments: { host: 'api.example.com' },
    });
  });
});

describe('the second round of evidence', () => {
  const crashed = container({
    reason: 'CrashLoopBackOff',
    state: 'waiting',
    lastTermination: { reason: 'Error', exitCode: 1, finishedAt: null },
  });

  it('reads the last words of a crashed container', () => {
    const found = pods(1, [pod('cart-5d8f7c9b6d-x4b8j', [crashed]), pod('cart-5d8f7c9b6d-n7w3r', [container()])]);
    const [step, ...others] = widenEvidence([finding({})], [found], WINDOW);
    expect(step).to.deep.include({ capability: 'pods.logs' });
    expect(step?.arguments).to.include({ pod: 'cart-5d8f7c9b6d-x4b8j', namespace: 'shop', previous: true });
    expect(others).to.deep.equal([]);
  });

  it('looks at the peer service that refuses connections', () => {
    const refused = finding({ detector: 'connection-failure', component: 'orders.shop.svc.cluster.local' });
    const steps = widenEvidence([refused], [logs(1, [logRow('x')])], WINDOW);
    expect(steps.map(({ capability }) => capability)).to.deep.equal(['service.health', 'pods.status', 'events.list']);
    expect(steps[0]?.arguments).to.deep.equal({ service: 'orders', namespace: 'shop' });
  });

  it('asks nothing of addresses and hosts of the outside world', () => {
    for (const component of ['10.0.0.5', 'api.stripe.com', 'localhost', null]) {
      expect(
        widenEvidence([finding({ detector: 'connection-failure', component })], [], WINDOW),
        `${component}`,
      ).to.deep.equal([]);
    }
  });

  it('does not repeat a question, and stays small', () => {
    const known = pods(1, [pod('orders-0', [container()])], { service: 'orders' });
    const many = Array.from({ length: 20 }, (_, index) =>
      finding({ detector: 'connection-failure', component: `peer-${index}` }),
    );
    expect(widenEvidence(many, [], WINDOW)).to.have.length(6);
    const steps = widenEvidence([finding({ detector: 'connection-failure', component: 'orders' })], [known], WINDOW);
    expect(steps.map(({ capability }) => capability)).to.deep.equal(['service.health', 'events.list']);
  });

  it('reads the logs of the database that slow statements went to', () => {
    const attributes = {
      'db.system': 'postgresql',
      'db.statement': 'SELECT 1',
      'server.address': 'orders-db.data.svc',
    };
    const steps = widenEvidence([finding({ detector: 'slow-queries' })], [spans(1, [span({ attributes })])], WINDOW);
    expect(steps[0]).to.deep.include({ capability: 'logs.query' });
    expect(steps[0]?.arguments.service).to.equal('orders-db');
  });

  it('asks who else fails on a name that does not resolve', () => {
    const steps = widenEvidence([finding({ detector: 'dns-failure', component: 'pay.example.com' })], [], WINDOW);
    expect(steps[0]?.arguments).to.include({ searchText: 'pay.example.com' });
  });
});
