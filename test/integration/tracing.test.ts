import { expect } from 'chai';
import { FleetError } from '../../src/shared/errors.ts';
import { silentLogger } from '../../src/shared/logger.ts';
import { createMetrics, type Metrics } from '../../src/shared/metrics.ts';
import { createShutdown } from '../../src/shared/shutdown.ts';
import { openTracing } from '../../src/shared/tracing/open-tracing.ts';
import { MAX_WAITING_SPANS } from '../../src/shared/tracing/otlp-sdk.ts';
import {
  currentCarrier,
  currentSpan,
  linkSpan,
  outsideTrace,
  withSpan,
  withSpans,
} from '../../src/shared/tracing/tracing.ts';
import type { TracingConfig } from '../../src/shared/tracing-config.ts';
import { eventually } from '../support/fleet.ts';
import { type OtlpCollector, startOtlpCollector } from '../support/otlp-collector.ts';

const TRACE = 'a'.repeat(32);
const SENDER = { traceparent: `00-${TRACE}-${'b'.repeat(16)}-01`, tracestate: 'vendor=1' };
const UNSAMPLED = { traceparent: `00-${TRACE}-${'b'.repeat(16)}-00` };
const nothing = async () => {};

describe('traces to a collector', () => {
  let collector: OtlpCollector;
  let metrics: Metrics;
  let stop: () => Promise<void>;
  before(async () => {
    collector = await startOtlpCollector();
  });
  after(() => collector.close());
  afterEach(async () => {
    await stop();
    collector.clearFaults();
    collector.spans.splice(0);
    expect(collector.refusals).to.deep.equal([]);
  });

  async function open(given: Partial<TracingConfig> = {}) {
    const shutdown = createShutdown(silentLogger);
    stop = () => shutdown.close(10_000);
    metrics = createMetrics();
    const config: TracingConfig = {
      endpoint: `${collector.url}/v1/traces`,
      headers: { authorization: 'Bearer t' },
      serviceName: null,
      resourceAttributes: { 'deployment.environment.name': 'test' },
      sampler: 'parentbased_always_on',
      ratio: 1,
      ...given,
    };
    const deps = { metrics, logger: silentLogger, shutdown };
    await openTracing(config, { role: 'worker', processName: 'worker-1' }, deps);
  }
  const spanNamed = (name: string) => collector.spans.find((span) => span.name === name)!;
  const count = async (outcome: string) => {
    const { values } = await metrics.traceSpans.get();
    return values.find(({ labels }) => labels.outcome === outcome)?.value ?? 0;
  };

  it('sends what is left at shutdown: names, kinds, attributes, parents and who made it', async () => {
    await open();
    await withSpan('outer', { kind: 'consumer', parent: SENDER, attributes: { 'rca_fleet.run': 2 } }, async (span) => {
      await withSpan('inner', { kind: 'client', attributes: { 'gen_ai.response.finish_reasons': ['stop'] } }, nothing);
      span.set({ 'rca_fleet.verdict': 'probable', 'rca_fleet.outcome': null });
    });
    await stop();
    const [outer, inner] = [spanNamed('outer'), spanNamed('inner')];
    expect(outer).to.include({ traceId: TRACE, parentSpanId: 'b'.repeat(16), kind: 'consumer', failed: false });
    expect(outer.attributes).to.deep.equal({ 'rca_fleet.run': 2, 'rca_fleet.verdict': 'probable' });
    expect(outer.resource).to.deep.include({
      'service.name': 'rca-fleet-worker',
      'service.namespace': 'rca-fleet',
      'service.instance.id': 'worker-1',
      'deployment.environment.name': 'test',
    });
    expect(inner).to.include({ traceId: TRACE, parentSpanId: outer.spanId, kind: 'client' });
    expect(inner.attributes).to.deep.equal({ 'gen_ai.response.finish_reasons': ['stop'] });
    expect(collector.headers().authorization).to.equal('Bearer t');
    expect(await count('exported')).to.equal(2);
  });

  it('tells of a failure its class alone, and passes it on', async () => {
    await open();
    const error = new FleetError('store_unavailable', 'password=hunter2 was refused');
    const thrown = await withSpan('failing', {}, () => Promise.reject(error)).catch((caught) => caught);
    const harmless = { failureOf: () => null };
    await withSpan('no failure', harmless, () => Promise.reject(error)).catch(() => undefined);
    await stop();
    expect(thrown).to.equal(error);
    expect(spanNamed('failing')).to.deep.include({ failed: true, statusMessage: '', events: [] });
    expect(spanNamed('failing').attributes).to.deep.equal({ 'error.type': 'store_unavailable' });
    expect(spanNamed('no failure').failed).to.equal(false);
  });

  it('carries a span on, and back, with the state of other vendors', async () => {
    await open();
    const carried = await withSpan('first', { parent: SENDER }, async () => currentCarrier());
    await withSpan('second', { parent: carried }, nothing);
    await stop();
    expect(carried!.tracestate).to.equal('vendor=1');
    expect(spanNamed('second')).to.include({ traceId: TRACE, parentSpanId: spanNamed('first').spanId });
  });

  it('begins a trace where a row or a request carries none, or none that can be read', async () => {
    await open();
    await withSpan('outer', {}, async () => {
      await withSpan('none', { parent: null }, nothing);
      await withSpan('unreadable', { parent: { traceparent: 'nonsense' } }, nothing);
    });
    await stop();
    expect(new Set(collector.spans.map(({ traceId }) => traceId)).size).to.equal(3);
    for (const span of collector.spans) expect(span.parentSpanId).to.equal('');
  });

  it('links spans of other traces, at most 32, and no unreadable ones', async () => {
    await open();
    const other = (n: number) => ({ traceparent: `00-${TRACE}-${String(n).padStart(16, '0')}-01` });
    await withSpan('linked', {}, async () => linkSpan([{ traceparent: 'x' }, ...[1, 2].map(other)]));
    await withSpan('crowded', {}, async () => linkSpan(Array.from({ length: 200 }, (_, n) => other(n + 1))));
    await stop();
    expect(spanNamed('linked').links.map(({ spanId }) => spanId)).to.deep.equal(
      ['1', '2'].map((n) => n.padStart(16, '0')),
    );
    expect(spanNamed('crowded').links).to.have.length(32);
  });

  it('gives one call that works for many traces a span in each, and none around the work', async () => {
    await open();
    const parents = ['1', '2'].map((digit) => ({ traceparent: `00-${digit.repeat(32)}-${'c'.repeat(16)}-01` }));
    let around: unknown = 'not asked';
    await withSpan('request', {}, async () => {
      await withSpans(
        'send queue',
        parents.map((parent) => ({ parent })),
        async () => {
          around = currentSpan();
        },
      );
    });
    await stop();
    const sent = collector.spans.filter(({ name }) => name === 'send queue');
    expect(around).to.equal(null);
    expect(sent.map(({ traceId }) => traceId)).to.have.members(['1'.repeat(32), '2'.repeat(32)]);
  });

  it('counts what runs on after its span, or is made for others, to no span', async () => {
    await open();
    let goOn = () => {};
    const later = await withSpan('ended', {}, async () => {
      expect(outsideTrace(() => currentSpan())).to.equal(null);
      expect(currentSpan()).to.not.equal(null);
      const signal = new Promise<void>((resolve) => {
        goOn = resolve;
      });
      return {
        ids: signal.then(async () => [currentSpan(), await withSpan('after', {}, async () => currentCarrier())]),
      };
    });
    goOn();
    const [ids] = await later.ids;
    await stop();
    expect(ids).to.equal(null);
    expect(spanNamed('after').traceId).to.not.equal(spanNamed('ended').traceId);
  });

  it('records what its caller records, whatever the ratio, and tells the ids of what is not recorded too', async () => {
    await open({ sampler: 'parentbased_traceidratio', ratio: 0 });
    await withSpan('of a sampled caller', { parent: SENDER }, nothing);
    const ids = await withSpan('of another', { parent: UNSAMPLED }, async () => [currentSpan(), currentCarrier()]);
    await withSpan('of its own', {}, nothing);
    await stop();
    expect(collector.spans.map(({ name }) => name)).to.deep.equal(['of a sampled caller']);
    expect(ids[0]).to.include({ traceId: TRACE });
    expect(ids[1]).to.have.property('traceparent').that.matches(/-00$/);
  });

  it('tries again when the collector is busy', async () => {
    await open();
    collector.failNext('export', { kind: 'status', status: 503 });
    await withSpan('patient', {}, nothing);
    await stop();
    expect(spanNamed('patient').name).to.equal('patient');
  });

  it('lets nobody wait for a collector that hangs: what does not fit is dropped and counted, and the end has a deadline', async function () {
    this.timeout(20_000);
    await open();
    collector.setFault('export', { kind: 'hang' });
    for (let n = 0; n < MAX_WAITING_SPANS + 100; n++) await withSpan('one of many', {}, nothing);
    expect(await count('dropped')).to.equal(100);
    await stop();
    expect(collector.spans).to.deep.equal([]);
  });

  it('counts what a collector that is away did not get', async function () {
    this.timeout(30_000);
    await collector.stop();
    try {
      await open({ endpoint: `${collector.url}/v1/traces` });
      await withSpan('lost', {}, nothing);
      await stop();
      await eventually('the count', async () => (await count('failed')) === 1, 20_000);
    } finally {
      await collector.start();
    }
  });

  it('counts what a collector refuses', async () => {
    await open({ endpoint: `${collector.url}/elsewhere` });
    await withSpan('refused', {}, nothing);
    await stop();
    expect(collector.refusals.splice(0)).to.deep.equal(['there is nothing under POST /elsewhere']);
    expect(await count('failed')).to.equal(1);
  });
});

describe('without a collector', () => {
  it('does the work, and knows no span', async () => {
    const shutdown = createShutdown(silentLogger);
    await openTracing(
      null,
      { role: 'worker', processName: 'w' },
      { metrics: createMetrics(), logger: silentLogger, shutdown },
    );
    const seen = await withSpan('none', { parent: SENDER }, async (span) => {
      span.set({ 'rca_fleet.run': 1 });
      span.fail('timeout');
      linkSpan([SENDER]);
      return [currentSpan(), currentCarrier()];
    });
    expect(seen).to.deep.equal([null, null]);
    expect(await withSpans('none', [{ parent: SENDER }], async () => 'done')).to.equal('done');
  });
});
