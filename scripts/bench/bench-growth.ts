import { openPostgresDatabase } from '../../src/shared/database/postgres-database.ts';
import { silentLogger } from '../../src/shared/logger.ts';
import { createStore } from '../../src/shared/store/store.ts';
import type { BenchBackend } from './bench-backends.ts';
import type { BenchContext } from './bench-context.ts';
import { type BenchRow, benchRow } from './bench-row.ts';
import { endLeftovers, fillHistory } from './growth/fill-history.ts';
import { answerSample, type Step, useStore } from './growth/use-store.ts';
import { median } from './statistics.ts';

const BENCH = 'growth';
/** Uses of the store at each size; the first ones warm plans and caches. */
const ROUNDS = 25;
const WARM_UP = 5;
/** The largest history against the smallest: a tree has a level more, and fewer of its pages are in the cache. */
const FLAT = 3;
/** Shorter differences are the machine's, ms. */
const NOISE_MS = 0.5;

/** Times of each step, ms, by its name. */
type Times = Map<string, number[]>;

/**
 * How the time of every statement of the store grows with the number of incidents that have ended: the same use of it on the
 * same server, with 10^3 to 10^6 of them. The statements are the same with queues in Redis; PostgreSQL alone is measured.
 */
export async function benchGrowth(context: BenchContext, backend: BenchBackend): Promise<BenchRow[]> {
  if (backend !== 'postgres') return [];
  const { servers, sizes, say } = context;
  const fresh = await servers.fresh(backend);
  const database = openPostgresDatabase(fresh.environment.DATABASE_URL!, silentLogger);
  try {
    const store = createStore(database);
    const sample = await answerSample(store);
    const measured: Times[] = [];
    for (const [index, upTo] of sizes.histories.entries()) {
      await fillHistory(database, sample, { after: sizes.histories[index - 1] ?? 0, upTo });
      say(`${BENCH}: ${upTo} incidents are there`);
      measured.push(await timeStore((step) => useStore(store, step)));
      await endLeftovers(database);
    }
    return rowsOf(backend, sizes.histories, measured);
  } finally {
    await database.close();
    await fresh.remove();
  }
}

async function timeStore(use: (step: Step) => Promise<void>): Promise<Times> {
  const times: Times = new Map();
  for (let round = 0; round < ROUNDS; round++) {
    await use(async (what, work) => {
      const started = performance.now();
      const result = await work();
      if (round >= WARM_UP) times.set(what, [...(times.get(what) ?? []), performance.now() - started]);
      return result;
    });
  }
  return times;
}

function rowsOf(backend: BenchBackend, histories: number[], measured: Times[]): BenchRow[] {
  return [...measured[0]!.keys()].map((what) => {
    const ms = measured.map((times) => median(times.get(what)!));
    return benchRow({
      bench: BENCH,
      backend,
      what,
      value: (ms.at(-1)! + NOISE_MS) / (ms[0]! + NOISE_MS),
      unit: 'ratio',
      bar: { atMost: FLAT },
      detail: `${ms.map((value) => value.toFixed(2)).join(', ')} ms at ${histories.map(powerOfTen).join(', ')} incidents`,
    });
  });
}

const powerOfTen = (count: number) => `10^${Math.round(Math.log10(count))}`;
