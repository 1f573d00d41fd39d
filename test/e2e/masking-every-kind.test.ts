import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ADMIN_TOKEN, sandboxEnvironment } from '../../scripts/fleet-in-process.ts';
import { defaultAnswer } from '../../scripts/sandbox/llm/default-answer.ts';
import {
  answer,
  callsSoFar,
  mayAsk,
  type SandboxModel,
  toolCall,
} from '../../scripts/sandbox/llm/models/sandbox-model.ts';
import { type LlmSandbox, startLlmSandbox } from '../../scripts/sandbox/llm/start-llm-sandbox.ts';
import { ALL_PLANTED, leakedIn } from '../../scripts/sandbox/scenarios/planted-secrets.ts';
import { type Sandbox, startSandbox } from '../../scripts/sandbox/start-sandbox.ts';
import { loadConfig } from '../../src/shared/config.ts';
import { openDatabase } from '../../src/shared/database/open-database.ts';
import { silentLogger } from '../../src/shared/logger.ts';
import { type FreshBackend, preparedBackend } from '../support/backends.ts';
import { CHANNEL, type IncidentJson, sendAlert, untilState } from '../support/fleet.ts';
import { type ForeignMcpServer, saying, startForeignServer } from '../support/foreign-mcp-server.ts';
import { capabilitiesOf, startLeakingServer } from '../support/leaking-server.ts';
import { type RoleProcess, startRole } from '../support/processes.ts';

/** What our own servers read of the simulated cluster and telemetry, and what servers over HTTP answer in their place. */
const KINDS = [...['kubernetes', 'signoz', 'network', 'database'].flatMap(capabilitiesOf), 'tool.result'];

const HOST = 'checkout.example.com';
const ALERT = {
  title: 'Connection pool of billing exhausted',
  description: `https://${HOST}/health fails, connection refused by ${HOST}:5432`,
  service: 'billing',
  labels: { namespace: 'shop', host: HOST },
};

/** Asks for what the plan of the agent does not, and concludes when it knows. */
const curious: SandboxModel = (request) => {
  const asked = callsSoFar(request).length;
  const next = [
    toolCall('pods_logs', { namespace: 'shop', pod: 'billing' }),
    toolCall('certificate_check', { host: HOST }),
    toolCall('http_check', { url: `https://${HOST}/health` }),
    toolCall('tcp_check', { host: HOST, port: 5432 }),
    toolCall('dns_lookup', { name: HOST }),
    toolCall('ledger__read_notes', { about: 'billing' }),
    toolCall('ledger__broken', { about: 'billing' }),
  ];
  if (mayAsk(request) && asked === 0) return { content: null, toolCalls: next };
  return answer(defaultAnswer(request));
};

