import { expect } from 'chai';
import * as fc from 'fast-check';
import type { Suspect } from '../../../../src/workers/localisation/suspect.ts';
import { telemetrySuspects } from '../../../../src/workers/localisation/telemetry-suspects.ts';
import { type Fault, randomFrom, shop, type What } from '../../../fixtures/rca/synthetic-shop.ts';
import { alert, evidence, NOW } from '../../../support/evidence-fixtures.ts';

const first = (fault: Fault, forms?: What[]): Suspect | undefined => telemetrySuspects(shop(fault, forms))[0];

describe('suspects from telemetry', () => {
  it('finds the service behind a network delay, not the callers that wait for it', () => {
    const suspect = first({ delay: { service: 'shelf', ms: 300 } });
    expect(suspect).to.include({ service: 'shelf', instance: 'shelf-6d9f7c5b8-x2k4p', class: 'network' });
    expect(suspect?.reasons.join(' ')).to.match(/calls from \w+ to \w+ spend \d+ ms between the two/);
  });

  it('finds the service to which packets are lost', () => {
    expect(first({ loss: { service: 'till', every: 3 } })).to.include({ service: 'till' });
  });

  it('finds the service that needs more CPU and is slower by itself', () => {
    const suspect = first({ cpu: { service: 'ledger', factor: 8, percent: 97 } });
    expect(suspect).to.include({ service: 'ledger', class: 'resource' });
    expect(suspect?.reasons.join(' ')).to.match(/cpu_usage_percent of ledger-6d9f7c5b8-x2k4p rose from/);
  });

  it('finds the service that stops half-way by the operations and log lines that are missing', () => {
    const suspect = first({ exception: true });
    expect(suspect).to.include({ service: 'desk', class: 'application' });
    expect(suspect?.reasons.join('\n'))
      .to.contain('in 60 of 60 requests before and in 0 of 60 now')
      .and.to.contain('paid * coins at till');
  });

  it('finds a service that went silent', () => {
    const suspect = first({ silent: 'till' }, ['metrics', 'topology']);
    expect(suspect).to.include({ service: 'till', class: 'infrastructure' });
    expect(suspect?.onset).to.be.a('number');
  });

  it('holds a busy neighbour that no request passes for less suspect than the service that got slow', () => {
    const suspects = telemetrySuspects(shop({ cpu: { service: 'shelf', factor: 30, percent: 22 }, neighbour: 95 }));
    expect(suspects[0]).to.include({ service: 'shelf' });
  });

  for (const forms of [['metrics', 'topology'], ['traces'], ['metrics', 'traces', 'logs', 'topology']] as What[][]) {
    it(`blames the slow callee and not the callers that only show it, by ${forms.join(', ')}`, () => {
      const suspects = telemetrySuspects(shop({ cpu: { service: 'ledger', factor: 10, percent: 20 } }, forms));
      expect(suspects[0]?.service).to.equal('ledger');
      const others = suspects.slice(1).map(({ score }) => score);
      expect(Math.max(0, ...others)).to.be.below((suspects[0]?.score ?? 0) / 2);
    });
  }

  it('cites evidence that exists and says numbers', () => {
    const input = shop({ delay: { service: 'shelf', ms: 300 }, exception: true });
    const numbers = new Set(input.evidence.map(({ number }) => number));
    for (const { evidence: cited, reasons } of telemetrySuspects(input)) {
      expect(cited).to.not.be.empty;
      expect(cited.every((number) => numbers.has(number))).to.equal(true);
      for (const reason of reasons) expect(reason).to.match(/\d/);
    }
  });

  it('suspects nobody much while nothing is wrong', () => {
    const worst = Math.max(0, ...telemetrySuspects(shop({})).map(({ score }) => score));
    const guilty = first({ delay: { service: 'shelf', ms: 300 } })?.score ?? 0;
    expect(worst).to.be.below(guilty / 4);
  });

  it('gives the same suspects whatever the order of series, spans and lines', () => {
    const input = shop({ delay: { service: 'shelf', ms: 300 } });
    const random = randomFrom(3);
    const shuffled = structuredClone(input);
    for (const { data } of shuffled.evidence) {
      for (const rows of Object.values(data as Record<string, unknown>)) {
        if (Array.isArray(rows)) rows.sort(() => random() - 0.5);
      }
    }
    expect(telemetrySuspects(shuffled)).to.deep.equal(telemetrySuspects(input));
  });

  it('has no suspects without telemetry', () => {
    expect(telemetrySuspects({ alerts: [], evidence: [], now: NOW })).to.deep.equal([]);
    expect(telemetrySuspects(shop({ exception: true }, ['topology']))).to.deep.equal([]);
  });

  it('never throws and gives finite scores in order, whatever the telemetry holds', () => {
    fc.assert(
      fc.property(oddTelemetry(), (items) => {
        const suspects = telemetrySuspects({ alerts: [alert('odd')], evidence: items, now: NOW });
        const scores = suspects.map(({ score }) => score);
        expect(scores.every((score) => Number.isFinite(score) && score > 0)).to.equal(true);
        expect(scores).to.deep.equal(scores.toSorted((left, right) => right - left));
      }),
      { numRuns: 200 },
    );
  });
});

/** Few names, so that things meet: spans that are their own parents, equal times, empty texts, huge and negative values. */
function oddTelemetry() {
  const name = fc.constantFrom('', 'a', 'b', 'c', '__proto__', '\u0000');
  const time = fc.integer({ min: -40, max: 10 }).map((minutes) => NOW.getTime() + minutes * 60_000);
  const at = fc.oneof(
    time.map((ms) => new Date(ms).toISOString()),
    fc.constant('never'),
  );
  const value = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.double({ noNaN: true, noDefaultInfinity: true }));
  const labels = fc.dictionary(fc.constantFrom('service.name', 'k8s.pod.name', 'x'), name);
  const span = fc.record({
    at,
    traceId: name,
    spanId: name,
    parentSpanId: fc.option(name),
    service: fc.option(name),
    name,
    durationMs: value,
    error: fc.boolean(),
    attributes: labels,
  });
  const row = fc.record({
    at,
    severity: fc.option(name),
    service: fc.option(name),
    body: fc.string(),
    attributes: labels,
  });
  const metric = fc.constantFrom('cpu', 'latency', 'requests_total', 'availability', '');
  const points = fc.array(fc.tuple(time, value), { maxLength: 12 });
  const series = fc.array(fc.record({ labels, unit: fc.constant(null), points }), { maxLength: 5 });
  const common = { hasMore: fc.constant(false), warning: fc.constant(null) };
  const data = fc.oneof(
    fc.tuple(fc.constant('traces.query' as const), fc.record({ spans: fc.array(span, { maxLength: 12 }), ...common })),
    fc.tuple(fc.constant('logs.query' as const), fc.record({ rows: fc.array(row, { maxLength: 12 }), ...common })),
    fc.tuple(fc.constant('metrics.query' as const), fc.record({ metric, series, warning: fc.constant(null) })),
  );
  const range = fc.option(fc.record({ from: at, to: at }));
  return fc
    .array(fc.tuple(data, range), { maxLength: 5 })
    .map((items) =>
      items.map(([[capability, content], query], index) =>
        evidence(index + 1, capability, content as never, query ?? {}),
      ),
    );
}
