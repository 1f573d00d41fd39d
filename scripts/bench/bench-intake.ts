import { WEBHOOK_TOKEN } from '../fleet-in-process.ts';
import { freePort } from '../servers/free-port.ts';
import { LOAD_SOURCES, type LoadSource } from './alert-bodies.ts';
import type { BenchBackend, FreshBackend } from './bench-backends.ts';
import type { BenchContext } from './bench-context.ts';
import { type BenchProcess, ownProgram, startProcess, untilReady } from './bench-process.ts';
import { type BenchRow, benchRow } from './bench-row.ts';
import { type DatabaseUsage, databaseUsage } from './database-usage.ts';
import { eventLoopRow } from './event-loop-row.ts';
import type { LoadAnswer, LoadOrder } from './intake-load.ts';
import { median } from './statistics.ts';

const BENCH = 'intake';
const SIGNING_SECRET = 'bench-signing-secret';

type Server = { process: BenchProcess; url: string };
type Setup = {
  usage(): Promise<DatabaseUsage | null>;
  stored: Server;
  unstored: Server;
  load: BenchProcess;
  stop(): Promise<void>;
};

/**
 * Durable signed intake as a share of the same server without a store, per source: pairs of runs, one after the other,
 * on servers that are warm. What the storing server does behind the answers (queueing, reconciling) is part of its run.
 */
export async function benchIntake(context: BenchContext, backend: BenchBackend): Promise<BenchRow[]> {
  const fresh = await context.servers.fresh(backend);
  const setup = await startSetup(context, fresh).catch(async (error) => {
    await fresh.remove();
    throw error;
  });
  try {
    const rows: BenchRow[] = [];
    for (const source of LOAD_SOURCES) rows.push(await benchSource(context, backend, setup, source));
    rows.push(await eventLoopRow(BENCH, backend, { producer: setup.stored.process }));
    return rows;
  } finally {
    await setup.stop();
    await fresh.remove();
  }
}

async function benchSource(
  { sizes, say }: BenchContext,
  backend: BenchBackend,
  { stored, unstored, load, usage }: Setup,
  source: LoadSource,
): Promise<BenchRow> {
  const run = (server: Server, seconds: number) => runLoad(load, server.url, source, seconds);
  for (const server of [unstored, stored]) await run(server, sizes.warmUpSeconds);
  await stored.process.resetWatch();
  const before = await usage();
  const pairs: { stored: LoadAnswer; unstored: LoadAnswer }[] = [];
  for (let pair = 0; pair < sizes.intakePairs; pair++) {
    const without = await run(unstored, sizes.intakeSeconds);
    pairs.push({ unstored: without, stored: await run(stored, sizes.intakeSeconds) });
  }
  const middle = (pick: (pair: (typeof pairs)[number]) => number) => median(pairs.map(pick));
  const perSecond = Math.round(middle((pair) => pair.stored.perSecond));
  const without = Math.round(middle((pair) => pair.unstored.perSecond));
  const p99 = Math.round(middle((pair) => pair.stored.p99Ms));
  const accepted = pairs.reduce((sum, pair) => sum + pair.stored.accepted, 0);
  const commits = before && ((await usage())!.commits - before.commits) / accepted;
  const failed = pairs.reduce((sum, pair) => sum + pair.stored.failed + pair.unstored.failed, 0);
  say(`${BENCH} ${backend} ${source}: ${perSecond}/s stored, ${without}/s unstored`);
  return benchRow({
    bench: BENCH,
    backend,
    what: `${source}, durable / not stored`,
    value: middle((pair) => pair.stored.perSecond / pair.unstored.perSecond),
    unit: 'ratio',
    bar: backend === 'embedded' ? undefined : { atLeast: 0.7 },
    detail: `${perSecond}/s of ${without}/s, p99 ${p99} ms${commits === null ? '' : `, ${commits.toFixed(3)} commits per alert`}${failed > 0 ? `, ${failed} FAILED` : ''}`,
  });
}

async function runLoad(load: BenchProcess, url: string, source: LoadSource, seconds: number): Promise<LoadAnswer> {
  const credentials = { webhookToken: WEBHOOK_TOKEN, signingSecret: SIGNING_SECRET };
  return await load.ask<LoadAnswer>({ url, source, seconds, ...credentials } satisfies LoadOrder, 'load');
}

async function startSetup(context: BenchContext, fresh: FreshBackend): Promise<Setup> {
  const processes: BenchProcess[] = [];
  const stop = async () => void (await Promise.all(processes.map((process) => process.stop())));
  const start = (program: string, environment: Record<string, string>) => {
    const started = startProcess(ownProgram(program), environment, context.profileDir);
    processes.push(started);
    return started;
  };
  const startServer = async (environment: Record<string, string>): Promise<Server> => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const started = start('intake-server.ts', { ...environment, ...serverEnvironment(port) });
    await untilReady(started, `${url}/readyz`);
    return { process: started, url };
  };
  try {
    const stored = await startServer({ ...fresh.environment, BENCH_INTAKE: 'stored' });
    // The embedded database serves one process only: the server that stores nothing gets an empty one of its own.
    const own = fresh.environment.DATA_DIR ? { DATA_DIR: `${fresh.environment.DATA_DIR}/unstored` } : fresh.environment;
    const unstored = await startServer({ ...own, BENCH_INTAKE: 'unstored' });
    const { DATABASE_URL } = fresh.environment;
    const usage = async () => (DATABASE_URL ? await databaseUsage(DATABASE_URL) : null);
    return { stored, unstored, usage, load: start('intake-load.ts', {}), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function serverEnvironment(port: number): Record<string, string> {
  return {
    HOST: '127.0.0.1',
    PORT: String(port),
    LOG_LEVEL: 'error',
    WEBHOOK_TOKEN,
    SLACK_SIGNING_SECRET: SIGNING_SECRET,
  };
}
