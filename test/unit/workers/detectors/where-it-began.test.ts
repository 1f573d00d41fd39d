import { expect } from 'chai';
import type { Evidence } from '../../../../src/shared/report.ts';
import { DETECTORS } from '../../../../src/workers/detectors/index.ts';
import { localise } from '../../../../src/workers/localisation/localise.ts';
import { unsupportedParts } from '../../../../src/workers/verification/check-claim.ts';
import { indexEvidence } from '../../../../src/workers/verification/evidence-index.ts';
import { anAlert } from '../../../support/alerts.ts';
import { manifestEvidence, workload } from '../../../support/configured-workloads.ts';

const detect = DETECTORS['where-it-began'];
const now = new Date('2026-01-01T12:00:00Z');

function evidence(number: number, capability: string, data: unknown): Evidence {
  const text = JSON.stringify(data);
  const frame = {
    server: 's',
    tool: 't',
    query: {},
    from: null,
    to: null,
    collectedAt: now.toISOString(),
    truncated: false,
    digest: '',
  };
  return { number, capability, ...frame, data, text };
}
const firing = (name: string, entity: string) => ({
  name,
  kind: 'Service',
  entity,
  namespace: 'shop',
  severity: null,
  startsAt: null,
});
const topology = evidence(2, 'topology.services', {
  edges: [
    { caller: 'web', callee: 'orders' },
    { caller: 'orders', callee: 'ledger' },
  ],
});
const input = (...items: Evidence[]) => ({ alerts: [anAlert()], facts: {}, evidence: items, now });

