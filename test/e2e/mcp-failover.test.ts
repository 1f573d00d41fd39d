import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { ToolGateway } from '../../src/shared/mcp/mcp-gateway.types.ts';
import { quickBackend } from '../support/backends.ts';
import {
  eventually,
  type IncidentJson,
  sendAlert,
  startTestFleet,
  type TestFleet,
  untilState,
} from '../support/fleet.ts';
import { type McpProcess, startMcpProcess } from '../support/mcp-processes.ts';
import { startTcpProxy, type TcpProxy, through } from '../support/tcp-proxy.ts';

/** How late every answer of the slow replica comes, ms: many times its own time, far below any deadline. */
const LATE_MS = 250;
const SERVICES = ['user-service', 'orders-api', 'payment', 'billing'];

/** Investigations by the production pipeline, whose telemetry comes from three processes of our signoz server. */
describe('three replicas of an MCP server under investigations', function () {
  this.timeout(120_000);
  const cleanups: (() => Promise<void> | void)[] = [];
  let test: TestFleet;
  let gateway: ToolGateway;
  let environment: Record<string, string>;
  let dying: McpProcess;
  let hanging: McpProcess;
  let slow: McpProcess;
  let wire: TcpProxy;

  before(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rca-fleet-replicas-'));
    cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
    const path = join(folder, 'mcp.json');
    writeFileSync(path, '{"mcpServers":{}}');
    test = await startTestFleet(quickBackend(), {
      environment: { MCP_CONFIG: path },
      sandbox: { scenarios: ['pool', 'crash-loop'] },
    });
    cleanups.unshift(() => test.close());
    gateway = test.fleet.services.gateway;
    const { SIGNOZ_URL = '', SIGNOZ_API_KEY = '' } = test.environment;
    environment = { SIGNOZ_URL, SIGNOZ_API_KEY };
    [dying, hanging, slow] = await Promise.all([start(), start(), start()]);
    wire = await startTcpProxy(slow.url);
    cleanups.unshift(() => wire.close());
    const endpoints = [dying.url, hanging.url, through(wire, slow.url)];
    // Every question is really asked: answers that are kept would hide a replica that fails.
    writeFileSync(path, JSON.stringify({ mcpServers: { signoz: { endpoints, policy: { cacheTtlMs: 0 } } } }));
    await eventually('the replicas in the gateway', async () => endpointsOf(gateway).length === 3);
  });
  after(async () => {
    for (const cleanup of cleanups) await cleanup();
  });

  async function start(port?: number): Promise<McpProcess> {
    const started = await startMcpProcess('signoz', environment, port);
    cleanups.unshift(() => started.kill());
    return started;
  }

  /** Sends an alert per service and waits for the reports. */
  async function investigate(wave: string): Promise<IncidentJson[]> {
    const alerts = SERVICES.map((service) => ({
      title: `Connection pool of ${service} exhausted (${wave})`,
      service,
      severity: 'critical',
      deliveryId: `${wave}-${service}`,
    }));
    const { body } = await sendAlert(test.fleet.producer, 'generic', { alerts });
    const ids = body.alerts!.map(({ incidentId }) => incidentId);
    return await Promise.all(ids.map((id) => untilState(test.fleet, id, 'posted', 60_000)));
  }

  it('lose no investigation and no evidence when one is killed, one hangs and one is slow; the dead one comes back', async () => {
    const well = await investigate('well');
    const expected = well.map(checked);
    expect(expected.flatMap(({ missing }) => missing).join('\n')).to.not.include('signoz');
    expect(expected[0]!.answered).to.include.members(['logs.query', 'metrics.query', 'traces.query', 'requests.query']);

    // One that was slow on a busy machine is left alone for a moment: all three are to be in service when the faults begin.
    await eventually('all in service', async () => endpointsOf(gateway).every(({ ejected }) => !ejected), 30_000);
    wire.lag(LATE_MS);
    await wire.cut();
    await wire.mend();
    const running = investigate('faulty');
    const areAsked = () => endpointsOf(gateway).some(({ inFlight, ejected }) => inFlight > 0 && !ejected);
    await eventually('calls under way', async () => areAsked());
    await dying.kill();
    hanging.child.kill('SIGSTOP');
    expect((await running).map(checked)).to.deep.equal(expected);
    expect((await investigate('still faulty')).map(checked)).to.deep.equal(expected);

    await start(dying.port);
    hanging.child.kill('SIGCONT');
    const areBack = () => endpointsOf(gateway).every(({ ejected }, index) => index === 2 || !ejected);
    await eventually('the dead and the hanging one back in service', async () => areBack(), 40_000);
    const callsBefore = endpointsOf(gateway)[0]!.calls;
    expect((await investigate('well again')).map(checked)).to.deep.equal(expected);
    expect(endpointsOf(gateway)[0]!.calls).to.be.above(callsBefore);
  });
});

const endpointsOf = (gateway: ToolGateway) => gateway.status().find(({ server }) => server === 'signoz')!.endpoints;

/** What could not be checked and why, and which capabilities SigNoz has answered: the same however its replicas fare. */
function checked({ report, evidence }: IncidentJson): { missing: string[]; answered: string[] } {
  const gaps = report.couldNotCheck as { what: string; why: string }[];
  const ofSignoz = (evidence as { server: string; capability: string }[]).filter(({ server }) => server === 'signoz');
  return {
    missing: gaps.map(({ what, why }) => `${what}: ${why}`).sort(),
    answered: [...new Set(ofSignoz.map(({ capability }) => capability))].sort(),
  };
}
