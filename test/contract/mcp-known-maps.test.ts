import { expect } from 'chai';
import type { Capability, CapabilityInput, CapabilityOutput } from '../../src/shared/mcp/capabilities.ts';
import { createMcpGateway } from '../../src/shared/mcp/mcp-gateway.ts';
import { parseMcpConfig } from '../../src/shared/mcp/read-mcp-config.ts';
import { kubectlPeer, slackCsvPeer, slackHostedPeer } from '../support/peers/other-peers.ts';
import { type Peer, type PeerTool, servePeer } from '../support/peers/serve-peer.ts';
import { grafanaPeer, signozPeer } from '../support/peers/telemetry-peers.ts';
import { failureOf } from '../unit/shared/mcp/support/waits.ts';

const WINDOW = { from: '2026-11-20T10:00:00.000Z', to: '2026-11-20T10:30:00.000Z' };

/** A server with the tools, argument schemas and forms of answers of somebody else's, joined by nothing but an entry in the file. */
function joined(tools: PeerTool[], entry: Record<string, unknown>) {
  let peer: Peer;
  let gateway: ReturnType<typeof createMcpGateway>;
  before(async () => {
    peer = await servePeer(tools);
    const text = JSON.stringify({ mcpServers: { peer: { url: peer.url, ...entry } } });
    const limits = { retryBaseMs: 1 };
    gateway = createMcpGateway({ servers: parseMcpConfig(text, { path: 'mcp.json', env: {} }), limits });
  });
  after(async () => {
    await gateway.close();
    await peer.close();
  });
  const signal = new AbortController().signal;
  return {
    call: async <C extends Capability>(capability: C, input: CapabilityInput<C>): Promise<CapabilityOutput<C>> =>
      (await gateway.call(capability, input, { signal })).data,
    sent: () => peer.calls.at(-1)!.arguments,
    health: () => gateway.health(signal),
  };
}