/** A fleet as a process, with debug logs, where every kind of evidence that it can gather holds every secret. */
describe('masking of every kind of evidence, from end to end', function () {
  this.timeout(120_000);
  let sandbox: Sandbox;
  let llm: LlmSandbox;
  let backend: FreshBackend;
  let role: RoleProcess;
  let incident: IncidentJson;
  let producer: string;
  const folder = mkdtempSync(join(tmpdir(), 'rca-fleet-leaking-'));
  const servers: ForeignMcpServer[] = [];
  const kept = (server: ForeignMcpServer) => servers[servers.push(server) - 1]!;

  before(async () => {
    sandbox = await startSandbox({ scenarios: ['leaky'], slack: { rateLimits: null } });
    llm = await startLlmSandbox();
    llm.setModel(curious);
    backend = await preparedBackend('embedded');
    const about = { properties: { about: { type: 'string' } }, description: `Notes. ${ALL_PLANTED}` };
    const ledger = kept(
      await startForeignServer({
        read_notes: { ...about, answer: () => saying(ALL_PLANTED, { notes: [ALL_PLANTED], [ALL_PLANTED]: 1 }) },
        broken: { ...about, answer: () => ({ isError: true, ...saying(`It failed: ${ALL_PLANTED}`) }) },
      }),
    );
    const mcpServers = {
      ledger: { url: ledger.url, tools: { allow: ['*'] } },
      network: { url: kept(await startLeakingServer('network')).url },
      database: { url: kept(await startLeakingServer('database')).url },
    };
    writeFileSync(join(folder, 'mcp.json'), JSON.stringify({ mcpServers }));
    const environment = {
      ...sandboxEnvironment(sandbox),
      ...backend.environment,
      MCP_CONFIG: join(folder, 'mcp.json'),
      SLACK_POSTS_PER_MINUTE: '6000',
      SLACK_WORKSPACE_PER_MINUTE: '60000',
      OPENAI_API_KEY: 'sk-test',
      OPENAI_BASE_URL: llm.baseUrl,
    };
    role = await startRole('main.ts', environment, 'debug');
    producer = String((await role.untilLogged('the producer listens')).url).replace('localhost', '127.0.0.1');
    const sent = await sendAlert(producer, 'generic', ALERT);
    const fleet = { producer, adminToken: ADMIN_TOKEN };
    incident = await untilState(fleet, sent.body.alerts![0]!.incidentId, 'posted', 60_000);
  });
  after(async () => {
    await role?.kill();
    await llm?.close();
    await sandbox?.close();
    await Promise.all(servers.map((server) => server.close()));
    await backend?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const kind of KINDS) {
    it(`finds secrets in ${kind}, and keeps none`, () => {
      const found = incident.evidence.filter(({ capability }: { capability: string }) => capability === kind);
      const gaps = JSON.stringify(incident.report.couldNotCheck);
      expect(JSON.stringify(found), `${found.length} pieces; ${gaps}`).to.include('[masked:');
      expect(leakedIn(JSON.stringify(found))).to.deep.equal([]);
    });
  }

  it('sends the model no secret, of no kind', () => {
    const contents = llm.requests.flatMap(({ body }) => body.messages.map(({ content }) => content ?? ''));
    for (const kind of KINDS)
      expect(
        contents.some((content) => content.includes(kind)),
        kind,
      ).to.equal(true);
    expect(leakedIn(contents.join('\n'))).to.deep.equal([]);
    for (const { body } of llm.requests) expect(leakedIn(JSON.stringify(body))).to.deep.equal([]);
  });

  it('sends Slack no secret, in no message and in no file', () => {
    expect(sandbox.slack.record.some(({ method }) => method === 'chat.postMessage')).to.equal(true);
    for (const { method, args } of sandbox.slack.record)
      expect(leakedIn(JSON.stringify(args)), method).to.deep.equal([]);
    const files = sandbox.slack.thread(CHANNEL, incident.slack.threadTs).flatMap(({ files: shared }) => shared);
    for (const { bytes, ...told } of files) {
      expect(leakedIn(bytes.toString('latin1')), told.name).to.deep.equal([]);
      expect(leakedIn(JSON.stringify(told)), told.name).to.deep.equal([]);
    }
  });

  it('logs no secret, at the level of debug, of any call', () => {
    const log = JSON.stringify(role.log);
    for (const tool of ['read_notes', 'broken', 'get_pod_logs', 'check_http', 'get_redis_slowlog', 'list_objects'])
      expect(log).to.include(tool);
    expect(leakedIn(log)).to.deep.equal([]);
  });

  it('shows no secret by the API and on the page, and tells of the tool that failed', async () => {
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
    for (const path of [`/api/incidents/${incident.id}`, `/incidents/${incident.id}`, '/api/mcp']) {
      const response = await fetch(`${producer}${path}`, { headers });
      expect(response.status, path).to.equal(200);
      expect(leakedIn(await response.text()), path).to.deep.equal([]);
    }
    expect(JSON.stringify(incident.report.couldNotCheck)).to.include('broken').and.include('[masked:');
  });

  it('has no secret in any table', async () => {
    await role.kill();
    const database = await openDatabase(loadConfig(backend.environment), silentLogger);
    const tables = await database.query<{ name: string }>(
      `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
       where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
    );
    for (const { name } of tables) {
      const rows = await database.query(`select to_jsonb(t) as row from ${name} t`);
      expect(leakedIn(JSON.stringify(rows)), name).to.deep.equal([]);
    }
    await database.close();
  });
});
