import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { PromSeries } from '../../scripts/sandbox/prometheus/promql-types.ts';
import { startPrometheusSandbox } from '../../scripts/sandbox/prometheus/start-prometheus-sandbox.ts';
import { findProgram } from '../../scripts/servers/install-servers.ts';
import { startPrometheus } from '../../scripts/servers/start-prometheus.ts';
import type { ServerDefinition } from '../../src/shared/mcp/server-definition.ts';
import type { PrometheusServerOptions } from '../../src/shared/mcp/servers/prometheus/prometheus-options.ts';
import { createPrometheusServer } from '../../src/shared/mcp/servers/prometheus/prometheus-server.ts';
import { allPages, secondPage } from '../support/all-pages.ts';
import { openMetricsOf, sampled } from '../support/prometheus-samples.ts';
import { runCapability, runTool } from '../support/run-tool.ts';
import { failureOf } from '../unit/shared/mcp/support/waits.ts';

const MINUTE = 60_000;
const END = Math.floor(Date.now() / MINUTE) * MINUTE;
const SPAN = { from: END - 60 * MINUTE, to: END };
const TROUBLE_SECONDS = 50 * 60;
const range = { from: new Date(SPAN.from + 10 * MINUTE).toISOString(), to: new Date(END).toISOString() };

/** A shop in which user-service slows down and fails for the last ten minutes. */
function shopSeries(): PromSeries[] {
  const later = (seconds: number) => Math.max(0, seconds - TROUBLE_SECONDS);
  const http = { job: 'shop/user-service' };
  const spans = { service_name: 'catalog', span_kind: 'SPAN_KIND_SERVER' };
  const pod = { namespace: 'shop', pod: 'user-service-7d9f8b6c5d-x2x4z', container: 'app' };
  return [
    sampled('http_requests_total', { ...http, code: '200' }, SPAN, (s) => s),
    sampled('http_requests_total', { ...http, code: '500' }, SPAN, (s) => later(s) / 2),
    sampled('http_request_duration_seconds_count', http, SPAN, (s) => s),
    sampled('http_request_duration_seconds_sum', http, SPAN, (s) => 0.1 * s + 0.9 * later(s)),
    sampled('http_request_duration_seconds_bucket', { ...http, le: '0.5' }, SPAN, (s) => s - later(s) / 2),
    sampled('http_request_duration_seconds_bucket', { ...http, le: '+Inf' }, SPAN, (s) => s),
    sampled('traces_span_metrics_calls_total', { ...spans, status_code: 'STATUS_CODE_UNSET' }, SPAN, (s) => 2 * s),
    sampled('traces_span_metrics_calls_total', { ...spans, span_kind: 'SPAN_KIND_CLIENT' }, SPAN, (s) => 9 * s),
    sampled('traces_service_graph_request_total', { client: 'web', server: 'user-service' }, SPAN, (s) => s),
    sampled('traces_service_graph_request_failed_total', { client: 'web', server: 'user-service' }, SPAN, (s) => s / 4),
    sampled('traces_service_graph_request_total', { client: 'user', server: 'web' }, SPAN, (s) => s),
    sampled('db_client_connections_usage', { service_name: 'user-service', state: 'used' }, SPAN, (s) =>
      later(s) > 0 ? 10 : 3,
    ),
    sampled('db_client_connections_usage', { service_name: 'user-service', state: 'idle' }, SPAN, () => 1),
    sampled('db_client_connections_usage', { service_name: 'other', state: 'used' }, SPAN, () => 99),
    sampled('container_cpu_usage_seconds_total', pod, SPAN, (s) => s / 4 + later(s)),
    sampled('container_cpu_usage_seconds_total', { ...pod, container: '' }, SPAN, (s) => s),
    sampled('container_memory_working_set_bytes', pod, SPAN, () => 256e6),
    sampled('kube_pod_container_status_restarts_total', pod, SPAN, (s) => (later(s) > 0 ? 3 : 0)),
    sampled('odd', { k: 'nan' }, SPAN, () => Number.NaN),
    sampled('odd', { k: 'inf' }, SPAN, () => Number.POSITIVE_INFINITY),
    sampled('odd', { k: 'one' }, SPAN, () => 1),
  ];
}

type Running = { url: string; stop(): Promise<void> };
const START: Record<string, () => Promise<Running>> = {
  'the simulated Prometheus': async () => {
    const sandbox = await startPrometheusSandbox({ series: shopSeries });
    return { url: sandbox.url, stop: sandbox.close };
  },
  ...(findProgram('prometheus') && {
    'a real Prometheus': async () => (await startPrometheus({ openMetrics: openMetricsOf(shopSeries()) }))!,
  }),
};

