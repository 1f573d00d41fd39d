import { expect } from 'chai';
import type { Evidence, Finding } from '../../../../src/shared/report.ts';
import { contradictions } from '../../../../src/workers/conclusion/contradictions.ts';
import { incident, type Jump } from '../../../fixtures/rca/change-incident.ts';
import { container, evidence, input, logRow, logs, pod, pods } from '../../../support/evidence-fixtures.ts';
import { course, FINE, minute, said } from '../detectors/support/courses-fixture.ts';

function found(detector: string, component: string, more: Partial<Finding> = {}): Finding {
  const nothing = { timeline: [], actions: [], prevention: [], metrics: [] };
  const about = { detector, class: 'network' as const, statement: 's', component };
  return { ...about, confidence: 0.7, cause: true, evidence: [1], ...nothing, ...more };
}

const health = (service: string, ready: string[], notReady: string[] = []) =>
  evidence(5, 'service.health', {
    service,
    namespace: 'shop',
    found: true,
    selector: {},
    ports: [],
    readyEndpoints: ready,
    notReadyEndpoints: notReady,
    matchingPods: 1,
  });
const map = evidence(6, 'topology.services', {
  edges: [
    { caller: 'web', callee: 'orders' },
    { caller: 'other', callee: 'thing' },
  ],
});
const wide = pods(1, [pod('thing-0', [container()])], { namespace: 'shop' });
const about = (...items: Evidence[]) => input('web is slow', items, { service: 'web', namespace: 'shop' });
const whys = (finding: Finding, ...items: Evidence[]) => contradictions(finding, about(...items)).map(({ why }) => why);

describe('what speaks against a finding', () => {
  it('is nearly everything where more is asked of a service, which answers as fast and as well as before', () => {
    const jump = (metric: string, from: number, to: number): Jump => ({ service: 'seats', metric, from, to });
    const answers = [jump('request_duration_p99_seconds', 0.2, 0.2), jump('http_error_ratio', 0.001, 0.001)];
    const left = (...jumps: Jump[]) => {
      const told = incident({ service: 'seats', metric: 'rps', complaints: [], jumps: [...answers, ...jumps] });
      const [first] = contradictions(found('where-it-began', 'seats'), { ...told, facts: { service: 'seats' } });
      return first?.leaves ?? 1;
    };
    expect(left(jump('cpu_utilization', 0.3, 0.6))).to.be.below(0.4);
    expect(left(jump('cpu_utilization', 0.3, 0.95))).to.equal(1);
    expect(left(jump('db_wait_seconds', 0.1, 0.9))).to.equal(1);
  });

  it('is nearly everything where a cache only fills again, which nobody feels', () => {
    const fills = Array.from({ length: 30 }, (_, index) => 0.9 - 0.7 * 0.8 ** index);
    const behind = course(5, 'cpu_utilization', 0.2, [0.6, 0.5, 0.4, 0.3, 0.2], 'menu-db');
    const told = (hits: number[]) =>
      input(
        'menu finds little in its cache',
        [course(1, 'cache_hit_ratio', 0.9, hits), behind, ...FINE, said([69, 'menu started, cache is empty'])],
        { service: 'menu', labels: { metric: 'cache_hit_ratio' }, startsAt: new Date(minute(74)).toISOString() },
      );
    const left = (hits: number[]) =>
      contradictions(found('where-it-began', 'menu-db'), told(hits)).reduce((all, { leaves }) => all * leaves, 1);
    expect(left(fills)).to.be.below(0.4);
    expect(left([0.2])).to.equal(1);
  });

  it('are endpoints that are ready although connections are refused', () => {
    const refused = found('connection-failure', 'orders.shop.svc:8080', {
      statement: 'Connections to orders are refused',
    });
    expect(whys(refused, health('orders', ['10.0.0.1:8080']))).to.deep.equal(['every endpoint of orders is ready now']);
    expect(whys(refused, health('orders', [], ['10.0.0.1:8080']))).to.deep.equal([]);
    expect(whys(refused)).to.deep.equal([]);
  });

  it('is that no known call leads from the alert to where it is', () => {
    expect(whys(found('oom-kill', 'thing'), map)).to.deep.equal([
      "no known call leads from the alert's service to thing",
    ]);
    expect(whys(found('oom-kill', 'orders'), map)).to.deep.equal([]);
    expect(whys(found('oom-kill', 'web'), map)).to.deep.equal([]);
    expect(whys(found('oom-kill', 'thing'))).to.deep.equal([]);
  });

  it('is that only a look at the whole namespace shows it, and nothing links it to the alert', () => {
    expect(whys(found('kubernetes-state', 'thing'), wide)).to.deep.equal(['nothing links thing to web']);
    const named = logs(2, [logRow('call to thing failed', { service: 'web' })], { service: 'web' });
    expect(whys(found('kubernetes-state', 'thing'), wide, named)).to.deep.equal([]);
    const asked = pods(1, [pod('thing-0', [container()])], { namespace: 'shop', service: 'thing' });
    expect(whys(found('kubernetes-state', 'thing'), asked)).to.deep.equal([]);
    expect(whys(found('kubernetes-state', 'thing'), pods(1, [pod('thing-0', [container()])], {}))).to.deep.equal([]);
  });

  it('is clean evidence about the very subject, unless the fault was seen for sure', () => {
    const ready = pods(1, [pod('web-0', [container()])], { service: 'web' });
    const [against] = contradictions(found('crash-loop', 'web', { confidence: 0.6 }), about(ready));
    expect(against).to.include({ leaves: 0.85 });
    expect(whys(found('crash-loop', 'web', { confidence: 0.9 }), ready)).to.deep.equal([]);
  });
});
