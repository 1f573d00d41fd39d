import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { ADMIN_TOKEN, sandboxEnvironment, WEBHOOK_TOKEN } from '../../scripts/fleet-in-process.ts';
import { MODELS } from '../../scripts/sandbox/llm/models/index.ts';
import { type LlmSandbox, startLlmSandbox } from '../../scripts/sandbox/llm/start-llm-sandbox.ts';
import { type Sandbox, startSandbox } from '../../scripts/sandbox/start-sandbox.ts';
import { BACKENDS, type Backend, type FreshBackend, isAvailable, preparedBackend } from '../support/backends.ts';
import { type IncidentJson, migrateDatabase, repliesIn, untilState } from '../support/fleet.ts';
import { type OtlpCollector, startOtlpCollector } from '../support/otlp-collector.ts';
import { type RoleProcess, startRole } from '../support/processes.ts';
import type { CollectedSpan } from '../support/read-otlp-traces.ts';

const TITLE = 'Database connection pool exhausted for user-service';
const SECRET = 'hunter2-in-the-description';

/** A sender's span, as it stands in the header of its webhook. */
function aSender() {
  const [traceId, spanId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-01` };
}

for (const backend of BACKENDS.filter(isAvailable)) {
  describe(`one trace from the webhook to the Slack post, on ${backend}`, function () {
    this.timeout(120_000);
    let collector: OtlpCollector;
    let llm: LlmSandbox;
    let sandbox: Sandbox;
    let fresh: FreshBackend;
    let environment: Record<string, string>;
    let roles: RoleProcess[] = [];
    let fleet: { producer: string; adminToken: string };

    before(async () => {
      [collector, llm] = [await startOtlpCollector(), await startLlmSandbox()];
      llm.setModel(MODELS.good);
      sandbox = await startSandbox({ slack: { rateLimits: null } });
      fresh = await preparedBackend(backend);
      environment = {
        ...sandboxEnvironment(sandbox),
        ...fresh.environment,
        OPENAI_API_KEY: 'sk-test',
        OPENAI_BASE_URL: llm.baseUrl,
        OPENAI_MODEL: 'test-model',
        SLACK_POSTS_PER_MINUTE: '6000',
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      };
      if (backend !== 'embedded') await migrateDatabase(environment);
      await startProducer();
    });
    after(async () => {
      await Promise.all(roles.map((role) => role.kill('SIGKILL')));
      await Promise.all([collector.close(), llm.close(), sandbox.close()]);
      await fresh.remove();
    });

    // Whatever a test left running or broken, the next one begins anew.
    afterEach(async () => {
      if (roles.length === 0) return;
      await Promise.all(roles.splice(0).map((role) => role.kill('SIGKILL')));
      sandbox.slack.clearFaults();
    });

    /** On the embedded database there is one process, which is both. */
    async function startProducer() {
      const producer = await startRole(backend === 'embedded' ? 'main.ts' : 'producer/main.ts', environment);
      roles = [producer];
      const { url } = await producer.untilLogged('the producer listens');
      fleet = { producer: String(url).replace('localhost', '127.0.0.1'), adminToken: ADMIN_TOKEN };
    }
    async function startWorker() {
      if (backend !== 'embedded') roles.push(await startRole('workers/main.ts', environment));
    }
    /** With SIGTERM, so that they send what they have. */
    const endAll = async () => {
      await Promise.all(roles.splice(0).map((role) => role.kill()));
    };
    async function send(traceparent: string, title = TITLE, service = 'user-service', more = ''): Promise<string> {
      const response = await fetch(`${fleet.producer}/alerts/generic`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${WEBHOOK_TOKEN}`, traceparent },
        body: JSON.stringify({ title, service, severity: 'critical', description: `password=${SECRET} ${more}` }),
      });
      const { alerts } = (await response.json()) as { alerts: { incidentId: string }[] };
      return alerts[0]!.incidentId;
    }
    const posted = (id: string) => untilState(fleet, id, 'posted', 30_000);
    const spansOf = ({ traceId }: { traceId: string }) => collector.spans.filter((span) => span.traceId === traceId);
    const named = (spans: CollectedSpan[], name: string) => spans.filter((span) => span.name === name);

    it('continues the trace of the sender to the thread, and links the alert that joins', async () => {
      const [first, second] = [aSender(), aSender()];
      const id = await send(first.traceparent);
      expect(await send(second.traceparent, TITLE, 'user-service', 'again')).to.equal(id);
      await startWorker();
      const incident = await posted(id);
      const { log } = roles.at(-1)!;
      await endAll();
      const spans = spansOf(first);
      expectWholeTree(spans, first.spanId);
      expectEveryStage(spans, backend);
      expectInOneTrace(collector.spans, incident, [first.traceId, second.traceId]);
      expect(incident).to.include({ traceId: first.traceId });
      expect(incident.alerts.map((alert: { traceId: string }) => alert.traceId)).to.have.members([
        first.traceId,
        second.traceId,
      ]);

      const joined = spansOf(second);
      expectWholeTree(joined, second.spanId);
      const [received] = named(joined, 'POST /alerts/:source');
      expect(received!.attributes).to.deep.include({ 'rca_fleet.decisions': ['join'], 'rca_fleet.incident.id': id });
      expect(named(joined, 'process investigate-database')).to.deep.equal([]);
      const [investigated] = named(spans, 'process investigate-database');
      // On the embedded database the worker runs already, and may have begun before the second one came.
      if (backend !== 'embedded')
        expect(investigated!.links).to.deep.equal([{ traceId: second.traceId, spanId: received!.spanId }]);

      const answered = log.find(({ message }) => message === 'the answer is in the thread')!;
      const delivered = named(spans, 'process post-report').map(({ spanId }) => spanId);
      expect(answered).to.include({ incident: id, traceId: first.traceId });
      expect(delivered).to.include(answered.spanId as string);
      expect(collector.refusals).to.deep.equal([]);
    });

    it('tells nothing of what alerts, prompts and tools say', () => {
      const text = JSON.stringify(collector.spans);
      expect(collector.spans.length).to.be.greaterThan(10);
      for (const word of [TITLE, SECRET, 'user-service', WEBHOOK_TOKEN, 'sk-test', sandbox.botToken, 'pool'])
        expect(text, word).to.not.include(word);
      for (const { name, events, statusMessage } of collector.spans)
        expect({ events, statusMessage }, name).to.deep.equal({ events: [], statusMessage: '' });
    });

    it('goes on in the same trace after a restart, a dead letter and its redrive', async () => {
      await startProducer();
      await startWorker();
      sandbox.slack.setFault('chat.postMessage', { kind: 'error', error: 'is_archived' });
      const sender = aSender();
      const id = await send(sender.traceparent, 'Database connection pool exhausted for ledger', 'ledger');
      await untilState(fleet, id, 'dead', 30_000);
      await endAll();
      sandbox.slack.clearFaults();
      const before = named(spansOf(sender), 'process post-report').length;

      await startProducer();
      await startWorker();
      const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
      const redrive = await fetch(`${fleet.producer}/api/dead-letters/${id}/redrive`, { method: 'POST', headers });
      expect(redrive.status).to.equal(202);
      const incident = await posted(id);
      await endAll();
      const spans = spansOf(sender);
      const deliveries = named(spans, 'process post-report');
      expectWholeTree(spans, sender.spanId);
      expectInOneTrace(collector.spans, incident, [sender.traceId]);
      expect(deliveries.length).to.be.greaterThan(before);
      expect(deliveries.map(({ failed }) => failed)).to.include.members([true, false]);
      const failure = deliveries.find(({ failed }) => failed)!;
      expect(failure.attributes['error.type']).to.be.a('string');
    });

    it('answers as ever while the collector hangs, and then is away', async () => {
      collector.setFault('export', { kind: 'hang' });
      await startProducer();
      await startWorker();
      const hanging = await send(aSender().traceparent, 'Database connection pool exhausted for wallet', 'wallet');
      await posted(hanging);
      await collector.stop();
      const away = await send(aSender().traceparent, 'Database connection pool exhausted for basket', 'basket');
      const { slack } = await posted(away);
      expect(repliesIn(sandbox, slack.threadTs)).to.have.length(1);
      await endAll();
      await collector.start();
      collector.clearFaults();
    });
  });
}

