import { expect } from 'chai';
import { loadAgents, poolAgents } from '../../../../src/shared/agents/load-agents.ts';
import type { Evidence, Finding } from '../../../../src/shared/report.ts';
import { concludeFindings } from '../../../../src/workers/conclude-findings.ts';
import { changesOfIncident, withoutJudged } from '../../../../src/workers/conclusion/changes-of-incident.ts';
import { evidence, input, logRow, logs, NOW } from '../../../support/evidence-fixtures.ts';

const MINUTE = 60_000;
const at = (minutesAgo: number) => new Date(NOW.getTime() - minutesAgo * MINUTE).toISOString();

const rollout = (service: string, minutesAgo: number) => ({
  kind: 'deploy' as const,
  id: `${service}-7c6d8b5f4d`,
  service,
  at: at(minutesAgo),
  title: `rollout of shop/${service}: image ${service}:2, before ${service}:1`,
  detail: '',
  files: [],
});

/** Durations of services over 80 minutes; those named rise eight minutes ago. */
function durations(...slow: string[]): Evidence {
  const series = ['web', 'orders', 'mailer', 'basket'].map((service) => ({
    labels: { 'service.name': service },
    unit: 'ms',
    points: Array.from({ length: 80 }, (_, index): [number, number] => {
      const ago = 80 - index;
      return [NOW.getTime() - ago * MINUTE, (slow.includes(service) && ago <= 8 ? 900 : 20) + (index % 3)];
    }),
  }));
  return evidence(1, 'requests.query', { metric: 'request.duration', series, warning: null }, { measure: 'duration' });
}

const MAP = evidence(9, 'topology.services', {
  edges: ['orders', 'mailer', 'basket'].map((callee) => ({ caller: 'web', callee })),
});

function beganAt(component: string): Finding {
  const nothing = { timeline: [], actions: [], prevention: [], metrics: [] };
  const about = { detector: 'where-it-began', class: 'application' as const, statement: 's', component };
  return { ...about, confidence: 0.6, cause: true, evidence: [1], ...nothing };
}

const incident = (changes: ReturnType<typeof rollout>[], ...more: Evidence[]) =>
  input('High latency of web', [durations('orders', 'web'), MAP, evidence(2, 'changes.list', { changes }), ...more], {
    service: 'web',
    namespace: 'shop',
    startsAt: at(2),
  });

const standings = (chain: Finding[], given: ReturnType<typeof incident>) =>
  changesOfIncident(chain, given).hypotheses.map(({ standing, statement }) => `${standing} ${statement.slice(0, 40)}`);

