import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { createMcpGateway } from '../../src/shared/mcp/mcp-gateway.ts';
import type { ToolGateway } from '../../src/shared/mcp/mcp-gateway.types.ts';
import type { BenchBackend } from './bench-backends.ts';
import type { BenchContext } from './bench-context.ts';
import { keepTrackOf } from './bench-process.ts';
import { type BenchRow, benchRow } from './bench-row.ts';
import { type HeapPoints, heapGrowth, heapOverCalls } from './gateway-memory.ts';
import { median, percentile } from './statistics.ts';

const CALLERS = 50;
/** One server can carry so many alone: what is measured is the failover, not the load. */
const FEW = 8;
const PAIRS = 5;
const ARGUMENTS = { channel: 'C0ALERTS01' };
const SERVER = fileURLToPath(new URL('./gateway-server.ts', import.meta.url));

/** What the gateway adds to a bare SDK client at 50 callers, and whether its memory stays flat; the backend does not matter. */
export async function benchGateway({ sizes, say }: BenchContext, backend: BenchBackend): Promise<BenchRow[]> {
  if (backend !== 'embedded') return [];
  const calls = sizes.incidents * 10;
  const server = await startServer();
  const bare = new Client({ name: 'bench', version: '1' });
  const gateway = gatewayTo(server.url);
  try {
    await bare.connect(new StreamableHTTPClientTransport(new URL(server.url)) as Transport);
    const overBare = () => bare.callTool({ name: 'get_channel_info', arguments: ARGUMENTS });
    const overGateway = () => ask(gateway);
    for (const call of [overBare, overGateway]) await inParallel(call, calls / 5);
    const ratios: number[] = [];
    const both: string[] = [];
    for (let pair = 0; pair < PAIRS; pair++) {
      // In turns first, so that neither has the quieter machine.
      const order = pair % 2 === 0 ? [overBare, overGateway] : [overGateway, overBare];
      const p99s = new Map<typeof overBare | typeof overGateway, number>();
      for (const call of order) p99s.set(call, percentile(await inParallel(call, calls / PAIRS), 0.99));
      const [before, after] = [p99s.get(overBare)!, p99s.get(overGateway)!];
      ratios.push(after / before);
      both.push(`${after.toFixed(1)}/${before.toFixed(1)}`);
    }
    say(`gateway: ${both.join(', ')} ms`);
    // 100,000 in the full bench.
    const memory = await heapOverCalls(sizes.incidents * 200, (many) => inParallel(() => ask(gateway), many));
    say(`gateway: heap ${memory.megabytes.map((size) => size.toFixed(1)).join(', ')} MB`);
    const own = await ownTime(gateway, overBare);
    return [...rows(backend, median(ratios), both.join(', '), own, memory), ...(await failover(backend, calls))];
  } finally {
    await gateway.close();
    await bare.close();
    server.child.kill();
  }
}

function rows(backend: BenchBackend, ratio: number, detail: string, ownMs: number, memory: HeapPoints): BenchRow[] {
  const common = { bench: 'gateway', backend };
  return [
    benchRow({
      ...common,
      what: `p99 of a call at ${CALLERS} callers, gateway / bare SDK client`,
      value: ratio,
      unit: 'ratio',
      bar: { atMost: 1.2 },
      detail: `p99 ms in turns: ${detail}`,
    }),
    benchRow({
      ...common,
      what: 'CPU time that the gateway adds to a call',
      value: ownMs,
      unit: 'ms',
      bar: { atMost: 1 },
      detail: 'mean over calls one after the other, user and system',
    }),
    benchRow({
      ...common,
      what: `heap growth over ${memory.calls} calls`,
      value: heapGrowth(memory),
      unit: 'MB',
      bar: { atMost: 5 },
      detail: `after a full collection: ${memory.megabytes.map((size) => size.toFixed(1)).join(', ')} MB after a fifth, three fifths and all`,
    }),
  ];
}

function gatewayTo(url: string): ToolGateway {
  const target = { kind: 'http', url, headers: {} } as const;
  const capabilities = { 'slack.channel_info': 'get_channel_info' };
  // As many as the callers: what is measured is the way of a call, not its wait.
  return createMcpGateway({ servers: [{ name: 'bench', target, capabilities }], limits: { concurrency: CALLERS } });
}

/** Three replicas, of which one is killed and one stands still: what that costs the calls, and whether one is lost. */
async function failover(backend: BenchBackend, calls: number): Promise<BenchRow[]> {
  const servers = await Promise.all([startServer(), startServer(), startServer()]);
  const [target, ...replicas] = servers.map(({ url }) => ({ kind: 'http', url, headers: {} }) as const);
  const capabilities = { 'slack.channel_info': 'get_channel_info' };
  const configured = { name: 'bench', target: target!, replicas, capabilities };
  const gateway = createMcpGateway({ servers: [configured], limits: { concurrency: CALLERS } });
  try {
    await inParallel(() => ask(gateway), calls / 5, FEW);
    const healthy = percentile(await inParallel(() => ask(gateway), calls, FEW), 0.99);
    servers[0]!.child.kill('SIGKILL');
    servers[1]!.child.kill('SIGSTOP');
    let lost = 0;
    const counted = () =>
      ask(gateway).catch(() => {
        lost += 1;
      });
    const faulty = percentile(await inParallel(counted, calls, FEW), 0.99);
    const common = { bench: 'gateway', backend };
    const detail = `p99 ${faulty.toFixed(1)} ms against ${healthy.toFixed(1)} ms with all three`;
    return [
      benchRow({
        ...common,
        what: 'p99 with one of three replicas killed and one hanging / healthy',
        value: faulty / healthy,
        unit: 'ratio',
        bar: { atMost: 1.5 },
        detail,
      }),
      benchRow({
        ...common,
        what: 'share of calls lost then',
        value: lost / calls,
        unit: 'ratio',
        bar: { atMost: 0 },
        detail: `${lost} of ${calls}`,
      }),
    ];
  } finally {
    await gateway.close();
    for (const { child } of servers) child.kill('SIGKILL');
  }
}

const FOREVER = new AbortController().signal;
const ask = (gateway: ToolGateway) => gateway.call('slack.channel_info', ARGUMENTS, { signal: FOREVER });

/** The durations of so many calls by so many callers, ms. */
async function inParallel(call: () => Promise<unknown>, calls: number, callers = CALLERS): Promise<number[]> {
  const durations: number[] = [];
  await Promise.all(
    Array.from({ length: callers }, async () => {
      for (let done = 0; done < calls / callers; done++) {
        const started = performance.now();
        await call();
        durations.push(performance.now() - started);
      }
    }),
  );
  return durations;
}

async function ownTime(gateway: ToolGateway, overBare: () => Promise<unknown>): Promise<number> {
  const cpuOf = async (call: () => Promise<unknown>) => {
    const before = process.cpuUsage();
    const calls = 400;
    for (let done = 0; done < calls; done++) await call();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000 / calls;
  };
  const differences: number[] = [];
  for (let pair = 0; pair < 3; pair++) differences.push((await cpuOf(() => ask(gateway))) - (await cpuOf(overBare)));
  return Math.max(0, median(differences));
}

async function startServer(): Promise<{ child: ChildProcess; url: string }> {
  const child = keepTrackOf(spawn(process.execPath, [SERVER], { stdio: ['ignore', 'pipe', 'inherit'] }));
  const [line] = (await once(child.stdout!, 'data')) as [Buffer];
  return { child, url: String(line).trim() };
}
