import { DelayedError } from 'bullmq';
import { expect } from 'chai';
import { type SlackSandbox, startSlackSandbox } from '../../scripts/sandbox/slack/start-slack-sandbox.ts';
import { loadAgents } from '../../src/shared/agents/load-agents.ts';
import { loadConfig } from '../../src/shared/config.ts';
import { LeaseLostError } from '../../src/shared/errors.ts';
import type { Logger } from '../../src/shared/logger.ts';
import type { McpGateway } from '../../src/shared/mcp/mcp-gateway.types.ts';
import { openGateway } from '../../src/shared/mcp/open-gateway.ts';
import type { FleetJob } from '../../src/shared/queues/jobs.ts';
import { buryIncident } from '../../src/workers/bury-incident.ts';
import type { ChartDrawer } from '../../src/workers/charts/chart-drawer.ts';
import { deliverChart } from '../../src/workers/charts/deliver-chart.ts';
import { createChartPoster } from '../../src/workers/charts/post-charts.ts';
import { processPost } from '../../src/workers/post-report.ts';
import { createSlackPace } from '../../src/workers/slack-pace.ts';
import { quickBackend } from '../support/backends.ts';
import { aChart, PIXEL } from '../support/charts.ts';
import { rejection } from '../support/errors.ts';
import { CHANNEL, eventually } from '../support/fleet.ts';
import { aReport, claimDelivery, claimIncident, expireLeases, makeQuiet, openIncident } from '../support/incidents.ts';
import { openTestStore, type TestStore } from '../support/services.ts';

const QUICK = { postsPerMinute: 60_000, workspacePerMinute: 600_000 };

const RUNNING = new AbortController().signal;
const COMPLETE = 'files.completeUploadExternal';

