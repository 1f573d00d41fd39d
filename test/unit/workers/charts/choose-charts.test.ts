import { expect } from 'chai';
import type { Evidence, Report } from '../../../../src/shared/report.ts';
import type { ChartInput } from '../../../../src/workers/charts/chart-input.ts';
import { chartsOrNone, chooseCharts } from '../../../../src/workers/charts/choose-charts.ts';
import { alert, at, evidence, NOW } from '../../../support/evidence-fixtures.ts';
import { aReport } from '../../../support/incidents.ts';

type Point = [number, number];
/** One value a minute for an hour; the alert fired ten minutes before its end, the level changed twenty before. */
const points = (before: number, during: number): Point[] =>
  Array.from({ length: 61 }, (_, minute) => [
    Date.parse(at(60 - minute)),
    minute < 40 ? before + (minute % 3) : during,
  ]);
const ONSET = Date.parse(at(20));
const ALERT = at(10);

type Labelled = { labels: Record<string, string>; points: Point[]; unit?: string };

function series(number: number, metric: string, all: Labelled[], query: Record<string, unknown> = {}): Evidence {
  const told = all.map(({ labels, points: values, unit = null }) => ({ labels, points: values, unit }));
  const range = { from: at(60), to: at(0) };
  return evidence(number, 'metrics.query', { metric, series: told, warning: null }, { metric, ...range, ...query });
}

function spans(number: number, service: string, failing: (minute: number) => boolean, query = {}): Evidence {
  const rows = Array.from({ length: 240 }, (_, index) => ({
    at: at(60 - index / 4),
    traceId: `${service}-${index}`,
    spanId: `${service}-${index}`,
    parentSpanId: null,
    service,
    name: 'GET /',
    durationMs: 20,
    error: failing(index / 4) && index % 2 === 0,
    attributes: {},
  }));
  const range = { from: at(60), to: at(0), service };
  return evidence(number, 'traces.query', { spans: rows, hasMore: false, warning: null }, { ...range, ...query });
}

const calls = (number: number, ...edges: [caller: string, callee: string][]): Evidence => {
  const data = { edges: edges.map(([caller, callee]) => ({ caller, callee })) };
  return { ...evidence(number, 'topology.services', data), query: {} };
};

function inputOf(
  items: Evidence[],
  cause: Partial<Report['rootCause']> = {},
  more: Partial<ChartInput> = {},
): ChartInput {
  const rootCause = { statement: 'payment is slow', component: 'payment', confidence: 0.8, evidence: [1], ...cause };
  return {
    report: aReport({ rootCause }),
    alerts: [alert('Checkout fails', { service: 'checkout', startsAt: ALERT })],
    evidence: items,
    findings: [],
    now: NOW,
    ...more,
  };
}

const pool = (service: string, before: number, during: number): Labelled => ({
  labels: { 'service.name': service },
  points: points(before, during),
});

