import { expect } from 'chai';
import type { Finding } from '../../../src/shared/report.ts';
import { slowQueries } from '../../../src/workers/detectors/slow-queries.ts';
import { evidenceWindows } from '../../../src/workers/evidence-windows.ts';
import { MAX_WIDER_STEPS, widenEvidence } from '../../../src/workers/widen-evidence.ts';
import { anAlert } from '../../support/alerts.ts';
import { container, input, logRow, logs, metric, pod, pods, span, spans } from '../../support/evidence-fixtures.ts';

const WINDOW = { from: '2026-11-20T11:30:00.000Z', to: '2026-11-20T12:00:00.000Z' };

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

describe('the further rounds of evidence', () => {
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
    expect(steps.map(({ capability }) => capability)).to.deep.equal([
      'service.health',
      'pods.status',
      'events.list',
      'kubernetes.objects',
    ]);
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
    expect(widenEvidence(many, [], WINDOW)).to.have.length(MAX_WIDER_STEPS);
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

  it('asks the database server itself that slow statements went to, where it is configured', () => {
    const attributes = { 'db.system': 'postgresql', 'server.address': 'orders-db.data.svc' };
    const steps = widenEvidence([finding({ detector: 'slow-queries' })], [spans(1, [span({ attributes })])], WINDOW);
    const own = steps.filter(({ capability }) => capability.startsWith('postgresql.'));
    expect(own.map(({ capability }) => capability)).to.include.members(['postgresql.activity', 'postgresql.locks']);
    for (const step of own)
      expect(step).to.deep.include({ arguments: { about: ['orders-db.data.svc'] }, optional: true });
  });

  it('asks who else fails on a name that does not resolve', () => {
    const steps = widenEvidence([finding({ detector: 'dns-failure', component: 'pay.example.com' })], [], WINDOW);
    expect(steps[0]?.arguments).to.include({ searchText: 'pay.example.com' });
  });

  const times = evidenceWindows(
    [anAlert({ startsAt: '2026-11-20T11:56:00.000Z' })],
    new Date('2026-11-20T12:00:00.000Z'),
  );
  const during = { from: times.troubleFrom, to: times.troubleTo };
  const before = { from: times.usualFrom, to: times.usualTo };
  const traceId = (index: number) => index.toString(16).padStart(32, '0');

  it('asks for the whole traces of sampled requests, of the trouble and of the time before', () => {
    const sample = [
      spans(1, [span({ traceId: traceId(1) })], during),
      spans(2, [span({ traceId: traceId(2) })], before),
    ];
    const [trouble, usual, ...others] = widenEvidence([], sample, times);
    expect(trouble?.arguments).to.deep.include({ traceIds: [traceId(1)], to: times.troubleTo });
    expect(usual?.arguments).to.deep.include({ traceIds: [traceId(2)], to: times.usualTo });
    expect(others).to.deep.equal([]);
  });

  it('takes failing, slow and ordinary requests alike, and no id that is none', () => {
    const many = (from: number, count: number) =>
      Array.from({ length: count }, (_, index) => span({ traceId: traceId(from + index) }));
    const sample = [
      spans(1, many(1000, 60), during),
      spans(2, many(2000, 30), { ...during, errorsOnly: true }),
      spans(3, [...many(3000, 30), span({ traceId: "1' OR 1=1" })], { ...during, order: 'slowest' }),
    ];
    const ids = widenEvidence([], sample, times)[0]?.arguments.traceIds as string[];
    const share = (from: number) => ids.filter((id) => id >= traceId(from) && id < traceId(from + 1000)).length;
    expect([share(2000), share(3000), share(1000)]).to.deep.equal([15, 15, 15]);
  });

  it('looks closer at where the trouble seems to have begun', () => {
    const suspect = finding({ detector: 'where-it-began', component: 'quotes', confidence: 0.6, cause: true });
    const row = { ...logRow('x'), service: 'quotes', attributes: { 'k8s.namespace.name': 'store' } };
    const steps = widenEvidence([suspect], [logs(1, [row])], times);
    expect(steps.map(({ capability }) => capability)).to.deep.equal([
      'pods.status',
      'events.list',
      'service.health',
      'logs.query',
      'logs.query',
      'traces.query',
    ]);
    expect(steps[0]?.arguments).to.deep.equal({ service: 'quotes', namespace: 'store' });
    for (const lead of [
      { ...suspect, cause: false },
      { ...suspect, confidence: 0.2 },
      { ...suspect, component: 'a b' },
    ])
      expect(widenEvidence([lead], [logs(1, [row])], times)).to.deep.equal([]);
  });

  describe('for the database behind slow statements', () => {
    /** All that is asked in the further rounds, each of which leaves out what was asked before. */
    const asked = (system: string) => {
      const attributes = {
        'db.system': system,
        'db.statement': 'SELECT * FROM orders',
        'server.address': 'orders-db.data.svc',
      };
      const slow = Array.from({ length: 5 }, () => span({ attributes, durationMs: 5000 }));
      const known = [spans(1, slow)];
      const found = slowQueries(input('Queries of user-service are slow', known));
      expect(found.map(({ detector }) => detector)).to.include('slow-queries');
      const first = widenEvidence(found, known, times);
      return [...first, ...widenEvidence(found, known, times, first)];
    };
    const metricsOf = (system: string) => asked(system).flatMap(({ arguments: { metric } }) => metric ?? []);

    it('look at sessions, locks, replication and disk, by its own answers and by metrics', () => {
      expect(asked('postgresql').map(({ capability }) => capability)).to.include.members([
        'postgresql.activity',
        'postgresql.locks',
        'postgresql.statements',
        'postgresql.replication',
        'postgresql.sizes',
      ]);
      expect(metricsOf('postgresql')).to.include.members([
        'postgresql.backends',
        'postgresql.database.locks',
        'postgresql.replication.data_delay',
        'postgresql.db_size',
        'k8s.volume.available',
        'system.filesystem.utilization',
      ]);
    });

    it('look at the same of MySQL, which has no server of ours, by metrics, logs, pods and volume claims', () => {
      expect(metricsOf('mysql')).to.include.members([
        'mysql.threads',
        'mysql.row_locks',
        'mysql.replica.time_behind_source',
        'mysql.query.slow.count',
        'mysql.tmp_resources',
        'k8s.volume.available',
      ]);
      const steps = asked('mysql');
      expect(steps.map(({ capability }) => capability)).to.include.members([
        'logs.query',
        'pods.status',
        'events.list',
      ]);
      const claims = steps.find(({ capability }) => capability === 'kubernetes.objects');
      expect(claims?.arguments).to.deep.equal({ kinds: ['StatefulSet', 'PersistentVolumeClaim'], namespace: 'data' });
    });
  });

  it('never asks again what failed before', () => {
    const refused = finding({ detector: 'connection-failure', component: 'orders' });
    const first = widenEvidence([refused], [], WINDOW);
    expect(widenEvidence([refused], [], WINDOW, first)).to.deep.equal([]);
  });

  describe('of earlier days', () => {
    const whole = { from: times.usualFrom!, to: times.troubleTo! };
    const measured = (number: number, name: string, query: Record<string, unknown> = whole) =>
      metric(number, name, [1, 2, 3], { query: { metric: name, service: undefined, ...query } });

    it('ask what was answered for the same time a day and a week before', () => {
      const [day, week, ...others] = widenEvidence([], [measured(1, 'cpu')], times);
      expect(others).to.deep.equal([]);
      for (const [step, days] of [
        [day!, 1],
        [week!, 7],
      ] as const) {
        expect(step).to.include({ capability: 'metrics.query', required: false, optional: true });
        expect(step.arguments).to.include({ metric: 'cpu' });
        for (const end of ['from', 'to'] as const)
          expect(Date.parse(whole[end]) - Date.parse(String(step.arguments[end]))).to.equal(days * 86_400_000);
      }
      expect(day!.label).to.equal('cpu at the same time a day before');
    });

    it('ask nothing of what had no answer, shows one of the two times only, or is an earlier day itself', () => {
      const empty = { ...measured(1, 'cpu'), data: { metric: 'cpu', series: [], warning: null } };
      expect(widenEvidence([], [empty], times)).to.deep.equal([]);
      expect(widenEvidence([], [measured(1, 'cpu', during), measured(2, 'cpu', before)], times)).to.deep.equal([]);
      const [day] = widenEvidence([], [measured(1, 'cpu')], times);
      const earlier = measured(2, 'cpu', day!.arguments);
      expect(widenEvidence([], [measured(1, 'cpu'), earlier], times, [day!])).to.deep.equal([]);
    });

    it('are asked ten questions at most in all rounds, and none twice', () => {
      const many = Array.from({ length: 9 }, (_, index) => measured(index + 1, `metric_${index}`));
      const first = widenEvidence([], many.slice(0, 3), times);
      const second = widenEvidence([], many, times, first);
      expect([first.length, second.length]).to.deep.equal([6, 4]);
      expect(widenEvidence([], many, times, [...first, ...second])).to.deep.equal([]);
    });
  });
});