for (const [name, start] of Object.entries(START)) {
  describe(`the prometheus server against ${name}`, function () {
    this.timeout(30_000);
    let prometheus: Running;
    let server: ServerDefinition;
    before(async () => {
      prometheus = await start();
      server = createPrometheusServer({ url: `${prometheus.url}/`, timeoutMs: 8_000 });
    });
    after(() => prometheus.stop());

    const metric = (more: Record<string, unknown>) =>
      runCapability(server, 'metrics.query', { ...range, ...more } as never).then(({ data }) => data);
    const valuesOf = (points: [number, number][] = []) => points.map(([, value]) => value);

    it('finds a metric of OpenTelemetry under its name in Prometheus, of one service, in groups', async () => {
      const { series, warning } = await metric({
        metric: 'db.client.connections.usage',
        service: 'user-service',
        groupBy: ['state'],
        timeAggregation: 'max',
        spaceAggregation: 'max',
      });
      expect(warning).to.equal(null);
      expect(series.map(({ labels }) => labels.state)).to.deep.equal(['used', 'idle']);
      expect(Math.min(...valuesOf(series[0]?.points))).to.equal(3);
      expect(Math.max(...valuesOf(series[0]?.points))).to.equal(10);
    });

    it('finds CPU, memory and restarts of pods where cAdvisor and kube-state-metrics tell them', async () => {
      const groupBy = ['k8s.namespace.name', 'k8s.deployment.name', 'k8s.pod.name'];
      const cpu = await metric({ metric: 'k8s.pod.cpu.usage', groupBy });
      const pod = { 'k8s.namespace.name': 'shop', 'k8s.pod.name': 'user-service-7d9f8b6c5d-x2x4z' };
      expect(cpu.series.map(({ labels, unit }) => ({ labels, unit }))).to.deep.equal([{ labels: pod, unit: '{cpu}' }]);
      expect(valuesOf(cpu.series[0]?.points)[5]).to.be.closeTo(0.25, 0.001);
      expect(valuesOf(cpu.series[0]?.points).at(-1)).to.be.closeTo(1.25, 0.001);
      const memory = await metric({ metric: 'k8s.pod.memory.working_set', groupBy });
      expect(valuesOf(memory.series[0]?.points).at(-1)).to.equal(256e6);
      const restarts = await metric({
        metric: 'k8s.container.restarts',
        groupBy,
        spaceAggregation: 'max',
        timeAggregation: 'latest',
      });
      expect(valuesOf(restarts.series[0]?.points).at(-1)).to.equal(3);
    });

    it('counts requests and failures and times them, by whichever convention they are counted', async () => {
      const of = async (measure: 'duration' | 'calls' | 'errors', more = {}) =>
        (await runCapability(server, 'requests.query', { measure, ...range, ...more })).data;
      const calls = await of('calls');
      expect(calls.series.map(({ labels }) => labels['service.name'])).to.deep.equal(['catalog', 'user-service']);
      for (const value of valuesOf(calls.series[0]?.points)) expect(value).to.be.closeTo(120, 0.01);
      const errors = await of('errors');
      expect(errors.series.map(({ labels }) => labels['service.name'])).to.deep.equal(['user-service']);
      expect(valuesOf(errors.series[0]?.points)[0]).to.equal(0);
      expect(valuesOf(errors.series[0]?.points).at(-1)).to.be.closeTo(30, 0.01);
      const duration = await of('duration', { service: 'user-service' });
      expect(duration.series[0]?.unit).to.equal('ms');
      expect(valuesOf(duration.series[0]?.points)[0]).to.be.closeTo(100, 0.01);
      expect(valuesOf(duration.series[0]?.points).at(-1)).to.be.closeTo(1000, 0.01);
      expect(duration.series[0]?.points.at(-1)?.[0]).to.be.below(END);
    });

    it('lists the services with what they serve', async () => {
      const { data, text } = await runCapability(server, 'services.list', range);
      const own = data.services.find(({ name: service }) => service === 'user-service')!;
      expect(own.calls).to.be.closeTo(3000 + 300, 60);
      expect(own.errorPercent).to.be.within(8, 10);
      expect(own.avgMs).to.be.within(250, 300);
      expect(own.p99Ms).to.be.a('number');
      expect(data.services.find(({ name: service }) => service === 'catalog')).to.include({ avgMs: null, p99Ms: null });
      expect(text).to.match(/catalog: \d+ calls, 0 % errors, avg unknown/);
    });

    it('maps who calls whom where a service graph is counted', async () => {
      const { data, text } = await runCapability(server, 'topology.services', range);
      expect(data.edges.map(({ caller, callee, errorPercent }) => ({ caller, callee, errorPercent }))).to.deep.equal([
        { caller: 'web', callee: 'user-service', errorPercent: 25 },
      ]);
      expect(data.edges[0]?.calls).to.be.within(2950, 3050);
      expect(text).to.match(/^web -> user-service \d+ calls, 25 % errors/);
    });

    it('tells NaN and the infinities from numbers', async () => {
      const { data } = await runTool(server, 'query_instant', { query: 'odd', time: range.to });
      const rows = (data.series as { value: number | null; text: string }[]).map(({ value, text }) => [value, text]);
      expect(rows).to.have.deep.members([
        [1, '1'],
        [null, 'NaN'],
        [null, '+Inf'],
      ]);
      const over = await metric({ metric: 'odd', groupBy: ['k'], spaceAggregation: 'max', timeAggregation: 'latest' });
      expect(over.series.map(({ labels }) => labels.k)).to.deep.equal(['one']);
      expect(over.warning).to.match(/\d+ points are NaN or infinite/);
      const scalar = await runTool(server, 'query_instant', { query: '1 + 1' });
      expect(scalar.data).to.include({ resultType: 'scalar' });
      expect(scalar.text).to.match(/^\{\} 2 at /);
    });

    it('raises a step that would give too many points, and pages through many series', async () => {
      const { data } = await runTool(server, 'query_range', { query: 'odd', ...range, stepSeconds: 1, limit: 1 });
      expect(data).to.include({ stepSeconds: 2, total: 3 });
      expect((data.warnings as string[]).join()).to.include('raised to 2 s');
      const { nextCursor: cursor } = data;
      const next = await runTool(server, 'query_range', { query: 'odd', ...range, stepSeconds: 1, limit: 5, cursor });
      expect(next.data).to.include({ nextCursor: null });
      expect(next.data.series).to.have.length(2);
      const other = failureOf(runTool(server, 'query_range', { query: 'odd', ...range, cursor }));
      expect(await other).to.include({ failure: 'bad_request', detail: 'invalid_cursor' });
    });

    it('gives pages that together are the whole, of the moment of the first one', async () => {
      const pages = await allPages<{ text: string; at: string }>(
        server,
        'query_instant',
        { query: 'odd', limit: 1 },
        'series',
      );
      expect(pages.map((page) => page.length)).to.deep.equal([1, 1, 1]);
      expect(new Set(pages.flat().map(({ text }) => text)).size).to.equal(3);
      expect(new Set(pages.flat().map(({ at }) => at)).size).to.equal(1);
      const names = await allPages<string>(server, 'list_label_values', { ...range, limit: 2 }, 'values');
      const whole = await runTool(server, 'list_label_values', range);
      expect(names.flat()).to.deep.equal(whole.data.values);
      const cursor = await secondPage(server, 'query_instant', { query: 'odd', limit: 1 });
      const foreign = [
        () => runTool(server, 'query_instant', { query: 'up', cursor }),
        () => runTool(server, 'find_series', { match: ['odd'], cursor }),
        () => runTool(server, 'query_instant', { query: 'odd', cursor: `${cursor}=` }),
      ];
      for (const attempt of foreign) expect(await failureOf(attempt())).to.include({ detail: 'invalid_cursor' });
    });

    it('finds series, labels and their values', async () => {
      const series = await runTool(server, 'find_series', { match: ['odd'], ...range });
      expect(series.data).to.include({ total: 3 });
      const values = await runTool(server, 'list_label_values', {
        label: 'code',
        match: ['http_requests_total'],
        ...range,
      });
      expect(values.data.values).to.deep.equal(['200', '500']);
      const names = await runTool(server, 'list_label_values', range);
      expect(names.data.values).to.include.members(['__name__', 'service_name']);
    });

    it('says in the words of Prometheus what is wrong with a question, and what to do', async () => {
      const refused = (query: string) => failureOf(runTool(server, 'query_instant', { query }));
      for (const query of ['sum(', 'rate(odd)', 'nonsense(odd)', 'odd{']) {
        const error = await refused(query);
        expect(error, query).to.include({ dependency: 'prometheus', failure: 'bad_request', detail: 'bad_data' });
        expect(error.message, query).to.match(/invalid parameter "query": 1:\d+: parse error: .+: correct the PromQL/);
      }
      expect((await refused('rate(odd)')).message).to.include('expected type range vector in call to function "rate"');
      expect((await refused('sum(')).message).to.match(/unclosed left parenthesis|unexpected end of input/);
      expect((await refused('odd{')).message).to.include('unexpected end of input');
      const twice = `odd * on() odd`.replace(' on()', '');
      expect((await runTool(server, 'query_instant', { query: twice, time: range.to })).data).to.include({ total: 3 });
      const backwards = runCapability(server, 'metrics.query', { metric: 'odd', from: range.to, to: range.from });
      expect(await failureOf(backwards)).to.include({ failure: 'bad_request' });
    });

    it('does not let a name or a filter add an expression of its own', async () => {
      for (const service of ['x"} or {__name__=~".+', '\\', '"', 'a\nb']) {
        const { series } = await metric({ metric: 'db.client.connections.usage', service });
        expect(series, service).to.deep.equal([]);
      }
      for (const filter of ['a="b"} or vector(1', 'a', 'a="b" c="d"', '{a="b"']) {
        expect(await failureOf(metric({ metric: 'odd', filter })), filter).to.include({ failure: 'bad_request' });
      }
      const { series } = await metric({ metric: 'odd', filter: '{k=~"o.*", k!=\'x\'}', spaceAggregation: 'max' });
      expect(series).to.have.length(1);
    });

    it('answers with no series, and says so, where there is no such metric', async () => {
      const { series, warning } = await metric({ metric: 'no.such.metric' });
      expect(series).to.deep.equal([]);
      expect(warning).to.include('no series of no.such.metric');
    });
  });
}

