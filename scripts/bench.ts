/**
 * Measures the fleet on real servers that it starts itself: `npm run bench [-- --only intake,latency,throughput,gateway,growth,scale]
 * [--backend redis,postgres,embedded] [--out FILE] [--quick] [--strict] [--profile FOLDER]`. Prints a table and writes it to
 * .bench/results.json and .bench/results.md. `--strict` ends with code 1 when a bar is not met; `--profile` keeps CPU
 * profiles of all measured processes.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { BENCH_BACKENDS, type BenchBackend, type BenchServers, startServers } from './bench/bench-backends.ts';
import { type BenchContext, FULL_SIZES, SMALL_SIZES } from './bench/bench-context.ts';
import { benchGateway } from './bench/bench-gateway.ts';
import { benchGrowth } from './bench/bench-growth.ts';
import { benchIntake } from './bench/bench-intake.ts';
import { benchLatency } from './bench/bench-latency.ts';
import { stopAllChildren } from './bench/bench-process.ts';
import type { BenchRow } from './bench/bench-row.ts';
import { benchScale } from './bench/bench-scale.ts';
import { benchThroughput } from './bench/bench-throughput.ts';
import { type BenchResults, renderMarkdown, renderText } from './bench/render-results.ts';
import { startWorld } from './bench/start-world.ts';

const BENCHES = {
  intake: benchIntake,
  latency: benchLatency,
  throughput: benchThroughput,
  gateway: benchGateway,
  growth: benchGrowth,
  scale: benchScale,
} satisfies Record<string, (context: BenchContext, backend: BenchBackend) => Promise<BenchRow[]>>;
type BenchName = keyof typeof BENCHES;

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    backend: { type: 'string' },
    out: { type: 'string', default: join(import.meta.dirname, '..', '.bench', 'results.json') },
    quick: { type: 'boolean', default: false },
    strict: { type: 'boolean', default: false },
    profile: { type: 'string' },
  },
});
const started = Date.now();
const say = (line: string) => console.error(`${((Date.now() - started) / 1000).toFixed(0).padStart(4)} s  ${line}`);
let servers: BenchServers | null = null;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void breakOff());
const results = await run(
  chosen('--only', values.only, Object.keys(BENCHES) as BenchName[]),
  chosen('--backend', values.backend, [...BENCH_BACKENDS]),
);
write(results, resolve(values.out));
console.log(`\n${renderText(results)}\n`);
process.exit(values.strict && results.rows.some((row) => row.met === false) ? 1 : 0);

async function run(names: BenchName[], backends: BenchBackend[]): Promise<BenchResults> {
  servers = await startServers(backends);
  const { available } = servers;
  const world = await startWorld();
  const sizes = values.quick ? SMALL_SIZES : FULL_SIZES;
  const profileDir = values.profile ? resolve(values.profile) : null;
  const rows: BenchRow[] = [];
  try {
    for (const backend of backends.filter((name) => !available.includes(name)))
      say(`SKIPPED ${backend}: its servers are not installed and can't be installed here`);
    for (const name of names)
      for (const backend of available)
        rows.push(...(await BENCHES[name]({ servers, world, sizes, profileDir, say }, backend)));
  } finally {
    await world.close();
    await servers.stop();
  }
  const seconds = (Date.now() - started) / 1000;
  const startedAt = new Date(started).toISOString();
  return { startedAt, seconds, node: process.version, cpus: availableParallelism(), rows };
}

async function breakOff(): Promise<never> {
  await stopAllChildren();
  await servers?.stop();
  return process.exit(1);
}

/** The names of a comma-separated option, all when it is left out; an unknown one ends the program with the valid ones. */
function chosen<T extends string>(option: string, text: string | undefined, names: T[]): T[] {
  const wanted = (text ?? names.join(',')).split(',').map((name) => name.trim());
  const unknown = wanted.filter((name) => !(names as string[]).includes(name));
  if (unknown.length === 0) return names.filter((name) => wanted.includes(name));
  console.error(`bench: ${option} ${unknown.join(', ')} is unknown, the names are ${names.join(', ')}`);
  return process.exit(2);
}

function write(written: BenchResults, file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(written, null, 1)}\n`);
  writeFileSync(`${file.replace(/\.json$/, '')}.md`, renderMarkdown(written));
}
