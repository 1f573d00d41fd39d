import { expect } from 'chai';
import { CAPABILITIES, type Capability } from '../../../../../src/shared/mcp/capabilities.ts';
import { checkData } from '../../../../../src/shared/mcp/check-call.ts';
import { mappingOf } from '../../../../../src/shared/mcp/configured-server.ts';
import { templateFaults } from '../../../../../src/shared/mcp/maps/fill-template.ts';
import { KNOWN_MAPS, type KnownMapName, recogniseServer } from '../../../../../src/shared/mcp/maps/index.ts';
import type { KnownMap } from '../../../../../src/shared/mcp/maps/known-map.ts';
import { toolArguments } from '../../../../../src/shared/mcp/maps/tool-mapping.ts';

const WINDOW = { from: '2026-11-20T10:00:00.000Z', to: '2026-11-20T10:30:00.000Z' };
const NAMES = Object.keys(KNOWN_MAPS) as KnownMapName[];
const mapOf = (name: KnownMapName): KnownMap => KNOWN_MAPS[name];

/** What the map makes of a question, and of an answer. */
function ask(name: KnownMapName, capability: Capability, input: Record<string, unknown>) {
  const mapping = mappingOf(mapOf(name).capabilities[capability]!);
  const checked = CAPABILITIES[capability].input.parse(input) as Record<string, unknown>;
  return {
    sent: toolArguments(mapping, checked),
    read: (answer: unknown) => {
      const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
      const result = { isError: false, structured: undefined, text, meta: undefined };
      return checkData(name, capability, result, mapping.read, checked);
    },
  };
}