describe('the changes around an incident', () => {
  it('are to blame when their service got into trouble right after them, and are ruled out elsewhere', () => {
    const found = changesOfIncident([beganAt('orders')], incident([rollout('orders', 10), rollout('mailer', 12)]));
    expect(found.blamed?.statement).to.match(
      /^The change "rollout of shop\/orders.* fits: .*right after it; it came shortly before/,
    );
    expect(found.blamed?.actions.map(({ command }) => command)).to.deep.equal([
      'kubectl rollout history deployment/orders --namespace shop',
      'kubectl rollout undo deployment/orders --namespace shop',
    ]);
    expect(found.cleared).to.deep.equal(['mailer']);
    expect(found.hypotheses.map(({ standing }) => standing)).to.deep.equal(['supported', 'ruled_out']);
    expect(found.hypotheses[1]?.statement).to.match(
      /^Not the change "rollout of shop\/mailer.*: it runs in mailer, which is not in trouble/,
    );
  });

  it('are undone by the kind of the workload that was rolled out', () => {
    const title = 'rollout of StatefulSet shop/orders: image orders:2, before orders:1';
    const found = changesOfIncident([beganAt('orders')], incident([{ ...rollout('orders', 10), title }]));
    expect(found.blamed?.actions.map(({ command }) => command)).to.include(
      'kubectl rollout undo statefulset/orders --namespace shop',
    );
  });

  it('are not to blame when they came after the trouble, or long before', () => {
    for (const minutesAgo of [3, 23 * 60]) {
      const found = changesOfIncident([beganAt('orders')], incident([rollout('orders', minutesAgo)]));
      expect(found.blamed, `${minutesAgo} minutes ago`).to.equal(null);
    }
  });

  it('are only possible where the cause is about something else, and blamed for nothing where nothing was found', () => {
    const given = incident([rollout('orders', 10), rollout('mailer', 12)]);
    expect(standings([beganAt('basket')], given)[0]).to.match(/^possible The change/);
    expect(standings([], given)).to.satisfy((all: string[]) => all.every((one) => one.startsWith('ruled_out')));
  });

  it('take findings about rollouts with them that were ruled out', () => {
    const given = incident([rollout('orders', 10), rollout('mailer', 12)]);
    const changes = changesOfIncident([beganAt('orders')], given);
    const found = ['orders', 'mailer'].map(
      (component): Finding => ({ ...beganAt(component), detector: 'recent-change' }),
    );
    expect(withoutJudged(found, changes).map(({ component }) => component)).to.deep.equal(['orders']);
  });

  it('give connections that fail to a peer whom nobody names the class of the peer that a change made fail', () => {
    const classAfter = (diff: string) => {
      const commit = {
        ...rollout('orders', 10),
        kind: 'commit' as const,
        title: 'chore: fit into the small node',
        detail: `@@ orders.yaml @@\n${diff}`,
        files: ['orders.yaml'],
      };
      const seen = incident([commit as unknown as ReturnType<typeof rollout>]);
      const refused: Finding = {
        ...beganAt('orders'),
        detector: 'connection-failure',
        class: 'network',
        component: null,
        statement: 'Connections are refused',
        confidence: 0.65,
      };
      const findings = [refused, beganAt('orders')];
      const agent = poolAgents(loadAgents())[0]!;
      return concludeFindings({ alerts: seen.alerts, agent, findings, evidence: seen.evidence, gaps: [], seen }).class;
    };
    expect(classAfter('-  WORKERS: "16"\n+  WORKERS: "2"')).to.equal('application');
    expect(classAfter('-  COLOUR: "red"\n+  COLOUR: "blue"')).to.equal('network');
  });

  it('make a place probable that was only suspected, where mechanism, time and place fit well', () => {
    const verdict = (diff: string) => {
      const commit = {
        ...rollout('orders', 10),
        kind: 'commit' as const,
        title: 'chore: fit into the small node',
        detail: `@@ orders.yaml @@\n${diff}`,
        files: ['orders.yaml'],
      };
      const seen = incident([commit as unknown as ReturnType<typeof rollout>]);
      const findings = [{ ...beganAt('orders'), confidence: 0.3 }];
      const agent = poolAgents(loadAgents())[0]!;
      return concludeFindings({ alerts: seen.alerts, agent, findings, evidence: seen.evidence, gaps: [], seen })
        .verdict;
    };
    expect(verdict('-  WORKERS: "16"\n+  WORKERS: "2"')).to.equal('probable');
    expect(verdict('-  COLOUR: "red"\n+  COLOUR: "blue"')).to.equal('inconclusive');
  });

  it('give way to a reason outside of the program where only a place was found', () => {
    const usual = logRow('order placed', { service: 'orders', severity: 'INFO', at: at(70) });
    const lines = Array.from({ length: 6 }, (_, index) =>
      logRow(`write failed: no space left on device (try ${index})`, { service: 'orders', at: at(6) }),
    );
    const found = changesOfIncident([beganAt('orders')], incident([], logs(3, [usual, ...lines], {})));
    expect(found.operational).to.include({ kind: 'storage', class: 'resource' });
    expect(found.hypotheses[0]).to.include({ standing: 'supported' });
    expect(found.hypotheses[0]?.evidence).to.deep.equal([3]);
    expect(
      changesOfIncident(
        [{ ...beganAt('orders'), detector: 'crash-loop' }],
        incident([], logs(3, [usual, ...lines], {})),
      ).operational,
    ).to.equal(null);
  });
});