/** Every span hangs on another of them, but the one that continues the sender. */
function expectWholeTree(spans: CollectedSpan[], senderSpan: string): void {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const roots = spans.filter(({ parentSpanId }) => !ids.has(parentSpanId));
  expect(roots.map(({ name, parentSpanId }) => ({ name, parentSpanId }))).to.deep.equal([
    { name: 'POST /alerts/:source', parentSpanId: senderSpan },
  ]);
}

function expectInOneTrace(spans: CollectedSpan[], incident: IncidentJson, traces: string[]): void {
  const ofIncident = spans.filter(({ attributes }) => attributes['rca_fleet.incident.id'] === incident.id);
  expect(ofIncident.length).to.be.greaterThan(3);
  expect(traces).to.include.members(ofIncident.map(({ traceId }) => traceId));
}

function expectEveryStage(spans: CollectedSpan[], backend: Backend): void {
  const at = (name: string) => {
    const found = spans.find((span) => span.name === name);
    if (!found) throw new Error(`there is no span ${name} among ${spans.map((span) => span.name).join(', ')}`);
    return found;
  };
  const parentOf = ({ parentSpanId }: CollectedSpan) => spans.find(({ spanId }) => spanId === parentSpanId)!.name;
  const [producer, worker] =
    backend === 'embedded' ? ['rca-fleet', 'rca-fleet'] : ['rca-fleet-producer', 'rca-fleet-worker'];
  const expected = [
    { name: 'POST /alerts/:source', kind: 'server', by: producer },
    { name: 'classify alerts', kind: 'internal', below: 'POST /alerts/:source', by: producer },
    { name: 'INSERT rca_fleet.alerts', kind: 'client', below: 'POST /alerts/:source', by: producer },
    { name: 'send investigate-database', kind: 'producer', below: 'POST /alerts/:source', by: producer },
    { name: 'process investigate-database', kind: 'consumer', below: 'POST /alerts/:source', by: worker },
    { name: 'gather evidence', kind: 'internal', below: 'process investigate-database', by: worker },
    { name: 'tools/call query_logs', kind: 'client', below: 'gather evidence', by: worker },
    { name: 'run detectors', kind: 'internal', below: 'process investigate-database', by: worker },
    { name: 'invoke_agent database', kind: 'internal', below: 'process investigate-database', by: worker },
    { name: 'chat test-model', kind: 'client', below: 'invoke_agent database', by: worker },
    { name: 'verify report', kind: 'internal', below: 'process investigate-database', by: worker },
    { name: 'UPDATE rca_fleet.investigations', kind: 'client', below: 'process investigate-database', by: worker },
    { name: 'send post-report', kind: 'producer', below: 'process investigate-database', by: worker },
    { name: 'process post-report', kind: 'consumer', below: 'POST /alerts/:source', by: worker },
    { name: 'render report', kind: 'internal', below: 'process post-report', by: worker },
    { name: 'tools/call post_thread_reply', kind: 'client', below: 'process post-report', by: worker },
  ];
  for (const { name, kind, below, by } of expected) {
    const span = at(name);
    expect(span.kind, name).to.equal(kind);
    if (below) expect(parentOf(span), name).to.equal(below);
    expect(span.resource['service.name'], name).to.equal(by);
  }
  expect(at('POST /alerts/:source').attributes).to.include({
    'http.response.status_code': 202,
    'http.route': '/alerts/:source',
  });
  expect(at('process investigate-database').attributes).to.include({
    'messaging.system': 'bullmq',
    'messaging.destination.name': 'investigate-database',
    'messaging.operation.type': 'process',
    'rca_fleet.verdict': 'identified',
  });
  expect(at('chat test-model').attributes).to.include({
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'test-model',
    'server.address': '127.0.0.1',
  });
  expect(at('chat test-model').attributes).to.include.keys('gen_ai.usage.input_tokens', 'gen_ai.usage.output_tokens');
}
