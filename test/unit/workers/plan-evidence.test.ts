import { expect } from 'chai';
import { loadAgents, type PoolAgent, poolAgents } from '../../../src/shared/agents/load-agents.ts';
import { CAPABILITIES } from '../../../src/shared/mcp/capabilities.ts';
import { evidenceWindows } from '../../../src/workers/evidence-windows.ts';
import { planEvidence } from '../../../src/workers/plan-evidence.ts';

const agents = poolAgents(loadAgents());
const network = agents.find(({ name }) => name === 'network') as PoolAgent;
const NOW = new Date('2026-11-20T12:00:00.000Z');
const WINDOW = evidenceWindows([], NOW);

function agentWith(evidence: Record<string, unknown>[]): PoolAgent {
  const steps = evidence.map((step) => ({ needs: [], required: false, label: 'it', ...step }));
  return { ...network, pool: { ...network.pool, evidence: steps as unknown as PoolAgent['pool']['evidence'] } };
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
      expect(full.steps.length).to.be.within(16, 64);
      for (const step of full.steps) {
        expect(CAPABILITIES[step.capability].readOnly, step.capability).to.equal(true);
        expect(CAPABILITIES[step.capability].input.safeParse(step.arguments).success, step.label).to.equal(true);
        expect(step.label).not.to.contain('{');
      }
      expect(planEvidence(agent, WINDOW, '').steps.every(({ label }) => !label.includes('unknown'))).to.equal(true);
    });
  }

  it('leaves a question out when its words are in the alert', () => {
    const agent = agentWith([{ capability: 'events.list', arguments: {}, unless: 'certificate' }]);
    expect(planEvidence(agent, WINDOW, 'Certificate expires').steps).to.have.length(0);
    expect(planEvidence(agent, WINDOW, 'slow').steps).to.have.length(1);
  });

  for (const agent of agents) {
    it(`of ${agent.name} compares the trouble with the time before, for all services`, () => {
      const facts = { ...WINDOW, service: 'web', namespace: 'shop' };
      const { steps } = planEvidence(agent, facts, 'latency of web is high');
      const of = (capability: string) => steps.filter((step) => step.capability === capability);
      expect(of('requests.query').map((step) => step.arguments.measure)).to.have.members([
        'duration',
        'calls',
        'errors',
      ]);
      for (const step of [...of('requests.query'), ...of('topology.services')]) {
        expect(step.arguments).to.include({ from: WINDOW.usualFrom, to: WINDOW.troubleTo });
        expect(step.arguments).to.not.have.property('service');
      }
      for (const capability of ['traces.query', 'logs.query']) {
        expect(
          of(capability).some((step) => step.arguments.to === WINDOW.usualTo),
          capability,
        ).to.equal(true);
        expect(
          of(capability).some((step) => step.arguments.from === WINDOW.troubleFrom),
          capability,
        ).to.equal(true);
      }
      for (const capability of ['changes.list', 'kubernetes.objects', 'pods.status', 'events.list'])
        expect(of(capability), capability).to.not.deep.equal([]);
      const kinds = of('kubernetes.objects').flatMap((step) => step.arguments.kinds);
      expect(kinds).to.include.members(['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob']);
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
