import { expect } from 'chai';
import { ALL_SCENARIOS, SCENARIOS } from '../../scripts/sandbox/scenarios/index.ts';
import { type SignozSandbox, startSignozSandbox } from '../../scripts/sandbox/signoz/start-signoz-sandbox.ts';
import type { ServerDefinition } from '../../src/shared/mcp/server-definition.ts';
import { createSignozServer } from '../../src/shared/mcp/servers/signoz/signoz-server.ts';
import { runCapability, runTool } from '../support/run-tool.ts';
import { failureOf } from '../unit/shared/mcp/support/waits.ts';

const QUERY = '/api/v5/query_range';
const MINUTE = 60_000;

type Known = { labels: Record<string, string>; points: [number, number][] };

describe('the signoz server against the simulated SigNoz', () => {
  let signoz: SignozSandbox;
  let server: ServerDefinition;
  let range: { from: string; to: string };

  beforeEach(async () => {
    signoz = await startSignozSandbox({ apiKey: 'key-1', scenarios: [SCENARIOS.background, SCENARIOS.pool] });
    server = createSignozServer({ url: `${signoz.url}/`, apiKey: 'key-1', timeoutMs: 1000 });
    range = { from: new Date(Date.now() - 60 * MINUTE).toISOString(), to: new Date().toISOString() };
  });
  afterEach(() => signoz.close());

  const logs = (more: Record<string, unknown> = {}, signal?: AbortSignal) =>
    runCapability(server, 'logs.query', { ...range, ...more }, signal);

  it('reads the log rows of a service, newest first, and says when there are more', async () => {
    const { data, text } = await logs({ service: 'user-service', severity: 'error', limit: 10 });
    expect(data.rows).to.have.length(10);
    expect(data.hasMore).to.equal(true);
    expect(new Set(data.rows.map(({ service, severity }) => `${service} ${severity}`))).to.have.all.keys(
      'user-service ERROR',
    );
    expect(data.rows.map(({ at }) => at)).to.deep.equal(
      data.rows
        .map(({ at }) => at)
        .sort()
        .reverse(),
    );
    expect(data.rows[0]?.attributes).to.include({ 'k8s.namespace.name': 'shop' });
    expect(text).to.include('HikariPool-1 - Connection is not available');
  });

  it('finds text in bodies and takes an expression of the caller beside its own conditions', async () => {
    const { data } = await logs({
      service: 'user-service',
      searchText: 'SlowQuery',
      filter: "severity_text = 'WARN' OR severity_text = 'INFO'",
    });
    expect(data.rows.length).to.be.above(5);
    for (const { body, service } of data.rows)
      expect([service, body.slice(0, 9)]).to.deep.equal(['user-service', 'SlowQuery']);
    expect((await logs({ service: 'user-service', searchText: 'no such text' })).text).to.equal('no log rows');
  });

  it('does not let a service name add conditions of its own', async () => {
    for (const service of ["x' OR service.name = 'user-service", "x\\' OR body CONTAINS 'a", '\\', "'"]) {
      expect((await logs({ service })).data.rows, service).to.have.length(0);
    }
  });

  it('evaluates PromQL over time, page by page, without what is no number', async () => {
    const promql = (args: Record<string, unknown>) => runTool(server, 'query_promql', { ...range, ...args });
    const used = 'max by (state) ({"db.client.connections.usage", service_name="user-service"})';
    const first = await promql({ query: used, stepSeconds: 300, limit: 1 });
    const { series, total, nextCursor } = first.data as { series: Known[]; total: number; nextCursor: string };
    expect([series.length, total > 1, first.text.includes(`cursor ${nextCursor}`)]).to.deep.equal([1, true, true]);
    const { data } = await promql({ query: used, stepSeconds: 300 });
    const all = (data as { series: Known[] }).series;
    const points = all.find(({ labels }) => labels.state === 'used')!.points;
    expect(points.length).to.be.above(5);
    expect(points.at(-1)![1]).to.be.at.least(points[0]![1]);
    const none = await promql({ query: `${used} / 0 * 0` });
    expect((none.data as { series: Known[] }).series.flatMap((one) => one.points)).to.deep.equal([]);
    expect(await failureOf(promql({ query: 'max by (' }))).to.include({ failure: 'bad_request' });
    expect(await failureOf(promql({ query: used, cursor: 'page 2' }))).to.include({ failure: 'bad_request' });
  });

  it('reads a metric over time, in groups, without the buckets that the range cuts', async () => {
    const { data, text } = await runCapability(server, 'metrics.query', {
      metric: 'db.client.connections.usage',
      service: 'user-service',
      filter: "state = 'used'",
      groupBy: ['k8s.pod.name'],
      spaceAggregation: 'max',
      stepSeconds: 300,
      ...range,
    });
    expect(data.series).to.have.length(3);
    for (const { unit, points, labels } of data.series) {
      expect(unit).to.equal('{connection}');
      expect(labels['k8s.pod.name']).to.match(/^user-service-/);
      expect(points[0]?.[1]).to.equal(5);
      for (const [at] of points) {
        expect(at).to.be.at.least(Date.parse(range.from));
        expect(at + 300_000).to.be.at.most(Date.parse(range.to));
      }
    }
    expect(text).to.include('first 5, last ');
  });

  it('gives the largest series only, and says when there are more', async () => {
    const question = { metric: 'db.client.connections.usage', groupBy: ['k8s.pod.name', 'state'], ...range };
    const whole = await runCapability(server, 'metrics.query', { ...question, limit: 500 });
    expect(whole.data).to.include({ hasMore: false });
    const cut = await runCapability(server, 'metrics.query', { ...question, limit: 2 });
    expect([cut.data.series.length, cut.data.hasMore]).to.deep.equal([2, true]);
    expect(cut.text).to.include('there are more series');
    const exact = await runCapability(server, 'metrics.query', { ...question, limit: whole.data.series.length });
    expect(exact.data).to.deep.include({ hasMore: false, series: whole.data.series });
  });

  it('answers with no series, and says so, where SigNoz has no such metric', async () => {
    const { data } = await runCapability(server, 'metrics.query', { metric: 'no.such.metric', ...range });
    expect(data).to.include({ warning: 'SigNoz has no metric named no.such.metric' });
    expect(data.series).to.have.length(0);
  });

  it('reads slow and failed spans with the statement they ran', async () => {
    const slow = await runCapability(server, 'traces.query', {
      service: 'user-service',
      operation: 'SELECT users',
      minDurationMs: 2000,
      ...range,
    });
    expect(slow.data.spans.length).to.be.above(20);
    expect(slow.data.spans[0]?.attributes['db.statement']).to.include('lower(email)');
    for (const { durationMs, error } of slow.data.spans)
      expect([durationMs >= 2000, error]).to.deep.equal([true, false]);
    const failed = await runCapability(server, 'traces.query', {
      service: 'user-service',
      errorsOnly: true,
      limit: 5,
      ...range,
    });
    expect(failed.data.spans.every(({ error }) => error)).to.equal(true);
    expect(failed.text).to.include('5 spans, 5 with errors');
  });

  it('lists the services that sent spans', async () => {
    const { data } = await runTool(server, 'list_services', range);
    const { services } = data as { services: { name: string; errorPercent: number }[] };
    expect(services.map(({ name }) => name)).to.include.members(['user-service', 'catalog']);
    expect(services.find(({ name }) => name === 'user-service')?.errorPercent).to.be.above(10);
  });

  it('hands on what SigNoz warns of', async () => {
    signoz.setWarning('some shards did not answer');
    const { data, text } = await logs({ service: 'catalog', limit: 1 });
    expect(data.warning).to.equal('some shards did not answer');
    expect(text).to.include('SigNoz warns: some shards did not answer');
  });

  it('tells a wrong expression from a wrong key and a wrong time', async () => {
    const failed = (more: Record<string, unknown>) => failureOf(logs(more));
    expect((await failed({ filter: 'severity_text = ' })).message).to.include('syntax errors');
    const unknown = await failed({ filter: "colour = 'red'" });
    expect(unknown).to.include({ failure: 'bad_request', detail: 'invalid_input', retryable: false });
    expect(unknown.message).to.include('key `colour` not found');
    expect(await failed({ from: 'yesterday' })).to.include({ failure: 'bad_request' });
    expect(await failed({ from: range.to, to: range.from })).to.include({ failure: 'bad_request' });
    const stranger = createSignozServer({ url: signoz.url, apiKey: 'wrong', timeoutMs: 500 });
    const refused = await failureOf(runCapability(stranger, 'logs.query', range));
    expect(refused).to.include({ dependency: 'signoz', failure: 'auth', retryable: false });
    expect(refused.message).to.include('SIGNOZ_API_KEY').and.not.include('wrong');
  });

  it('sorts what goes wrong by what can be done about it', async () => {
    const cases = [
      [{ kind: 'status', status: 403 }, 'auth'],
      [{ kind: 'status', status: 404 }, 'not_found'],
      [{ kind: 'status', status: 503 }, 'overload'],
      [{ kind: 'status', status: 502, body: '<html>bad gateway</html>' }, 'overload'],
      [{ kind: 'status', status: 200, body: '<html>login</html>' }, 'protocol'],
      [{ kind: 'status', status: 200, body: '{"status":"success","data":{"rows":1}}' }, 'protocol'],
      [{ kind: 'garbage' }, 'protocol'],
      [{ kind: 'endless' }, 'protocol'],
      [{ kind: 'drop_answer' }, 'connection'],
      [{ kind: 'hang' }, 'timeout'],
      [{ kind: 'answer_late', ms: 3000 }, 'timeout'],
    ] as const;
    for (const [fault, expected] of cases) {
      signoz.failNext(QUERY, fault);
      expect(await failureOf(logs()), JSON.stringify(fault)).to.include({ failure: expected });
    }
    signoz.failNext(QUERY, { kind: 'rate_limited', retryAfterSeconds: 7 });
    expect(await failureOf(logs())).to.include({ failure: 'rate_limit', retryAfterMs: 7000 });
    await signoz.stop();
    expect(await failureOf(logs())).to.include({ failure: 'connection', retryable: true });
  });

  it('stops with the caller', async () => {
    signoz.setFault(QUERY, { kind: 'hang' });
    expect(await failureOf(logs({}, AbortSignal.abort()))).to.include({ failure: 'aborted' });
    expect(await failureOf(logs({}, AbortSignal.timeout(30)))).to.include({ failure: 'timeout' });
  });

  it('carries its key to no other place', async () => {
    const seen: RequestInit[] = [];
    const spy = createSignozServer({
      url: signoz.url,
      apiKey: 'key-1',
      timeoutMs: 500,
      fetch: (input, init) => {
        seen.push(init ?? {});
        return fetch(input, init);
      },
    });
    await runCapability(spy, 'logs.query', { ...range, limit: 1 });
    expect(seen[0]?.redirect).to.equal('error');
  });
});

