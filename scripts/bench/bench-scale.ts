import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchBackend } from './bench-backends.ts';
import type { BenchContext } from './bench-context.ts';
import { type BenchRow, benchRow } from './bench-row.ts';
import { type BenchFleet, type FleetOptions, startBenchFleet } from './fleet-processes.ts';
import { distinctAlerts, firingAgain } from './scale/distinct-alerts.ts';
import { startInstantTools } from './scale/start-instant-tools.ts';
import { percentile } from './statistics.ts';

const BENCH = 'scale';
const WORKER_PROCESSES = [1, 2, 4];
/** Alerts per minute, of which `firings` are of one incident. */
type Pace = { alerts: number; firings: number };
const PACES: Pace[] = [
  { alerts: 10_000, firings: 10 },
  { alerts: 1_000, firings: 1 },
  { alerts: 2_500, firings: 1 },
  { alerts: 5_000, firings: 1 },
  { alerts: 10_000, firings: 1 },
];
/** Everything but LLM and tools, from the 202 to the answer in the thread, p95 at 10,000 alerts a minute. */
const OVERHEAD_BAR_MS = 1_000;
const HELD_TO = 10_000;
const ALERTS_PER_BODY = 50;
const POLL_MS = 100;
/** A fleet that answers none for so long will not answer the others either, ms. */
const STUCK_MS = 60_000;

/**
 * Incidents per second with 1, 2 and 4 worker processes; and the time from the 202 to the answer at fixed paces of distinct
 * incidents, whose few questions are answered at once with a few bytes and without an LLM: the fleet's own overhead. On the servers,
 * because an embedded database has one process.
 */
export async function benchScale(context: BenchContext, backend: BenchBackend): Promise<BenchRow[]> {
  if (backend === 'embedded') return [];
  const tools = await startInstantTools();
  const environment = { ...tools.environment, OPENAI_API_KEY: '', OPENAI_BASE_URL: '' };
  try {
    const rows: BenchRow[] = [];
    for (const workerProcesses of WORKER_PROCESSES)
      rows.push(...(await withFleet(context, backend, { workerProcesses, environment }, benchBurst)));
    rows.push(...(await withFleet(context, backend, { workerProcesses: 2, environment }, benchPaces)));
    return rows;
  } finally {
    await tools.stop();
  }
}

type Bench = (context: BenchContext, backend: BenchBackend, fleet: BenchFleet) => Promise<BenchRow[]>;

async function withFleet(context: BenchContext, backend: BenchBackend, options: FleetOptions, bench: Bench) {
  const fleet = await startBenchFleet(context, backend, options);
  try {
    await answer(fleet, 20);
    const rows = await bench(context, backend, fleet);
    for (const { what, value, unit, detail } of rows)
      context.say(`${BENCH} ${what}: ${value.toFixed(1)} ${unit}, ${detail}`);
    return rows;
  } finally {
    await fleet.stop();
  }
}

async function benchBurst({ sizes }: BenchContext, backend: BenchBackend, fleet: BenchFleet): Promise<BenchRow[]> {
  const before = cpuMs(fleet);
  const seconds = await answer(fleet, sizes.scaleIncidents);
  const spent = cpuMs(fleet) - before;
  const count = fleet.pools.length;
  return [
    benchRow({
      bench: BENCH,
      backend,
      what: `incidents per second, ${count} worker process${count > 1 ? 'es' : ''}`,
      value: sizes.scaleIncidents / seconds,
      unit: 'per s',
      detail: `${(spent / sizes.scaleIncidents).toFixed(1)} ms of processor time of the workers per incident, ${sizes.scaleIncidents} incidents`,
    }),
  ];
}

/** Sends so many alerts at once and waits until each has its answer; returns the seconds. */
async function answer(fleet: BenchFleet, count: number): Promise<number> {
  const before = await fleet.answered();
  const alerts = distinctAlerts(count);
  const started = performance.now();
  for (let sent = 0; sent < count; sent += ALERTS_PER_BODY)
    await fleet.send(alerts.slice(sent, sent + ALERTS_PER_BODY));
  await untilAnswered(fleet, before + count);
  return (performance.now() - started) / 1000;
}