describe('the built-in maps against the argument schemas and answers of the servers', () => {
  for (const release of ['before', 'after'] as const) {
    describe(`SigNoz's own, ${release} its rename of fields`, () => {
      const { call, sent, health } = joined(signozPeer(release), { map: 'signoz-mcp-server' });

      it('answers for logs, spans and series', async () => {
        const logs = await call('logs.query', { ...WINDOW, service: 'cart', searchText: 'time', limit: 1 });
        expect(logs.rows[0]).to.deep.include({ body: 'timeout', severity: 'ERROR', service: 'cart' });
        expect(logs.hasMore).to.equal(true);
        expect(sent()).to.include({ start: String(Date.parse(WINDOW.from)), end: String(Date.parse(WINDOW.to)) });
        const { spans } = await call('traces.query', { ...WINDOW, errorsOnly: true, minDurationMs: 1 });
        const span = { traceId: 't', spanId: 's', parentSpanId: 'p', durationMs: 2.5, error: true, service: 'cart' };
        expect(spans[0]).to.deep.include(span);
        const metrics = await call('metrics.query', { ...WINDOW, metric: 'm', groupBy: ['k8s.pod.name'] });
        expect(metrics.warning).to.equal('backend: partial data');
        expect(metrics.series).to.deep.equal([
          { labels: { 'k8s.pod.name': 'p' }, unit: 'By', points: [[1_790_000_000_000, 3]] },
        ]);
      });

      it('lacks none of the tools that the map names', async () => {
        expect((await health())[0]!.detail).not.to.match(/without/);
      });
    });
  }

  describe("Grafana's", () => {
    const values = { lokiUid: 'loki-1', prometheusUid: 'prom-1' };
    const { call, sent } = joined(grafanaPeer, { map: 'mcp-grafana', values });

    it('answers for lines of Loki, cut at its own limit, and for series of Prometheus', async () => {
      const logs = await call('logs.query', { ...WINDOW, service: 'cart', limit: 500 });
      expect(logs.hasMore).to.equal(true);
      expect(logs.rows[0]).to.deep.include({
        at: '2026-09-21T14:13:20.000Z',
        body: 'boom',
        severity: 'error',
        service: 'cart',
      });
      expect(logs.rows[0]!.attributes).to.include({ path: '/x' });
      const { series } = await call('metrics.query', { ...WINDOW, metric: 'up', groupBy: ['k8s.pod.name'] });
      expect(sent()).to.include({ datasourceUid: 'prom-1', expr: 'avg by (k8s_pod_name) (up)', stepSeconds: 60 });
      expect(series[0]!.points).to.deep.equal([[1_790_000_000_500, 2]]);
    });
  });

  describe('mcp-server-kubernetes', () => {
    const { call, sent } = joined(kubectlPeer, { map: 'mcp-server-kubernetes' });

    it('answers for whole pods and events, in one namespace or in all', async () => {
      const all = await call('pods.status', {});
      expect(all.pods.map(({ namespace }) => namespace)).to.deep.equal(['shop', 'other']);
      const { pods } = await call('pods.status', { namespace: 'shop' });
      expect(pods).to.have.length(1);
      expect(pods[0]!.containers[0]).to.include({ reason: 'ImagePullBackOff', restarts: 3 });
      const { events } = await call('events.list', { namespace: 'shop' });
      expect(events[0]).to.include({ reason: 'BackOff', count: 4 });
    });

    it('answers for lines of a log, JSON lines as they are, and says that a pod is gone', async () => {
      const { lines } = await call('pods.logs', { pod: 'cart-1', namespace: 'shop', tailLines: 10 });
      expect(lines).to.deep.equal(['one', '{"level":"error"}']);
      expect(sent()).to.include({ resourceType: 'pod', tail: 10 });
      const gone = await failureOf(call('pods.logs', { pod: 'gone', namespace: 'shop' }));
      expect(gone.message).to.match(/gone not found/);
    });
  });

  describe('slack-mcp-server', () => {
    const { call, sent } = joined(slackCsvPeer, { map: 'slack-mcp-server' });
    const thread = { channel: 'C1', threadTs: '1790000000.000000' };

    it('posts a reply and reads the thread and the channel back', async () => {
      const posted = await call('slack.post_thread_reply', { ...thread, text: 'it, *was* DNS' });
      expect(posted).to.deep.equal({ channel: 'C1', ts: '1790000000.000100' });
      expect(sent()).to.include({ text: 'it, *was* DNS', content_type: 'text/markdown' });
      const read = await call('slack.thread_info', thread);
      expect(read.hasMore).to.equal(true);
      expect(read.messages.map(({ text, user }) => [text, user])).to.deep.equal([
        ['one, "two"\nthree', 'U1'],
        ['plain', 'U2'],
      ]);
      const history = await call('slack.channel_history', { channel: 'C1' });
      expect(history.messages.map(({ ts, text }) => [ts, text])).to.deep.equal([['1790000000.000000', 'hello']]);
    });
  });

  describe("Slack's hosted server", () => {
    const { call, sent } = joined(slackHostedPeer, { map: 'slack-hosted' });
    const thread = { channel: 'C1', threadTs: '1790000000.000000' };

    it('posts a reply and reads the thread and the channel out of its words', async () => {
      const posted = await call('slack.post_thread_reply', { ...thread, text: 'x' });
      expect(posted).to.deep.equal({ channel: 'C1', ts: '1790000003.000000' });
      expect(sent()).to.deep.equal({ channel_id: 'C1', thread_ts: thread.threadTs, message: 'x' });
      const read = await call('slack.thread_info', thread);
      expect(read.hasMore).to.equal(false);
      expect(read.messages.map(({ ts, user, text }) => [ts, user, text])).to.deep.equal([
        ['1790000000.000000', 'U1', 'it is down'],
        ['1790000001.000000', 'B2', 'two\n\nlines'],
        ['1790000002.000000', 'UEXT1', 'hi'],
      ]);
      const history = await call('slack.channel_history', { channel: 'C1' });
      expect(history.hasMore).to.equal(true);
      expect(history.messages[0]).to.include({ ts: '1790000000.000000', text: 'it is down', threadTs: null });
    });
  });
});