describe('the detector of where it began', () => {
  it('names the deepest of the alerting services, and the others as mere possibilities', () => {
    const storm = evidence(1, 'alerts.active', {
      alerts: [firing('HighErrorRate', 'web'), firing('HighErrorRate', 'orders'), firing('KubePodNotReady', 'ledger')],
    });
    const [first, ...others] = detect(input(storm, topology));
    expect(first).to.include({ component: 'ledger', cause: true });
    expect(first!.statement).to.match(/^The trouble most likely began at ledger\. /);
    expect(first!.evidence).to.not.be.empty;
    expect(first!.confidence).to.be.within(0.8, 0.95);
    for (const other of others)
      expect(other).to.satisfy(
        ({ cause, confidence }: { cause: boolean; confidence: number }) => !cause && confidence < 0.3,
      );
  });

  it('is less sure of a storm that singles nobody out', () => {
    const even = evidence(1, 'alerts.active', {
      alerts: [firing('HighErrorRate', 'till'), firing('HighErrorRate', 'orders'), firing('HighErrorRate', 'ledgers')],
    });
    expect(detect(input(even))[0]!.confidence).to.be.within(0.3, 0.5);
  });

  it('takes many times the requests for where a rush began, and doubts what only uses more in it', () => {
    const MINUTE = 60_000;
    const series = (number: number, metric: string, usual: number, later: number) =>
      evidence(number, 'metrics.query', {
        metric,
        warning: null,
        series: ['web', 'orders', 'ledger'].map((service) => ({
          labels: { 'service.name': service },
          unit: null,
          points: Array.from({ length: 45 }, (_, index): [number, number] => [
            now.getTime() - (45 - index) * MINUTE,
            (index < 36 ? usual : later * (service === 'web' ? 1 : 0.8)) * (1 + (index % 3) / 50),
          ]),
        })),
      });
    const alerts = [anAlert({ service: 'web', startsAt: new Date(now.getTime() - 2 * MINUTE).toISOString() })];
    const began = (requests: number) =>
      detect({
        alerts,
        facts: { service: 'web' },
        now,
        evidence: [
          topology,
          series(3, 'cpu_utilization', 0.3, 0.95),
          series(4, 'requests_per_sec', 200, requests),
          series(5, 'request_duration_p99', 0.2, 2),
        ],
      }).find(({ component }) => component === 'web');
    expect(began(1400)?.confidence).to.equal(0.55);
    expect(began(280)?.confidence).to.be.below(0.5);
  });

  it('is silent where too few components are known to tell a cause from its symptoms', () => {
    const alone = evidence(1, 'alerts.active', {
      alerts: [firing('HighErrorRate', 'web'), firing('HighErrorRate', 'orders')],
    });
    expect(detect(input(alone, topology))).to.deep.equal([]);
    expect(detect(input())).to.deep.equal([]);
  });

  const MINUTE = 60_000;
  const alertAt = now.getTime() - 5 * MINUTE;
  const shop = ['web', 'orders', 'ledger'];
  /** Values by minute before the alert (negative) and after it, of each service; moved some days back. */
  function measured(
    number: number,
    capability: string,
    metric: string,
    valueAt: (service: string, minute: number) => number,
    days = 0,
  ): Evidence {
    const back = days * 24 * 60 * MINUTE;
    const minutes = Array.from({ length: 80 }, (_, index) => index - 75);
    const series = shop.map((service) => ({
      labels: { 'service.name': service },
      unit: null,
      points: minutes.map((minute) => [alertAt + minute * MINUTE - back, valueAt(service, minute)]),
    }));
    const [from, to] = [-75, 5].map((minute) => new Date(alertAt + minute * MINUTE - back).toISOString());
    const asked = evidence(number, capability, { metric, series, warning: null });
    return { ...asked, query: { metric, from, to }, from: from!, to: to! };
  }
  const about = (...items: Evidence[]) => ({
    alerts: [
      anAlert({
        startsAt: new Date(alertAt).toISOString(),
        name: 'web',
        title: 'High latency of web',
        description: '',
      }),
    ],
    facts: { service: 'web' },
    evidence: [topology, ...items],
    now,
  });

  it('names the only one that deviates among several that were looked at', () => {
    const cpu = measured(1, 'metrics.query', 'container_cpu_usage', (service, minute) =>
      service === 'ledger' && minute >= -3 ? 4 : 0.5,
    );
    const [found, ...others] = detect(about(cpu));
    expect(found).to.include({ component: 'ledger', cause: true, class: 'resource' });
    expect(others).to.deep.equal([]);
  });

  it('suspects the service whose connections fill up, and nobody while as many are in use as ever', () => {
    const inUse = (peak: number, days = 0) =>
      measured(
        1 + days,
        'metrics.query',
        'pool_connections_in_use',
        (service, minute) => (service === 'ledger' && minute >= -3 ? peak : 8) + (Math.abs(minute) % 3),
        days,
      );
    const [suspect, ...others] = localise(about(inUse(90)));
    expect(others).to.deep.equal([]);
    expect(suspect).to.include({ service: 'ledger', class: 'resource' });
    expect(suspect!.reasons).to.deep.equal(['pool_connections_in_use of ledger rose from 9 to 91 (medians)']);
    const [found] = detect(about(inUse(90)));
    expect(found).to.include({ component: 'ledger', cause: true, class: 'resource' });
    expect(found!.statement).to.contain('Pool_connections_in_use of ledger rose from 9 to 91');
    expect(localise(about(inUse(8)))).to.deep.equal([]);
    expect(detect(about(inUse(90), inUse(90, 1), inUse(90, 7)))).to.deep.equal([]);
  });

  it('tells beside a suspect how its log lines changed, and makes nobody ill by changed lines alone', () => {
    const row = (body: string, minute: number) => {
      const at = new Date(alertAt + minute * MINUTE).toISOString();
      return { at, severity: 'INFO', service: 'ledger', body, attributes: {} };
    };
    const rows = Array.from({ length: 80 * 6 }, (_, index) => index / 6 - 75).flatMap((minute) => [
      row('booked entry 42', minute),
      ...(minute >= -3 ? [row('sorting 90000 entries again', minute)] : []),
    ]);
    const lines = { ...evidence(4, 'logs.query', { rows, hasMore: false, warning: null }), from: rows[0]!.at };
    const cpu = measured(1, 'metrics.query', 'container_cpu_usage', (service, minute) =>
      service === 'ledger' && minute >= -3 ? 4 : 0.5,
    );
    const [found] = detect(about(cpu, lines));
    expect(found).to.deep.include({ component: 'ledger', confidence: detect(about(cpu))[0]!.confidence });
    expect(found!.evidence).to.include(4);
    expect(found!.timeline.at(-1)).to.deep.equal({
      at: new Date(alertAt - MINUTE).toISOString(),
      what: 'ledger writes "sorting * entries again" again and again, and never before',
      evidence: [4],
    });
    const grounds = { cited: [indexEvidence(lines)], known: new Set([4]), alertText: '' };
    expect(unsupportedParts(found!.timeline.at(-1)!.what, grounds)).to.deep.equal([]);
    expect(detect(about(lines))).to.deep.equal([]);
  });

  it('tells the way by the addresses that workloads are configured with where no call was seen', () => {
    const objects = [
      workload('web', { ORDERS_URL: 'http://orders:8080' }),
      workload('orders', { LEDGER: 'ledger:80' }),
    ];
    const cpu = measured(1, 'metrics.query', 'container_cpu_usage', (service, minute) =>
      service === 'ledger' && minute >= -3 ? 4 : 0.5,
    );
    const [, ...items] = about(cpu).evidence;
    const way = (...told: Evidence[]) => detect({ ...about(), evidence: [...items, ...told] })[0]!;
    const found = way(manifestEvidence(6, objects, now));
    expect(found.statement).to.match(/From there it reaches web by way of orders\.$/);
    expect(found.evidence).to.deep.equal([1, 6]);
    const unrelated = manifestEvidence(6, [workload('web', {}), workload('orders', {})], now);
    expect(way(unrelated).statement).to.not.contain('From there');
    expect(way(unrelated).evidence).to.deep.equal([1]);
  });

  it('is silent about the only one that deviates on a platform where the alert names no service', () => {
    const slow = measured(1, 'requests.query', 'request.duration', (service, minute) =>
      service === 'ledger' && minute >= -3 ? 900 : 20,
    );
    expect(detect(about(slow))).to.have.length(1);
    expect(detect({ ...about(slow), facts: {} })).to.deep.equal([]);
  });

  it('blames no batch that runs every day at this time', () => {
    const nightly = (service: string, minute: number) => (service === 'ledger' && minute >= -3 ? 4 : 0.5);
    const cpu = (days: number) => measured(1 + days, 'metrics.query', 'container_cpu_usage', nightly, days);
    expect(detect(about(cpu(0)))).to.have.length(1);
    expect(detect(about(cpu(0), cpu(1), cpu(7)))).to.deep.equal([]);
  });

  it('says so when the requests that come every day at this time stay away', () => {
    const rush = (service: string, minute: number) => (service === 'web' && minute >= -8 ? 90 : 10);
    const count = (days: number) =>
      measured(1 + days, 'requests.query', 'request.count', days === 0 ? () => 10 : rush, days);
    expect(detect(about(count(0)))).to.deep.equal([]);
    const [found, ...others] = detect(about(count(0), count(1), count(7)));
    expect(others).to.deep.equal([]);
    expect(found).to.include({ component: 'web', cause: false, confidence: 0.3 });
    expect(found!.evidence).to.deep.equal([1, 2, 8]);
    expect(found!.statement).to.equal(
      'request.count of web is 10, and was 90 at the same time of earlier periods (medians): requests that come then do not come now.',
    );
  });
});