async function benchPaces(context: BenchContext, backend: BenchBackend, fleet: BenchFleet): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const pace of PACES) rows.push(await benchPace(context, backend, fleet, pace));
  return rows;
}

async function benchPace({ sizes }: BenchContext, backend: BenchBackend, fleet: BenchFleet, pace: Pace) {
  const { alerts, firings } = pace;
  const count = Math.round(((alerts / 60) * sizes.pacedSeconds) / firings);
  const before = await fleet.answered();
  const commits = await commitsOf(fleet);
  const answeredBy = performance.now();
  const missed = await sendPaced(fleet, alerts, firingAgain(distinctAlerts(count), firings));
  await untilAnswered(fleet, before + count);
  const seconds = (performance.now() - answeredBy) / 1000;
  const times = await answerTimes(fleet, count);
  const perIncident = ((await commitsOf(fleet)) - commits) / count;
  return benchRow({
    bench: BENCH,
    backend,
    what: `202 to answer p95 at ${alerts} alerts a minute, ${firings > 1 ? `${firings} of each incident` : 'each an incident'}`,
    value: percentile(times, 0.95),
    unit: 'ms',
    bar: alerts === HELD_TO ? { atMost: OVERHEAD_BAR_MS } : undefined,
    detail: `p50 ${Math.round(percentile(times, 0.5))} ms, ${(count / seconds).toFixed(1)} answers/s, ${missed} sent late, ${perIncident.toFixed(1)} commits per incident, ${fleet.pools.length} worker processes`,
  });
}

/** Sends one alert after the other, each at its time whether the one before was answered or not; returns how many were sent late. */
async function sendPaced(fleet: BenchFleet, perMinute: number, alerts: object[]): Promise<number> {
  const everyMs = 60_000 / perMinute;
  const started = performance.now();
  const sending: Promise<unknown>[] = [];
  let late = 0;
  for (const [index, alert] of alerts.entries()) {
    const waitMs = started + index * everyMs - performance.now();
    if (waitMs > 1) await sleep(waitMs);
    if (waitMs < -100) late++;
    sending.push(fleet.send([alert]));
  }
  await Promise.all(sending);
  return late;
}

async function untilAnswered(fleet: BenchFleet, total: number): Promise<void> {
  let last = { answered: -1, at: 0 };
  for (;;) {
    await sleep(POLL_MS);
    const answered = await fleet.answered();
    if (answered >= total) return;
    if (answered !== last.answered) last = { answered, at: performance.now() };
    else if (performance.now() - last.at > STUCK_MS)
      throw new Error(`${answered} of ${total} incidents were answered, none for ${STUCK_MS / 1000} s`);
  }
}

type Page = { items: { createdAt: string; finishedAt: string | null }[]; nextCursor: string | null };

/** From the commit that the 202 says of, to the answer in the thread, of the newest so many incidents, ms, as the fleet wrote them down. */
async function answerTimes(fleet: BenchFleet, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let cursor = ''; times.length < count; ) {
    const page = await fleet.get<Page>(`/incidents?limit=200${cursor && `&cursor=${cursor}`}`);
    times.push(...page.items.map((item) => Date.parse(item.finishedAt!) - Date.parse(item.createdAt)));
    if (!page.nextCursor) break;
    cursor = page.nextCursor;
  }
  return times.slice(0, count);
}

/** Sessions tell of their last transactions within a second. */
async function commitsOf(fleet: BenchFleet): Promise<number> {
  await sleep(1_200);
  return (await fleet.usage())?.commits ?? Number.NaN;
}

const cpuMs = ({ pools }: BenchFleet) => pools.reduce((sum, pool) => sum + (pool.cpuMs() ?? 0), 0);