describe('posting charts to Slack', () => {
  let test: TestStore;
  let slack: SlackSandbox;
  let gateway: McpGateway;
  let warnings: string[];
  before(async () => {
    test = await openTestStore(quickBackend());
  });
  after(() => test.close());
  beforeEach(() => start());
  afterEach(() => stop());

  async function start(options: Partial<Parameters<typeof startSlackSandbox>[0]> = {}): Promise<void> {
    warnings = [];
    slack = await startSlackSandbox({ signingSecret: 's', botToken: 'xoxb-t', rateLimits: null, ...options });
    const environment = { SLACK_BOT_TOKEN: 'xoxb-t', SLACK_API_URL: slack.apiUrl };
    gateway = openGateway(loadConfig(environment), test.logger, test.metrics);
  }
  async function stop(): Promise<void> {
    await gateway.close();
    await slack.close();
  }
  async function restart(options: Partial<Parameters<typeof startSlackSandbox>[0]>): Promise<void> {
    await stop();
    await start(options);
  }

  const drawer: ChartDrawer = { draw: async () => PIXEL, close: async () => {} };
  /** A post worker; charts that wait for a try are kept in one poster, as in one process. */
  function worker(given: { drawer?: ChartDrawer; gateway?: McpGateway } = {}) {
    const logger: Logger = { ...test.logger, warn: (message) => void warnings.push(message) };
    const through = given.gateway ?? gateway;
    const charts = createChartPoster({
      store: test.store,
      gateway: through,
      pace: createSlackPace(test.store.paces, QUICK),
      drawer: given.drawer ?? drawer,
      logger,
    });
    const deps = {
      store: test.store,
      gateway: through,
      agents: loadAgents(),
      defaultChannel: CHANNEL,
      publicUrl: null,
      charts,
      pace: createSlackPace(test.store.paces, QUICK),
      bury: (...about: Parameters<typeof buryIncident> extends [unknown, ...infer Rest] ? Rest : never) =>
        buryIncident(test, ...about),
      logger,
      metrics: test.metrics,
    };
    return (incidentId: string) => {
      const job = {
        data: { incidentId, run: 1 },
        attemptsMade: 0,
        opts: { attempts: 20 },
        moveToDelayed: async () => {},
      };
      return processPost(deps, job as unknown as FleetJob, 't', RUNNING);
    };
  }

  /** An incident of an alert in Slack, whose report stands with its charts. */
  async function reported(charts = [aChart(), aChart({ kind: 'caller_errors', title: 'Errors of checkout' })]) {
    const threadTs = slack.postAsBot(CHANNEL, 'Pool exhausted');
    const incidentId = await openIncident(test, { slack: { channel: CHANNEL, ts: threadTs, teamId: null } });
    const lease = await claimIncident(test, incidentId);
    await test.store.investigations.saveReport(lease, aReport(), null, charts);
    const files = () => slack.thread(CHANNEL, threadTs).flatMap((message) => message.files);
    const rows = async () => {
      const all = await test.store.deliveries.list(incidentId);
      return all.filter(({ part }) => part.startsWith('chart-')).map(({ state, lastError }) => ({ state, lastError }));
    };
    const incident = () => test.store.incidents.find(incidentId);
    /** As if the last upload had been sent off a while ago. */
    const later = () =>
      test.database.query(
        `update rca_fleet.deliveries set sending_at = sending_at - interval '2 minutes' where incident_id = $1`,
        [incidentId],
      );
    return { incidentId, threadTs, files, rows, incident, later };
  }
  const SENT = { state: 'sent', lastError: null };

  it('uploads each chart once, below the reply, with words for those who do not see it', async () => {
    const { incidentId, threadTs, files, rows, incident } = await reported();
    const post = worker();
    await post(incidentId);
    const thread = slack.thread(CHANNEL, threadTs);
    expect(thread.map((message) => message.files.length)).to.deep.equal([0, 0, 1, 1]);
    const [first] = files();
    expect(first).to.include({ title: 'db.pool.used', mimetype: 'image/png', altText: aChart().description });
    expect(first?.bytes.equals(PIXEL)).to.equal(true);
    expect(first?.name).to.equal(`rca-${incidentId}-1-chart-1.png`);
    expect(await rows()).to.deep.equal([SENT, SENT]);
    expect(await incident()).to.include({ state: 'posted' });
    expect(await post(incidentId)).to.equal('nothing to do');
    expect(files()).to.have.length(2);
  });

  it('keeps the drawn chart for the page', async () => {
    const { incidentId } = await reported();
    await worker()(incidentId);
    const [first] = await test.store.charts.list(incidentId, 1);
    expect(first).to.include({ number: 1, drawn: true, failure: null });
    expect(first?.chart).to.deep.equal(aChart());
    expect((await test.store.charts.png(incidentId, 1, 1))?.equals(PIXEL)).to.equal(true);
  });

  it('finds an upload whose answer was lost, and uploads it no second time', async () => {
    const { incidentId, files, rows, incident, later } = await reported([aChart()]);
    slack.failNext(COMPLETE, { kind: 'drop_answer' });
    const post = worker();
    expect(await rejection(post(incidentId))).to.be.instanceOf(DelayedError);
    expect(await incident()).to.include({ state: 'posted' });
    expect((await rows())[0]).to.include({ state: 'sending' });
    // Slack may share it only later: too early to tell that it is not there.
    expect(await rejection(post(incidentId))).to.be.instanceOf(DelayedError);
    expect(slack.calls('conversations.replies')).to.have.length(0);
    await later();
    await post(incidentId);
    expect(files()).to.have.length(1);
    expect(await rows()).to.deep.equal([SENT]);
  });

  it('uploads again what the thread shows not to be there', async () => {
    const { incidentId, files, later } = await reported([aChart()]);
    slack.failNext(COMPLETE, { kind: 'status', status: 502 });
    const post = worker();
    expect(await rejection(post(incidentId))).to.be.instanceOf(DelayedError);
    await later();
    await post(incidentId);
    expect(files()).to.have.length(1);
  });

  it('knows that nothing is to be seen before the completion', async () => {
    const { incidentId, files, rows } = await reported([aChart()]);
    slack.failNext('files.getUploadURLExternal', { kind: 'drop_answer' });
    const post = worker();
    expect(await rejection(post(incidentId))).to.be.instanceOf(DelayedError);
    expect((await rows())[0]).to.include({ state: 'pending' });
    slack.failNext('files.getUploadURLExternal', { kind: 'answer_late', ms: 1 });
    slack.failNext('*', { kind: 'status', status: 500 });
    expect(await rejection(post(incidentId))).to.be.instanceOf(DelayedError);
    expect((await rows())[0]).to.include({ state: 'pending', lastError: 'Slack file upload: HTTP 500' });
    await post(incidentId);
    expect(files()).to.have.length(1);
  });

  it('uploads nothing again through a server that does not tell of files', async () => {
    const { incidentId, files, rows, later } = await reported([aChart()]);
    slack.failNext(COMPLETE, { kind: 'drop_answer' });
    const foreign: McpGateway = {
      ...gateway,
      call: async (asked, input, options) => {
        const answer = await gateway.call(asked, input, options);
        if (asked !== 'slack.thread_info') return answer;
        const { messages, hasMore } = answer.data as { messages: object[]; hasMore: boolean };
        return {
          ...answer,
          data: { messages: messages.map((one) => ({ ...one, files: undefined })), hasMore },
        } as never;
      },
    };
    const post = worker({ gateway: foreign });
    await rejection(post(incidentId));
    await later();
    await post(incidentId);
    expect((await rows())[0]).to.include({ state: 'failed' });
    expect(files()).to.have.length(1);
  });

  it('leaves one where several of a chart stand', async () => {
    const { incidentId, threadTs, files, later } = await reported([aChart()]);
    slack.failNext(COMPLETE, { kind: 'drop_answer' });
    const post = worker();
    await rejection(post(incidentId));
    const twin = { channel: CHANNEL, threadTs, filename: files()[0]!.name, title: 'twin', altText: '' };
    await gateway.call('slack.upload_image', { ...twin, pngBase64: PIXEL.toString('base64') }, { signal: RUNNING });
    await later();
    await post(incidentId);
    expect(files().map(({ title }) => title)).to.deep.equal(['twin']);
  });

  it('takes back the upload of a paused worker that came after another one had uploaded', async () => {
    const { incidentId, threadTs, files, later } = await reported([aChart()]);
    const [reached, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const paused: McpGateway = {
      ...gateway,
      call: async (asked, input, options) => {
        reached.resolve();
        await gate.promise;
        return await gateway.call(asked, input, options);
      },
    };
    const send = async (through: McpGateway) => {
      const lease = await claimDelivery(test, incidentId);
      const sending = {
        lease,
        part: 'chart-1',
        target: { channel: CHANNEL, threadTs },
        chart: aChart(),
        png: PIXEL,
      } as const;
      const deps = {
        gateway: through,
        deliveries: test.store.deliveries,
        pace: createSlackPace(test.store.paces, QUICK),
        takeBackMs: 2_000,
      };
      return () => deliverChart(deps, { ...sending, revision: 1, signal: RUNNING });
    };
    const late = rejection((await send(paused))());
    await reached.promise;
    await expireLeases(test, incidentId);
    await later();
    await (await send(gateway))();
    gate.resolve();
    expect(await late).to.be.instanceOf(LeaseLostError);
    expect(files()).to.have.length(1);
  });

  it('goes out without charts where the scope is missing, and says so once', async () => {
    await restart({ scopes: ['chat:write', 'channels:history'] });
    const post = worker();
    for (let round = 0; round < 3; round++) {
      const { incidentId, files, rows, incident } = await reported();
      await post(incidentId);
      expect(await incident()).to.include({ state: 'posted' });
      expect(files()).to.have.length(0);
      for (const row of await rows()) {
        expect(row.state).to.equal('failed');
        expect(row.lastError).to.include('missing_scope').and.include('files:write');
      }
      expect(await post(incidentId)).to.equal('nothing to do');
    }
    expect(warnings).to.deep.equal(['reports go out without charts']);
    expect(slack.record.filter(({ method }) => method.startsWith('files.'))).to.have.length(1);
  });

  it('goes out without charts through a Slack server that has no such tool', async () => {
    const foreign: McpGateway = { ...gateway, has: (capability) => capability !== 'slack.upload_image' };
    const post = worker({ gateway: foreign });
    for (let round = 0; round < 2; round++) {
      const { incidentId, rows, incident } = await reported();
      await post(incidentId);
      expect(await incident()).to.include({ state: 'posted' });
      expect((await rows())[0]!.lastError).to.include('no tool upload_image');
    }
    expect(warnings).to.deep.equal(['reports go out without charts']);
  });

  it('goes out without a chart that cannot be drawn, and keeps why', async () => {
    const broken: ChartDrawer = { draw: () => Promise.reject(new Error('no fonts')), close: async () => {} };
    const { incidentId, files, rows, incident } = await reported([aChart()]);
    await worker({ drawer: broken })(incidentId);
    expect(await incident()).to.include({ state: 'posted' });
    expect(files()).to.have.length(0);
    expect(await rows()).to.deep.equal([{ state: 'failed', lastError: 'no fonts' }]);
    expect((await test.store.charts.list(incidentId, 1))[0]).to.include({ drawn: false, failure: 'no fonts' });
  });

  it('answers first: a chart that takes long to draw holds up no reply', async () => {
    const gate = Promise.withResolvers<Buffer>();
    const slow: ChartDrawer = { draw: () => gate.promise, close: async () => {} };
    const { incidentId, threadTs, files, incident } = await reported([aChart()]);
    const posting = worker({ drawer: slow })(incidentId);
    await eventually('the answer', async () => (await incident())?.state === 'posted');
    expect(slack.thread(CHANNEL, threadTs)).to.have.length(2);
    gate.resolve(PIXEL);
    await posting;
    expect(files()).to.have.length(1);
  });

  it('draws for the page also where Slack takes no answer', async () => {
    const { incidentId } = await reported([aChart()]);
    slack.setFault('chat.postMessage', { kind: 'error', error: 'is_archived' });
    await rejection(worker()(incidentId));
    expect(await test.store.incidents.find(incidentId)).to.include({ state: 'dead' });
    expect((await test.store.charts.list(incidentId, 1))[0]).to.include({ drawn: true });
  });

  it('gives up after some tries, without a word about the incident', async () => {
    const { incidentId, rows, incident } = await reported([aChart()]);
    slack.setFault('files.getUploadURLExternal', { kind: 'status', status: 503 });
    const post = worker();
    for (let attempt = 1; attempt < 5; attempt++)
      expect(await rejection(post(incidentId))).to.be.instanceOf(DelayedError);
    await post(incidentId);
    expect((await rows())[0]).to.include({ state: 'failed' });
    expect(await incident()).to.include({ state: 'posted', deadReason: null });
  });

  it('is picked up where a worker died between the answer and its charts', async () => {
    const { incidentId, files } = await reported([aChart()]);
    const lease = await claimDelivery(test, incidentId);
    await test.store.deliveries.open(lease, 'reply', { channel: CHANNEL, threadTs: '1.1' });
    await test.store.deliveries.markSent(lease, 'reply', { channel: CHANNEL, messageTs: '2.2', shown: 1 });
    await expireLeases(test, incidentId);
    await makeQuiet(test, [incidentId]);
    const due = await test.store.deliveries.due(10, 500);
    expect(due.find((item) => item.incidentId === incidentId)).to.include({ state: 'posted', wanted: 1 });
    await worker()(incidentId);
    expect(files()).to.have.length(1);
    await makeQuiet(test, [incidentId]);
    expect((await test.store.deliveries.due(10, 500)).map((item) => item.incidentId)).not.to.include(incidentId);
  });

  it('is deleted with its incident', async () => {
    const { incidentId } = await reported([aChart()]);
    await worker()(incidentId);
    await test.database.query(
      `update rca_fleet.incidents set finished_at = now() - interval '100 days' where id = $1`,
      [incidentId],
    );
    await test.store.incidents.prune(90, 500);
    expect(await test.store.charts.png(incidentId, 1, 1)).to.equal(null);
    const left = await test.database.query(`select count(*)::int as count from rca_fleet.charts c
      where not exists (select 1 from rca_fleet.investigations v where v.id = c.investigation_id)`);
    expect(left[0]).to.deep.equal({ count: 0 });
  });

  it('waits for what Slack shares later', async () => {
    await restart({ shareDelayMs: 300 });
    const { incidentId, files, rows } = await reported([aChart()]);
    await worker()(incidentId);
    expect(await rows()).to.deep.equal([SENT]);
    await eventually('the picture', async () => files().length === 1);
  });
});