const RULES = `
groups:
  - name: shop
    rules:
      - { alert: TargetDown, expr: up == 0, labels: { severity: page }, annotations: { summary: "{{ $labels.job }} is down" } }
      - { record: "job:up:count", expr: count by (job) (up) }
      - { alert: Slow, expr: up > 5, for: 5m }
`;

if (findProgram('prometheus')) {
  describe('alerts, rules, targets and metadata of a real Prometheus', function () {
    this.timeout(60_000);
    let prometheus: Running;
    const exporter = createServer((_request, response) => {
      response.setHeader('content-type', 'text/plain; version=0.0.4');
      response.end('# HELP shop_carts Open carts.\n# TYPE shop_carts gauge\nshop_carts 7\n');
    }).listen(0, '127.0.0.1');
    let server: ServerDefinition;
    before(async () => {
      if (!exporter.listening) await once(exporter, 'listening');
      const { port } = exporter.address() as AddressInfo;
      const config = `
global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [rules.yml]
scrape_configs:
  - job_name: shop
    params: { token: [hunter2] }
    static_configs: [{ targets: ["127.0.0.1:${port}"] }]
  - job_name: gone
    static_configs: [{ targets: ["127.0.0.1:1"] }]
`;
      prometheus = (await startPrometheus({ config, rules: RULES }))!;
      server = createPrometheusServer({ url: prometheus.url, timeoutMs: 5_000 });
    });
    after(async () => {
      await prometheus.stop();
      exporter.closeAllConnections();
      exporter.close();
    });
    /** Asks until the answer is as expected; Prometheus scrapes and evaluates every second. */
    const until = async <T>(
      tool: string,
      input: object,
      isThere: (data: T) => boolean,
    ): Promise<{ data: T; text: string }> => {
      for (let tries = 0; tries < 300; tries++) {
        const answer = (await runTool(server, tool, input)) as unknown as { data: T; text: string };
        if (isThere(answer.data)) return answer;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error(`${tool} never answered as expected`);
    };

    it('are read as they are', async () => {
      type Targets = { down: number; targets: Record<string, unknown>[] };
      const { data: scraped, text } = await until<Targets>(
        'list_targets',
        {},
        ({ down, targets }) => down === 1 && targets.some(({ health }) => health === 'up'),
      );
      expect(scraped.targets[0]).to.include({ job: 'gone', health: 'down', instance: '127.0.0.1:1' });
      expect(String(scraped.targets[0]?.lastError)).to.include('connection refused');
      expect(text).to.include('2 targets, 1 down').and.not.include('hunter2');
      type Alerts = { total: number; alerts: Record<string, unknown>[] };
      const { data: active } = await until<Alerts>('list_alerts', { state: 'firing' }, ({ total }) => total === 1);
      expect(active.alerts[0]).to.include({ name: 'TargetDown', state: 'firing' });
      expect(active.alerts[0]?.annotations).to.deep.equal({ summary: 'gone is down' });
      const { data: rules } = await until<{ rules: Record<string, unknown>[] }>(
        'list_rules',
        { type: 'alerting' },
        ({ rules: all }) => all.some(({ state }) => state === 'firing'),
      );
      expect(rules.rules.map(({ name, forSeconds }) => [name, forSeconds])).to.have.deep.members([
        ['TargetDown', 0],
        ['Slow', 300],
      ]);
      const { data: metrics } = await until<{ metrics: unknown[] }>(
        'list_metrics',
        { contains: 'open carts' },
        ({ metrics: all }) => all.length === 1,
      );
      expect(metrics.metrics).to.deep.equal([{ name: 'shop_carts', type: 'gauge', unit: null, help: 'Open carts.' }]);
    });
  });
}

describe('the prometheus server against a Prometheus in trouble', () => {
  const QUERY = '/api/v1/query';
  const options: PrometheusServerOptions = {
    url: '',
    timeoutMs: 600,
    token: 'secret-token',
    tenant: 'team-a',
    headers: { 'x-proxy': 'p' },
  };
  const start = () => startPrometheusSandbox({ series: shopSeries, authorization: 'Bearer secret-token' });
  let sandbox: Awaited<ReturnType<typeof start>>;
  let server: ServerDefinition;
  before(async () => {
    sandbox = await start();
    server = createPrometheusServer({ ...options, url: sandbox.url });
  });
  afterEach(() => sandbox.clearFaults());
  after(() => sandbox.close());
  const ask = (signal?: AbortSignal) => runTool(server, 'query_instant', { query: 'odd' }, signal);

  it('sends its credentials, tenant, headers and deadline', async () => {
    await ask();
    const { headers, form, method } = sandbox.calls.at(-1)!;
    expect(headers).to.include({ authorization: 'Bearer secret-token', 'x-scope-orgid': 'team-a', 'x-proxy': 'p' });
    expect(form.get('timeout')).to.equal('500ms');
    expect(method).to.equal('POST');
    const basic = createPrometheusServer({
      url: sandbox.url,
      timeoutMs: 500,
      basic: { user: 'u', password: 'hunter2' },
    });
    const refused = await failureOf(runTool(basic, 'query_instant', { query: 'odd' }));
    expect(refused).to.include({ failure: 'auth' });
    expect(refused.message).to.include('PROMETHEUS_TOKEN').and.not.include('hunter2');
  });

  it('asks by GET where POST is not let through', async () => {
    sandbox.failNext(QUERY, { kind: 'status', status: 405 });
    expect((await ask()).data).to.include({ resultType: 'vector' });
    expect(sandbox.calls.at(-1)?.method).to.equal('GET');
  });

  it('sorts what goes wrong by what can be done about it', async () => {
    const envelope = (errorType: string, error: string) => JSON.stringify({ status: 'error', errorType, error });
    const cases = [
      [
        { kind: 'error', error: 'query processing would load too many samples into memory' },
        'bad_request',
        'fewer series',
      ],
      [
        { kind: 'status', status: 503, body: envelope('timeout', 'query timed out in expression evaluation') },
        'timeout',
        'shorter range',
      ],
      [{ kind: 'status', status: 503, body: envelope('unavailable', 'TSDB not ready') }, 'overload', 'TSDB not ready'],
      [{ kind: 'status', status: 401, body: 'no org id' }, 'auth', 'PROMETHEUS_TOKEN'],
      [{ kind: 'status', status: 404, body: '404 page not found' }, 'not_found', 'PROMETHEUS_URL'],
      [{ kind: 'status', status: 502, body: '<html>bad gateway</html>' }, 'overload', 'HTTP 502'],
      [{ kind: 'status', status: 200, body: '<html>login</html>' }, 'protocol', 'PROMETHEUS_URL'],
      [
        { kind: 'status', status: 200, body: '{"status":"success","data":{"resultType":"cube"}}' },
        'protocol',
        'unexpected answer',
      ],
      [{ kind: 'status', status: 200, body: envelope('bad_data', 'partial') }, 'bad_request', 'partial'],
      [{ kind: 'drop_answer' }, 'connection', ''],
      [{ kind: 'hang' }, 'timeout', 'no answer in time'],
    ] as const;
    for (const [fault, expected, words] of cases) {
      sandbox.failNext(QUERY, fault);
      const error = await failureOf(ask());
      expect(error, JSON.stringify(fault)).to.include({ failure: expected });
      expect(error.message).to.include(words).and.not.include('<html>').and.not.include('secret-token');
    }
    sandbox.failNext(QUERY, { kind: 'rate_limited', retryAfterSeconds: 3 });
    expect(await failureOf(ask())).to.include({ failure: 'rate_limit', retryAfterMs: 3000 });
    sandbox.setFault(QUERY, { kind: 'hang' });
    expect(await failureOf(ask(AbortSignal.abort()))).to.include({ failure: 'aborted' });
  });

  it('hands on warnings of partial results', async () => {
    sandbox.setWarning('PARTIAL: a store did not answer');
    const { data, text } = await ask();
    sandbox.setWarning(null);
    expect(data.warnings).to.deep.equal(['PARTIAL: a store did not answer']);
    expect(text).to.include('Prometheus warns: PARTIAL');
  });

  it('follows redirects on its own origin and nowhere else', async () => {
    const seen: (string | undefined)[] = [];
    const stranger = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.end('{}');
    }).listen(0, '127.0.0.1');
    const front = createServer((request, response) => {
      const { port } = stranger.address() as AddressInfo;
      if (request.url === '/near/api/v1/query') response.writeHead(308, { location: '/far/api/v1/alerts' }).end();
      else if (request.url === '/far/api/v1/alerts')
        response.end('{"status":"success","data":{"resultType":"vector","result":[]}}');
      else if (request.url?.startsWith('/circle')) response.writeHead(307, { location: request.url }).end();
      else response.writeHead(302, { location: `http://127.0.0.1:${port}/` }).end();
    }).listen(0, '127.0.0.1');
    await Promise.all([stranger, front].map((one) => one.listening || once(one, 'listening')));
    try {
      const base = () => `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
      const at = (path: string) =>
        runTool(createPrometheusServer({ ...options, url: `${base()}${path}` }), 'query_instant', { query: 'up' });
      expect((await at('/near')).text).to.equal('no series');
      const away = await failureOf(at('/other'));
      expect(away).to.include({ failure: 'protocol' });
      expect(away.message).to.include('PROMETHEUS_URL');
      expect((await failureOf(at('/circle'))).message).to.include('in a circle');
      expect(seen).to.deep.equal([]);
    } finally {
      front.close();
      stranger.close();
    }
  });

  it('refuses an answer that is too long while it comes', async () => {
    const chunk = 'x'.repeat(1 << 20);
    let sent = 0;
    const endless = createServer((_request, response) => {
      const more = () => {
        sent += 1;
        if (!response.destroyed && sent < 400) response.write(chunk, more);
      };
      more();
    }).listen(0, '127.0.0.1');
    if (!endless.listening) await once(endless, 'listening');
    try {
      const url = `http://127.0.0.1:${(endless.address() as AddressInfo).port}`;
      const long = runTool(createPrometheusServer({ url, timeoutMs: 20_000 }), 'query_instant', { query: 'up' });
      expect((await failureOf(long)).message).to.include('longer than 24 MB');
      expect(sent).to.be.below(400);
    } finally {
      endless.closeAllConnections();
      endless.close();
    }
  });

  it('reads native histograms as their means, with the buckets beside them', async () => {
    const histogram = { count: '10', sum: '25', buckets: [[0, '1', '4', '10']] };
    const body = JSON.stringify({
      status: 'success',
      data: { resultType: 'vector', result: [{ metric: { a: 'b' }, histogram: [1_700_000_000, histogram] }] },
    });
    sandbox.failNext(QUERY, { kind: 'status', status: 200, body });
    const { data, text } = await ask();
    expect((data.series as unknown[])[0]).to.deep.include({
      value: 2.5,
      histogram: { count: 10, sum: 25, buckets: [['1', '4', '10']] },
    });
    expect(text).to.include('histogram of 10 with sum 25');
    const matrix = { resultType: 'matrix', result: [{ metric: {}, histograms: [[1_700_000_000, histogram]] }] };
    sandbox.failNext(`${QUERY}_range`, {
      kind: 'status',
      status: 200,
      body: JSON.stringify({ status: 'success', data: matrix }),
    });
    const over = await runCapability(server, 'metrics.query', { metric: 'latency', ...range });
    expect(over.data.series[0]?.points).to.deep.equal([[1_700_000_000_000, 2.5]]);
  });
});
