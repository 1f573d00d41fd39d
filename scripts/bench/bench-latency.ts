import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchBackend } from './bench-backends.ts';
import type { BenchContext } from './bench-context.ts';
import { type BenchRow, benchRow } from './bench-row.ts';
import { eventLoopRow } from './event-loop-row.ts';
import { type BenchFleet, startBenchFleet } from './fleet-processes.ts';
import { scenarioAlerts } from './scenario-alerts.ts';
import { percentile } from './statistics.ts';

const BENCH = 'latency';
const AT_ONCE = 20;
const POLL_MS = 20;
const ANSWER_TIMEOUT_MS = 60_000;
/** An alert's answer stands in its thread within this, ms, when LLM and tools answer at once. */
const ANSWER_BAR_MS = 1_000;

type Sample = { pickupMs: number; answerMs: number };
type Details = {
  state: string;
  reason: string | null;
  finishedAt: string | null;
  investigations: { startedAt: string }[];
};

/**
 * From the 202 to the start of the investigation, and from the POST to `posted`: alerts one at a time on an idle fleet,
 * and 20 at once. The fleet writes the times down itself; all processes read the clock of this machine.
 */
export async function benchLatency(context: BenchContext, backend: BenchBackend): Promise<BenchRow[]> {
  const { sizes, say } = context;
  const fleet = await startBenchFleet(context, backend);
  try {
    await measure(fleet, AT_ONCE);
    await Promise.all(Object.values(fleet.processes).map((process) => process.resetWatch()));
    const singles: Sample[] = [];
    for (let n = 0; n < sizes.singles; n++) singles.push(...(await measure(fleet, 1)));
    const together: Sample[] = [];
    for (let n = 0; n < sizes.rounds; n++) together.push(...(await measure(fleet, AT_ONCE)));
    const rows = [
      pickupRow(backend, singles),
      answerRow(backend, 'one at a time', singles),
      answerRow(backend, `${AT_ONCE} at once`, together),
      await eventLoopRow(BENCH, backend, fleet.processes),
    ];
    for (const row of rows.slice(0, 3)) say(`${BENCH} ${backend} ${row.what}: ${row.detail}`);
    return rows;
  } finally {
    await fleet.stop();
  }
}

async function measure(fleet: BenchFleet, count: number): Promise<Sample[]> {
  return await Promise.all(scenarioAlerts(count).map((alert) => followAlert(fleet, alert)));
}

async function followAlert(fleet: BenchFleet, alert: object): Promise<Sample> {
  const sentAt = Date.now();
  const [id] = await fleet.send([alert]);
  const acceptedAt = Date.now();
  const details = await untilPosted(fleet, id!);
  const startedAt = Date.parse(details.investigations[0]!.startedAt);
  return {
    // The worker may well begin before the answer has been read here.
    pickupMs: Math.max(0, startedAt - acceptedAt),
    answerMs: Date.parse(details.finishedAt!) - sentAt,
  };
}

/** Asks a light list first: reading the whole incident again and again would slow down what is measured. */
async function untilPosted(fleet: BenchFleet, id: string): Promise<Details> {
  const end = Date.now() + ANSWER_TIMEOUT_MS;
  while (Date.now() < end) {
    await sleep(POLL_MS);
    const { items } = await newest(fleet);
    const finished = items.find((item) => item.id === id)?.finishedAt;
    if (!finished) continue;
    const details = await fleet.get<Details>(`/incidents/${id}`);
    if (details.state === 'posted') return details;
    throw new Error(`an incident of the bench ended as ${details.state}: ${details.reason}`);
  }
  throw new Error(`an incident of the bench was not answered within ${ANSWER_TIMEOUT_MS} ms`);
}

type List = { items: { id: string; finishedAt: string | null }[] };
const lists = new WeakMap<BenchFleet, Promise<List>>();

/** Those who wait at the same time share one request. */
function newest(fleet: BenchFleet): Promise<List> {
  const running = lists.get(fleet);
  if (running) return running;
  const asked = fleet.get<List>(`/incidents?limit=${AT_ONCE}`).finally(() => lists.delete(fleet));
  lists.set(fleet, asked);
  return asked;
}

function pickupRow(backend: BenchBackend, samples: Sample[]): BenchRow {
  const times = samples.map((sample) => sample.pickupMs);
  return benchRow({
    bench: BENCH,
    backend,
    what: 'pickup p95, idle fleet',
    value: percentile(times, 0.95),
    unit: 'ms',
    detail: percentiles(times),
  });
}

function answerRow(backend: BenchBackend, what: string, samples: Sample[]): BenchRow {
  const times = samples.map((sample) => sample.answerMs);
  return benchRow({
    bench: BENCH,
    backend,
    what: `POST to posted p95, ${what}`,
    value: percentile(times, 0.95),
    unit: 'ms',
    bar: { atMost: ANSWER_BAR_MS },
    detail: percentiles(times),
  });
}

function percentiles(times: number[]): string {
  const parts = [0.5, 0.95, 0.99].map((share) => `p${share * 100} ${Math.round(percentile(times, share))} ms`);
  return `${parts.join(', ')} (${times.length} alerts)`;
}