describe('the maps of servers that others wrote', () => {
  for (const name of NAMES) {
    it(`${name}: every template names arguments that the capability has`, () => {
      const { capabilities, values = {} } = mapOf(name);
      for (const [capability, entry] of Object.entries(capabilities)) {
        const { arguments: template, tool } = mappingOf(entry);
        expect(tool).to.match(/^[\w.-]+$/);
        const names = [...Object.keys(CAPABILITIES[capability as Capability].input.shape), ...Object.keys(values)];
        expect(templateFaults(template, names), capability).to.deep.equal([]);
      }
    });
  }

  it('are recognised by what starts or addresses them', () => {
    const of = (...texts: string[]) => recogniseServer(texts);
    expect(of('npx', '-y', 'kubernetes-mcp-server@latest')).to.equal('kubernetes-mcp-server');
    expect(of('npx', 'mcp-server-kubernetes')).to.equal('mcp-server-kubernetes');
    expect(of('npx', '-y', '@modelcontextprotocol/server-slack')).to.equal('slack-reference');
    expect(of('npx', '-y', 'slack-mcp-server@latest', '--transport', 'stdio')).to.equal('slack-mcp-server');
    expect(of('https://mcp.slack.com/mcp')).to.equal('slack-hosted');
    expect(of('https://mcp.us.signoz.cloud/mcp')).to.equal('signoz-mcp-server');
    expect(of('docker', 'run', 'grafana/mcp-grafana')).to.equal('mcp-grafana');
    expect(of('npx', 'something-else')).to.equal(null);
  });

  it("SigNoz's own: logs as its query API has them", () => {
    const { sent, read } = ask('signoz-mcp-server', 'logs.query', {
      ...WINDOW,
      service: 'cart',
      severity: 'ERROR',
      limit: 2,
    });
    expect(sent).to.deep.equal({
      start: String(Date.parse(WINDOW.from)),
      end: String(Date.parse(WINDOW.to)),
      service: 'cart',
      severity: 'ERROR',
      limit: '2',
    });
    const row = {
      timestamp: '2026-11-20T10:01:00Z',
      data: {
        body: 'timeout',
        severity_text: 'ERROR',
        resources_string: { 'service.name': 'cart', 'host.name': 'h' },
        attributes_string: { a: 'b' },
        trace_id: 'abc',
      },
    };
    const answer = {
      status: 'success',
      data: { type: 'raw', data: { results: [{ queryName: 'A', rows: [row, row] }] } },
    };
    expect(read(answer)).to.deep.equal({
      rows: Array(2).fill({
        at: '2026-11-20T10:01:00.000Z',
        severity: 'ERROR',
        service: 'cart',
        body: 'timeout',
        attributes: { 'host.name': 'h', a: 'b', trace_id: 'abc' },
      }),
      hasMore: true,
      warning: null,
    });
    expect(() => read('no data found')).to.throw('in a form that cannot be read');
  });

  it("SigNoz's own: spans with their durations, and series without the buckets that the range cuts", () => {
    const spans = ask('signoz-mcp-server', 'traces.query', {
      ...WINDOW,
      errorsOnly: true,
      minDurationMs: 5,
      filter: 'a = 1',
    });
    expect(spans.sent).to.include({ error: 'true', minDuration: '5000000', filter: '(a = 1)', limit: '100' });
    const data = {
      trace_id: 't',
      span_id: 's',
      name: 'GET /',
      duration_nano: 2_500_000,
      has_error: true,
      'service.name': 'cart',
    };
    const read = spans.read({ data: { results: [{ rows: [{ timestamp: 1_763_632_860_000_000_000, data }] }] } });
    expect(read).to.have.nested.property('spans[0]').that.includes({ durationMs: 2.5, error: true, service: 'cart' });
    const metric = ask('signoz-mcp-server', 'metrics.query', {
      ...WINDOW,
      metric: 'cpu',
      service: "o'brien",
      groupBy: ['pod'],
    });
    expect(metric.sent).to.include({
      metricName: 'cpu',
      groupBy: 'pod',
      filter: "service.name = 'o\\'brien'",
      stepInterval: '60',
    });
    const values = [
      { timestamp: 1000, value: 1 },
      { timestamp: 2000, value: 9, partial: true },
    ];
    const series = [{ labels: [{ key: { name: 'pod' }, value: 'p' }], values }];
    const answer = { results: [{ aggregations: [{ meta: { unit: 'By' }, series }] }] };
    expect(metric.read(answer)).to.deep.include({
      series: [{ labels: { pod: 'p' }, unit: 'By', points: [[1000, 1]] }],
    });
  });

  it("Grafana's: Loki's lines and a Prometheus matrix", () => {
    const logs = ask('mcp-grafana', 'logs.query', { ...WINDOW, service: 'ca"rt', searchText: 'x}' });
    expect(logs.sent.logql).to.equal('{service_name="ca\\"rt"} |= "x}"');
    expect(ask('mcp-grafana', 'logs.query', { ...WINDOW, service: 'cart' }).sent.logql).to.equal(
      '{service_name="cart"}',
    );
    const lines = [
      { timestamp: '1763632860000000000', line: 'boom', labels: { service_name: 'cart', level: 'error' } },
    ];
    expect(logs.read(lines))
      .to.have.nested.property('rows[0]')
      .that.includes({ body: 'boom', severity: 'error', service: 'cart' });
    const metric = ask('mcp-grafana', 'metrics.query', { ...WINDOW, metric: 'up', service: 'cart' });
    expect(metric.sent.expr).to.equal('avg by () (up{service="cart"})');
    expect(ask('mcp-grafana', 'metrics.query', { ...WINDOW, metric: 'up' }).sent.expr).to.equal('avg by () (up)');
    const matrix = {
      data: {
        resultType: 'matrix',
        result: [
          {
            metric: { pod: 'p' },
            values: [
              [1.5, '2'],
              [2, 'NaN'],
            ],
          },
        ],
      },
    };
    expect(metric.read(matrix)).to.deep.include({
      series: [{ labels: { pod: 'p' }, unit: null, points: [[1500, 2]] }],
    });
  });

  it('mcp-server-kubernetes: pods and events of kubectl as JSON', () => {
    const pods = ask('mcp-server-kubernetes', 'pods.status', { namespace: 'shop', service: 'cart' });
    expect(pods.sent).to.deep.equal({ resourceType: 'pods', namespace: 'shop', output: 'yaml' });
    const pod = (name: string) => ({
      kind: 'Pod',
      metadata: { name, namespace: 'shop', creationTimestamp: '2026-11-20T10:00:00Z' },
      spec: { containers: [{ name: 'main', image: 'i' }] },
      status: {
        phase: 'Running',
        containerStatuses: [
          {
            name: 'main',
            ready: false,
            restartCount: 3,
            image: 'i',
            state: { waiting: { reason: 'ImagePullBackOff' } },
          },
        ],
      },
    });
    const read = pods.read({ kind: 'List', items: [pod('cart-1'), pod('other-1')] }) as { pods: unknown[] };
    expect(read.pods).to.have.length(1);
    expect(read)
      .to.have.nested.property('pods[0].containers[0]')
      .that.includes({ reason: 'ImagePullBackOff', restarts: 3 });
    expect(read).to.have.nested.property('pods[0].createdAt', '2026-11-20T10:00:00.000Z');
    const event = {
      type: 'Warning',
      reason: 'BackOff',
      message: 'm',
      involvedObject: { kind: 'Pod', name: 'cart-1' },
      count: 4,
    };
    const events = ask('mcp-server-kubernetes', 'events.list', { type: 'Warning' });
    expect(events.read({ events: [event, { ...event, type: 'Normal' }] }))
      .to.have.property('events')
      .with.length(1);
  });

  it('the Slack reference server: what was posted, and refusals that it hands on as answers', () => {
    const input = { channel: 'C1', threadTs: '1.0', text: 'hi' };
    const { sent, read } = ask('slack-reference', 'slack.post_thread_reply', input);
    expect(sent).to.deep.equal({ channel_id: 'C1', thread_ts: '1.0', text: 'hi' });
    expect(read({ ok: true, channel: 'C1', ts: '2.0' })).to.deep.equal({ channel: 'C1', ts: '2.0' });
    for (const [word, failure] of [
      ['invalid_auth', 'auth'],
      ['ratelimited', 'rate_limit'],
      ['is_archived', 'tool_error'],
    ]) {
      let thrown: unknown;
      try {
        read({ ok: false, error: word });
      } catch (error) {
        thrown = error;
      }
      expect(thrown).to.include({ failure, ambiguous: false, detail: word });
    }
    const thread = ask('slack-reference', 'slack.thread_info', { channel: 'C1', threadTs: '1.0' });
    const messages = thread.read({ ok: true, messages: [{ ts: '1.0', text: 'a', bot_id: 'B' }], has_more: false });
    expect(messages).to.have.nested.property('messages[0]').that.includes({ ts: '1.0', botId: 'B', user: null });
  });

  it('slack-mcp-server: its CSV, with commas and line breaks in quotes', () => {
    const { sent, read } = ask('slack-mcp-server', 'slack.thread_info', { channel: 'C1', threadTs: '1.0' });
    expect(sent).to.include({ limit: '200' });
    const csv = 'MsgID,UserID,ThreadTs,Text\r\n1.0,U1,,"one, ""two""\nthree"\r\n2.0,U2,1.0,plain\r\n';
    expect(read(csv))
      .to.have.property('messages')
      .that.satisfies((messages: { text: string; threadTs: string | null }[]) => {
        expect(messages.map(({ text }) => text)).to.deep.equal(['one, "two"\nthree', 'plain']);
        return messages[1]!.threadTs === '1.0';
      });
    const post = ask('slack-mcp-server', 'slack.post_message', { channel: 'C1', text: 'x' });
    expect(post.read(csv)).to.deep.equal({ channel: 'C1', ts: '1.0' });
  });
});