describe('the charts of a report', () => {
  it('shows the metric of the suspect, with the onset that localisation finds and the alert', () => {
    const [chart] = chooseCharts(inputOf([series(1, 'db.pool.used', [pool('payment', 10, 90), pool('cart', 5, 50)])]));
    expect(chart).to.include({
      kind: 'suspect_metric',
      title: 'db.pool.used',
      subject: 'payment',
      levels: '11 before, 90 until the alert (medians)',
      onset: ONSET,
      alertAt: Date.parse(ALERT),
      usual: 11,
    });
    expect(chart?.lines.map(({ name, role }) => [name, role])).to.deep.equal([['payment', 'main']]);
    expect(chart?.evidence).to.deep.equal([1]);
    expect(chart?.description).to.equal('db.pool.used of payment went from 11 to 90 (medians) at 11:40 UTC');
  });

  it('takes the unit that the source tells', () => {
    const told = [{ labels: { service: 'payment' }, points: points(1, 9), unit: 's' }];
    const [chart] = chooseCharts(inputOf([series(1, 'request_wait', told)]));
    expect(chart).to.include({ unit: 'seconds', levels: '2 s before, 9 s until the alert (medians)' });
  });

  it('prefers what the cause names to what changed more, and both to traffic', () => {
    const items = [
      series(1, 'requests_per_second', [pool('payment', 10, 900)]),
      series(2, 'cpu_percent', [pool('payment', 10, 90)]),
      series(3, 'memory_bytes', [pool('payment', 10, 99)]),
    ];
    const titles = (statement: string) =>
      chooseCharts(inputOf(items, { evidence: [1, 2, 3], statement })).map(({ title }) => title);
    expect(titles('cpu_percent of payment rose')).to.deep.equal(['cpu_percent']);
    expect(titles('payment is slow')).to.deep.equal(['memory_bytes']);
  });

  it('compares an instance with the others of its service', () => {
    const instance = (name: string, during: number): Labelled => ({
      labels: { service: 'payment', pod: name },
      points: points(10, during),
    });
    const all = ['a', 'b', 'c', 'd', 'e'].map((name) => instance(`payment-${name}`, name === 'c' ? 95 : 11));
    const [chart] = chooseCharts(inputOf([series(1, 'cpu_percent', all)]));
    expect(chart?.subject).to.equal('payment-c');
    expect(chart?.lines.map(({ role }) => role)).to.deep.equal(['main', 'other', 'other', 'other']);
  });

  it('looks at what else is cited about the suspect where the cause itself cites no series', () => {
    const items = [series(2, 'cpu_percent', [pool('payment', 10, 90)])];
    const input = inputOf(items);
    expect(chooseCharts(input)).to.deep.equal([]);
    input.report.metrics.push({ name: 'CPU', value: '90', evidence: [2] });
    expect(chooseCharts(input)).to.have.length(1);
  });

  it('has nothing to draw where nothing changed, too little was measured, or no cause is known', () => {
    const flat = series(1, 'cpu_percent', [pool('payment', 50, 51)]);
    const short = series(1, 'cpu_percent', [{ labels: { service: 'payment' }, points: points(1, 90).slice(-3) }]);
    expect(chooseCharts(inputOf([flat]))).to.deep.equal([]);
    expect(chooseCharts(inputOf([short]))).to.deep.equal([]);
    const told = inputOf([series(1, 'cpu_percent', [pool('payment', 10, 90)])]);
    expect(chooseCharts(inputOf(told.evidence, { evidence: [] }))).to.deep.equal([]);
    for (const verdict of ['inconclusive', 'healthy'] as const) {
      expect(chooseCharts({ ...told, report: { ...told.report, verdict } }), verdict).to.deep.equal([]);
    }
  });

  it('shows how the callers of the suspect fail, by the spans of each', () => {
    const items = [
      spans(1, 'payment', () => false),
      spans(2, 'checkout', (minute) => minute >= 45),
      spans(3, 'cart', () => false),
      calls(4, ['checkout', 'payment'], ['cart', 'payment'], ['front', 'checkout']),
    ];
    const [chart] = chooseCharts(inputOf(items));
    expect(chart).to.include({ kind: 'caller_errors', title: 'Errors of the callers of payment', unit: 'percent' });
    expect(chart?.lines.map(({ name }) => name)).to.deep.equal(['checkout']);
    expect(chart?.levels).to.equal('0 % before, 50 % until the alert (medians)');
    expect(chart?.description).to.include('Failing requests of checkout, which calls payment');
  });

  it('takes counted requests before a sample of spans', () => {
    const counted = (number: number, measure: string, count: (minute: number) => number) =>
      evidence(
        number,
        'requests.query',
        {
          metric: `request.${measure}`,
          series: [
            {
              labels: { 'service.name': 'checkout' },
              unit: null,
              points: points(0, 0).map(([time], minute): Point => [time, count(minute)]),
            },
          ],
          warning: null,
        },
        { measure, from: at(60), to: at(0) },
      );
    const items = [
      counted(1, 'calls', () => 200),
      counted(2, 'errors', (minute) => (minute < 40 ? 2 : 80)),
      spans(3, 'checkout', () => true),
      calls(4, ['checkout', 'payment']),
    ];
    const [chart] = chooseCharts(inputOf(items));
    expect(chart).to.include({ levels: '1 % before, 40 % until the alert (medians)', onset: ONSET });
    expect(chart?.evidence).to.deep.equal([1, 2]);
  });

  it('shows the service of the alert where nobody is known to call the suspect', () => {
    const [chart] = chooseCharts(inputOf([spans(1, 'checkout', (minute) => minute >= 45)]));
    expect(chart).to.include({ title: 'Errors of checkout' });
  });

  for (const query of [
    { errorsOnly: true },
    { minDurationMs: 500 },
    { order: 'slowest' },
    { filter: 'status = 500' },
  ]) {
    it(`makes no rate of spans that were picked by ${JSON.stringify(query)}`, () => {
      expect(chooseCharts(inputOf([spans(1, 'checkout', (minute) => minute >= 45, query)]))).to.deep.equal([]);
    });
  }

  it('keeps names that would ping or link from doing so, and secrets out', () => {
    const name = 'payment <!channel> password=hunter2hunter2';
    const [chart] = chooseCharts(inputOf([series(1, 'cpu_percent', [pool(name, 10, 90)])], { component: name }));
    expect(JSON.stringify(chart)).not.to.include('<!channel>').and.not.include('hunter2');
  });

  it('is no reason for a report to fail', () => {
    const broken = new Proxy({} as ChartInput, {
      get() {
        throw new Error('broken');
      },
    });
    const errors: unknown[] = [];
    expect(chartsOrNone(broken, (error) => errors.push(error))).to.deep.equal([]);
    expect(errors).to.have.length(1);
  });
});
