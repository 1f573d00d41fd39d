/**
 * Runs the fleet as separate processes on real servers that it starts itself, injects one fault per drill, and lets a
 * checker decide whether the invariants held: `npm run drills [-- --only NAME,...|published] [--backend redis,postgres,embedded]
 * [--short | --long] [--lanes N] [--seed TEXT] [--out FILE] [--list]`. Prints a table and writes it to .bench/drills.json and .bench/drills.md, with
 * the logs of every drill beside them. Ends with code 1 when a rule is broken.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { chooseDrills } from './drills/drills/index.ts';
import { type DrillResults, renderDrillsMarkdown, renderDrillsText } from './drills/harness/render-drills.ts';
import type { DrillResult } from './drills/harness/run-drill.ts';
import { type PlannedDrill, runLanes } from './drills/harness/run-lanes.ts';
import { DRILL_BACKENDS, type DrillBackend, type DrillServers } from './drills/harness/servers.ts';
import type { Drill } from './drills/harness/stage.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    backend: { type: 'string' },
    short: { type: 'boolean', default: false },
    long: { type: 'boolean', default: false },
    lanes: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string', default: join(import.meta.dirname, '..', '.bench', 'drills.json') },
    list: { type: 'boolean', default: false },
  },
});
const started = Date.now();
const out = resolve(values.out);
const say = (line: string) => console.error(`${((Date.now() - started) / 1000).toFixed(0).padStart(4)} s  ${line}`);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void interrupted());

const running: DrillServers[] = [];
const plan = planned();
const lanes = chosenLanes();
if (values.list) {
  for (const { drill, backend } of plan) console.log(`${drill.name.padEnd(26)} ${backend.padEnd(9)} ${drill.what}`);
  process.exit(0);
}
const results = await run();
console.log(`\n${renderDrillsText(results)}\n`);
process.exit(results.results.length > 0 && results.results.every((result) => result.held) ? 0 : 1);

/** The fleet is ended by the handlers of "exit". */
async function interrupted(): Promise<never> {
  for (const servers of running) await servers.stop();
  return process.exit(1);
}

/** Which drill runs on which backend. */
function planned(): PlannedDrill[] {
  try {
    if (values.short && values.long) throw new Error('--short and --long exclude each other: leave one out');
    const backends = chosenBackends();
    return chooseDrills(values.only).flatMap((drill) =>
      backendsOf(drill)
        .filter((backend) => backends.includes(backend))
        .map((backend) => ({ drill, backend })),
    );
  } catch (error) {
    console.error(`drills: ${(error as Error).message}`);
    return process.exit(2);
  }
}

/** The short version leaves backends out; whoever names them gets them all. */
function backendsOf(drill: Drill): readonly DrillBackend[] {
  return values.long || values.backend !== undefined ? drill.backends : (drill.shortOn ?? drill.backends);
}

function chosenLanes(): number {
  const lanes = Number(values.lanes);
  if (Number.isInteger(lanes) && lanes >= 1 && lanes <= 16) return lanes;
  console.error(`drills: --lanes ${values.lanes} is not a whole number from 1 to 16`);
  return process.exit(2);
}

function chosenBackends(): DrillBackend[] {
  const names = (values.backend ?? DRILL_BACKENDS.join(',')).split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !(DRILL_BACKENDS as readonly string[]).includes(name));
  if (unknown.length > 0)
    throw new Error(`--backend ${unknown.join(', ')} is unknown, the names are ${DRILL_BACKENDS.join(', ')}`);
  return names as DrillBackend[];
}

async function run(): Promise<DrillResults> {
  const all: DrillResult[] = [];
  const { long, seed } = values;
  const onResult = (result: DrillResult) => {
    all.push(result);
    write(resultsOf(all));
  };
  const folder = join(dirname(out), 'drills');
  await runLanes(plan, { lanes, long, seed, folder, say, onResult, running });
  return resultsOf(all);
}

function resultsOf(all: DrillResult[]): DrillResults {
  return {
    startedAt: new Date(started).toISOString(),
    seconds: (Date.now() - started) / 1000,
    node: process.version,
    cpus: availableParallelism(),
    load: loadavg()[0]!,
    seed: values.seed,
    version: values.long ? 'long' : 'short',
    results: all,
  };
}

/** After every drill, so that a run that is cut off leaves what it has. */
function write(written: DrillResults): void {
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, `${JSON.stringify(written, null, 1)}\n`);
  writeFileSync(`${out.replace(/\.json$/, '')}.md`, renderDrillsMarkdown(written));
}
