import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { doctorCommand } from '../../scripts/cli/doctor.ts';
import { migrateCommand } from '../../scripts/cli/migrate.ts';
import { sandboxEnvironment } from '../../scripts/fleet-in-process.ts';
import { type LlmSandbox, startLlmSandbox } from '../../scripts/sandbox/llm/start-llm-sandbox.ts';
import { startPrometheusSandbox } from '../../scripts/sandbox/prometheus/start-prometheus-sandbox.ts';
import { type Sandbox, startSandbox } from '../../scripts/sandbox/start-sandbox.ts';
import { freePort } from '../../scripts/servers/free-port.ts';
import { type FreshBackend, freshBackend, isAvailable } from '../support/backends.ts';
import { VERSION } from '../support/migrations.ts';
import { startOtlpCollector } from '../support/otlp-collector.ts';
import { runCommand } from '../unit/scripts/cli/support/run-command.ts';

const KEY = 'sk-doctor-test-key';

describe('npm run doctor', () => {
  let sandbox: Sandbox;
  let llm: LlmSandbox;
  let folder: string;
  let environment: Record<string, string>;

  before(async () => {
    sandbox = await startSandbox({ slack: { rateLimits: null } });
    llm = await startLlmSandbox({ apiKey: KEY });
    folder = mkdtempSync(join(tmpdir(), 'rca-fleet-doctor-'));
    const ai = { OPENAI_BASE_URL: llm.baseUrl, OPENAI_API_KEY: KEY };
    environment = { ...sandboxEnvironment(sandbox), ...ai, DATA_DIR: join(folder, 'data') };
  });
  afterEach(() => {
    sandbox.slack.clearFaults();
    sandbox.kubernetes.clearFaults();
    llm.setFault(null);
  });
  after(async () => {
    await sandbox.close();
    await llm.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The lines of a run with these variables changed, by what they are about. */
  const examine = async (changes: Record<string, string> = {}, ...args: string[]) => {
    const { code, out, err } = await runCommand(doctorCommand, args, { ...environment, ...changes });
    const lineOf = (what: string) => out.split('\n').find((line) => line.slice(2).startsWith(`${what}:`)) ?? '';
    return { code, out, err, lineOf };
  };

  it('finds everything well in the simulated world, and makes nothing', async () => {
    const { code, out, lineOf, err } = await examine();
    const others = out.split('\n').filter((line) => !line.startsWith('✓'));
    expect(others.map((line) => line.split(':')[0])).to.deep.equal(['- Prometheus', '- database targets', '- traces']);
    expect(lineOf('database')).to.match(/made at the first start$/);
    expect(lineOf('Slack default channel')).to.equal(
      '✓ Slack default channel: #alerts (C0ALERTS01), the bot is a member',
    );
    for (const server of ['network', 'kubernetes', 'signoz', 'slack'])
      expect(lineOf(`MCP server ${server}`)).to.match(/^✓ .* tools, protocol /);
    expect(lineOf('LLM')).to.match(/^✓ LLM: gpt-4\.1 answered/);
    expect({ code, err }).to.deep.equal({ code: 0, err: 'everything that is configured works' });
  });

  it('asks the collector of traces, by an export without spans', async () => {
    const collector = await startOtlpCollector();
    try {
      const examined = async (url: string) => {
        const headers = { OTEL_EXPORTER_OTLP_HEADERS: 'x-key=secret-of-collector' };
        return (await examine({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url, ...headers })).lineOf('traces');
      };
      const { port } = collector;
      expect(await examined(`${collector.url}/v1/traces`)).to.equal(`✓ traces: 127.0.0.1:${port} takes them`);
      expect(collector.headers()['x-key']).to.equal('secret-of-collector');
      expect(collector.refusals).to.deep.equal([]);
      expect(await examined(collector.url)).to.match(/^✗ traces: .+ answered 404: check OTEL_.+\/v1\/traces$/);
      collector.setFault('export', { kind: 'status', status: 401 });
      expect(await examined(collector.url)).to.match(/ answered 401: check OTEL_EXPORTER_OTLP_HEADERS$/);
      await collector.stop();
      expect(await examined(collector.url)).to.match(/^✗ traces: .+fetch failed.+: check OTEL_.+ reached from here$/);
    } finally {
      await collector.close();
    }
  });

  it('says what is not configured and what that means, which is no failure', async () => {
    const bare = { PORT: '0', WORKER_PORT: '0', DATA_DIR: join(folder, 'bare'), WEBHOOK_TOKEN: 'w' };
    const { code, out } = await runCommand(doctorCommand, [], bare);
    expect(code).to.equal(0);
    const off = out.split('\n').filter((line) => line.startsWith('- '));
    expect(off.map((line) => line.split(':')[0]!.slice(2))).to.deep.equal([
      'Slack signing secret',
      'admin token',
      'Slack',
      'LLM',
      'SigNoz',
      'Prometheus',
      'database targets',
      'Kubernetes',
      'network allow-list',
      'traces',
    ]);
    for (const line of off) expect(line).to.match(/: not configured \(.+; set .+\)$/);
  });

  it('lists every fault of the configuration at once and goes no further', async () => {
    const { code, out } = await runCommand(doctorCommand, [], {
      PORT: 'x',
      DATABASE_URL: 'mysql://h',
      LOG_LEVEL: 'loud',
    });
    expect(code).to.equal(1);
    const faults = out.split('\n').filter((line) => line.startsWith('✗ configuration: '));
    expect(faults.join('\n')).to.include('PORT ').and.to.include('DATABASE_URL ').and.to.include('LOG_LEVEL ');
    expect(out).not.to.include('Slack');
  });

  it('says of refused secrets which variable to look at, and never shows them', async () => {
    const wrong = {
      SLACK_BOT_TOKEN: 'xoxb-wrong-one',
      SIGNOZ_API_KEY: 'wrong-signoz-key',
      OPENAI_API_KEY: 'sk-wrong-key-000',
    };
    const { code, out, lineOf, err } = await examine(wrong);
    expect(code).to.equal(1);
    expect(lineOf('Slack')).to.match(/^✗ .*invalid_auth.*check SLACK_BOT_TOKEN/);
    expect(lineOf('SigNoz')).to.match(/^✗ .*401.*check SIGNOZ_API_KEY/);
    expect(lineOf('LLM gpt-4.1')).to.match(/^✗ .*401.*check OPENAI_API_KEY/);
    expect(err).to.match(/^3 of \d+ do not work$/);
    for (const secret of Object.values(wrong)) expect(out).not.to.include(secret);
  });

  it('asks Prometheus and every database target, and says what is the matter', async () => {
    const prometheus = await startPrometheusSandbox({ series: () => [], authorization: 'Bearer right-token' });
    const targets = join(folder, 'targets.yaml');
    const url = process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:1';
    writeFileSync(
      targets,
      `targets: { cache: { url: "${url}" }, orders: { url: "postgres://u:hunter2@127.0.0.1:1/orders" } }`,
    );
    const configured = { PROMETHEUS_URL: prometheus.url, DATABASE_TARGETS: targets };
    try {
      const right = await examine({ ...configured, PROMETHEUS_TOKEN: 'right-token' });
      expect(right.lineOf('Prometheus')).to.match(/^✓ .* answers queries/);
      const expected = process.env.TEST_REDIS_URL ? /^✓ .*redis [\d.]+ answers/ : /^✗ .*ECONNREFUSED/;
      expect(right.lineOf('database target cache')).to.match(expected);
      expect(right.lineOf('database target orders')).to.match(/^✗ .*ECONNREFUSED.*DATABASE_TARGETS/);
      expect(right.lineOf('MCP server database')).to.match(/^✓ .* tools/);
      const wrong = await examine({ ...configured, PROMETHEUS_TOKEN: 'wrong-token' });
      expect(wrong.lineOf('Prometheus')).to.match(/^✗ .*401.*check PROMETHEUS_TOKEN/);
      expect(wrong.out).to.not.include('wrong-token').and.not.include('hunter2');
      writeFileSync(targets, 'targets: { cache: { url: "mysql://h" } }');
      const faulty = await examine(configured);
      expect(faulty.lineOf('database targets')).to.match(/^✗ .*targets.cache.url: is no address of a database/);
    } finally {
      await prometheus.close();
    }
  });

  it('says what is the matter with the default channel', async () => {
    sandbox.slack.setChannel({ id: 'C0STRANGER', name: 'stranger', isMember: false, isArchived: false });
    sandbox.slack.setChannel({ id: 'C0OLD00001', name: 'old', isMember: true, isArchived: true });
    const channel = async (id: string) =>
      (await examine({ SLACK_DEFAULT_CHANNEL: id })).lineOf('Slack default channel');
    expect(await channel('C0STRANGER')).to.match(/^✗ .*not a member of #stranger.*\/invite$/);
    expect(await channel('C0OLD00001')).to.match(/^✗ .*#old .*is archived/);
    expect(await channel('C0NOWHERE1')).to.match(/^✗ .*knows no channel C0NOWHERE1/);
  });

  it('tells an unknown model, a forbidden cluster and a server that hangs apart', async () => {
    llm.setFault({ kind: 'status', status: 404, code: 'model_not_found', message: 'The model does not exist' });
    sandbox.kubernetes.setFault('/api/v1/pods', { kind: 'status', status: 403, body: 'pods is forbidden' });
    sandbox.slack.setFault('auth.test', { kind: 'hang' });
    const { lineOf } = await examine({}, '--timeout', '1');
    expect(lineOf('LLM gpt-4.1')).to.match(/^✗ .*404.*check OPENAI_MODEL/);
    expect(lineOf('Kubernetes')).to.match(/^✗ .*403 pods is forbidden.*may list pods/);
    expect(lineOf('Slack')).to.equal('✗ Slack: the answer took longer than 1000 ms');
    expect(lineOf('SigNoz')).to.match(/^✓/);
  });

  it('has a line for every server of the MCP_CONFIG file, and for a faulty file', async () => {
    const path = join(folder, 'mcp.json');
    const away = await freePort();
    writeFileSync(path, JSON.stringify({ mcpServers: { runbooks: { url: `http://127.0.0.1:${away}/mcp` } } }));
    const { lineOf } = await examine({ MCP_CONFIG: path });
    expect(lineOf('MCP server runbooks')).to.match(/^✗ .*ECONNREFUSED.*MCP_CONFIG file$/);
    expect(lineOf('MCP server slack')).to.match(/^✓/);
    writeFileSync(path, '{');
    const faulty = await examine({ MCP_CONFIG: path });
    expect(faulty.lineOf('MCP_CONFIG')).to.match(/^✗ .*is not JSON/);
    expect(faulty.lineOf('SigNoz')).to.match(/^✓/);
  });

  it('tells a port that another program holds, and senders who could not prove themselves', async () => {
    const other = createServer((_request, response) => response.end('hello')).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const open = { OPEN_ON_LOOPBACK: 'true', HOST: '0.0.0.0' };
    const { lineOf } = await examine({ PORT: String(port) });
    expect(lineOf('PORT')).to.match(/^✗ .*EADDRINUSE.*set PORT to another one$/);
    expect((await examine({ PORT: '4444', WORKER_PORT: '4444' })).lineOf('ports')).to.match(/^✗ .*both 4444/);
    expect((await examine({ ...open, PORT: '0' })).lineOf('senders')).to.match(
      /^✗ senders: OPEN_ON_LOOPBACK lets everybody in/,
    );
    other.close();
  });

  it('writes the same as JSON', async () => {
    const { code, out } = await examine({ SIGNOZ_API_KEY: 'nope-nope' }, '--json');
    const { ok, checks } = JSON.parse(out) as {
      ok: boolean;
      checks: { what: string; status: string; remedy: unknown }[];
    };
    expect({ code, ok }).to.deep.equal({ code: 1, ok: false });
    expect(checks.filter((check) => check.status === 'failed').map((check) => check.what)).to.deep.equal(['SigNoz']);
    expect(checks.find((check) => check.what === 'Slack')).to.include({ status: 'ok', remedy: null });
  });

  it('refuses arguments that it does not know, with code 2', async () => {
    for (const args of [['--verbose'], ['--timeout', 'soon'], ['slack']])
      expect((await runCommand(doctorCommand, args, environment)).code).to.equal(2);
  });

  describe('with servers', () => {
    let fresh: FreshBackend;
    before(async function () {
      if (!isAvailable('redis')) this.skip();
      fresh = await freshBackend('redis');
    });
    after(() => fresh?.remove());

    it('says which migration is due, and finds PostgreSQL and Redis well after it', async () => {
      const { REDIS_URL: _, ...withoutRedis } = fresh.environment;
      const due = await examine(withoutRedis);
      expect(due.lineOf('schema')).to.equal(
        `✗ schema: version 0, this program needs ${VERSION}: run "npm run migrate"`,
      );
      expect(due.lineOf('queues')).to.match(/^- queues: not checked/);
      await runCommand(migrateCommand, ['up'], fresh.environment);
      const { code, out, lineOf } = await examine(fresh.environment);
      expect(out.split('\n').filter((line) => line.startsWith('✗'))).to.deep.equal([]);
      expect(code).to.equal(0);
      expect(lineOf('database')).to.match(/^✓ database: PostgreSQL \d+.* on 127\.0\.0\.1:\d+\/rca_test_/);
      expect(lineOf('clock')).to.match(/^✓ /);
      expect(lineOf('queues')).to.match(/^✓ queues: Redis \d+\.\d+\.\d+ on /);
      expect(lineOf('Redis maxmemory-policy')).to.equal('✓ Redis maxmemory-policy: noeviction');
      expect((await examine(withoutRedis)).lineOf('queues')).to.match(/^✓ queues: BullMQ on the same PostgreSQL/);
    });
  });

  it('says that the database and Redis are away, without their passwords', async () => {
    const port = await freePort();
    const away = {
      DATABASE_URL: `postgres://u:pg-secret-1@127.0.0.1:${port}/d`,
      REDIS_URL: `redis://:redis-secret-1@127.0.0.1:${port}`,
    };
    const { out, lineOf } = await examine(away);
    expect(lineOf('database')).to.match(/^✗ .*ECONNREFUSED.*check DATABASE_URL/);
    expect(lineOf('queues')).to.match(/^✗ .*ECONNREFUSED.*check REDIS_URL/);
    expect(out).not.to.match(/secret-1/);
  });
});