describe('the signoz server against a shop whose requests go through many services', function () {
  this.timeout(20_000);
  let signoz: SignozSandbox;
  let server: ServerDefinition;
  const range = { from: new Date(Date.now() - 30 * MINUTE).toISOString(), to: new Date().toISOString() };

  before(async () => {
    signoz = await startSignozSandbox({ apiKey: 'key-1', scenarios: [ALL_SCENARIOS['shop-errors']] });
    server = createSignozServer({ url: signoz.url, apiKey: 'key-1', timeoutMs: 10_000 });
  });
  after(() => signoz.close());

  it('reads whole traces by their ids, callers and callees, and leaves out the one that the limit cuts', async () => {
    const orders = await runCapability(server, 'traces.query', { operation: 'POST /orders', ...range, limit: 3 });
    const traceIds = orders.data.spans.map(({ traceId }) => traceId);
    const whole = await runCapability(server, 'traces.query', { traceIds, ...range, limit: 1000 });
    const known = new Set(whole.data.spans.map(({ spanId }) => spanId));
    expect(whole.data.spans.every(({ parentSpanId }) => parentSpanId === null || known.has(parentSpanId))).to.equal(
      true,
    );
    expect(new Set(whole.data.spans.map(({ service }) => service)))
      .to.include('storefront')
      .and.include('ordering');
    const limit = whole.data.spans.length - 1;
    const cut = await runCapability(server, 'traces.query', { traceIds, ...range, limit });
    expect(new Set(cut.data.spans.map(({ traceId }) => traceId)).size).to.equal(2);
    expect(cut.data.hasMore).to.equal(true);
  });

  it('reads the slowest spans first', async () => {
    const { data } = await runCapability(server, 'traces.query', { order: 'slowest', ...range, limit: 20 });
    const durations = data.spans.map(({ durationMs }) => durationMs);
    expect(durations).to.deep.equal(durations.toSorted((left, right) => right - left));
  });

  it('counts requests, failures and durations of all services from their spans, with zeros where there was nothing', async () => {
    const of = async (measure: 'duration' | 'calls' | 'errors') =>
      (await runCapability(server, 'requests.query', { measure, ...range })).data;
    const [duration, calls, errors] = [await of('duration'), await of('calls'), await of('errors')];
    const services = ({ series }: typeof calls) => series.map(({ labels }) => labels['service.name']);
    expect([duration.metric, calls.metric, errors.metric]).to.deep.equal([
      'request.duration',
      'request.count',
      'request.errors',
    ]);
    expect(new Set(services(duration))).to.have.property('size', 11);
    const few = await runCapability(server, 'requests.query', { measure: 'calls', ...range, limit: 4 });
    expect([few.data.series.length, few.data.hasMore, calls.hasMore]).to.deep.equal([4, true, false]);
    expect(services(errors)).to.include.members(['quotes', 'delivery', 'ordering', 'storefront']);
    const quotes = errors.series.find(({ labels }) => labels['service.name'] === 'quotes')!.points;
    expect(quotes).to.have.length(calls.series[0]!.points.length);
    expect(quotes[0]![1]).to.equal(0);
    expect(Math.max(...quotes.map(([, value]) => value))).to.be.above(0);
    const entrance = duration.series.find(({ labels }) => labels['service.name'] === 'storefront')!;
    expect(entrance.unit).to.equal('ms');
    expect(entrance.points[0]![1]).to.be.within(20, 300);
  });

  it('reads the service map, also where SigNoz answers without its envelope', async () => {
    const { data, text } = await runCapability(server, 'topology.services', range);
    expect(data.edges.map(({ caller, callee }) => `${caller}>${callee}`)).to.include.members([
      'storefront>ordering',
      'ordering>delivery',
      'delivery>quotes',
    ]);
    expect(data.edges.find(({ callee }) => callee === 'quotes')?.errorPercent).to.be.above(0);
    expect(text).to.match(/^storefront -> \w+ \d+ calls/m);
  });

  it('lists the services with what they serve', async () => {
    const { data } = await runCapability(server, 'services.list', range);
    expect(data.services.map(({ name }) => name)).to.include('fraud');
  });

  it('tells for which request a line was written', async () => {
    const { data } = await runCapability(server, 'logs.query', { service: 'quotes', ...range, limit: 5 });
    for (const { attributes } of data.rows) expect(attributes.trace_id).to.match(/^[0-9a-f]{32}$/);
  });
});
