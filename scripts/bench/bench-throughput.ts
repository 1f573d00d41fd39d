import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BareAnswer, BareOrder } from './bare-queue.ts';
import type { BenchBackend } from './bench-backends.ts';
import type { BenchContext } from './bench-context.ts';
import { ownProgram, startProcess } from './bench-process.ts';
import { type BenchRow, benchRow } from './bench-row.ts';
import { eventLoopRow } from './event-loop-row.ts';
import { type BenchFleet, startBenchFleet } from './fleet-processes.ts';
import { scenarioAlerts } from './scenario-alerts.ts';
import { median } from './statistics.ts';

const BENCH = 'throughput';
const ALERTS_PER_BODY = 50;
/** Reading the metrics costs the workers some time too. */
const POLL_MS = 150;
const PART_TIMEOUT_MS = 120_000;
/** Resident memory of a process with pools and no embedded database, MB. */
const MEMORY_BAR_MB = 200;

/** Rates per second, and the processor time of the process with the pools for one incident. */
type Part = { fleet: number; bare: number; cpuMs: number };

/**
 * Incidents through a whole fleet against as many jobs that do nothing on the same backend, in alternating parts; and
 * what the process with the pools holds in memory before and after.
 */
export async function benchThroughput(context: BenchContext, backend: BenchBackend): Promise<BenchRow[]> {
  const { sizes, say } = context;
  const bare = await startBareQueue(context, backend);
  const fleet = await startBenchFleet(context, backend).catch(async (error) => {
    await bare.stop();
    throw error;
  });
  try {
    await sleep(1_000);
    const bytesBefore = (await fleet.usage())?.bytes;
    const idleMb = fleet.workers.residentMb();
    await Promise.all(Object.values(fleet.processes).map((process) => process.resetWatch()));
    const size = Math.ceil(sizes.incidents / sizes.parts);
    const parts: Part[] = [];
    for (let part = 0; part < sizes.parts; part++) {
      const { seconds } = await bare.process.ask<BareAnswer>({ jobs: size } satisfies BareOrder, 'bare');
      const before = fleet.workers.cpuMs() ?? 0;
      const fleetSeconds = await investigate(fleet, size);
      const cpuMs = ((fleet.workers.cpuMs() ?? 0) - before) / size;
      parts.push({ bare: size / seconds, fleet: size / fleetSeconds, cpuMs });
    }
    say(`${BENCH} ${backend}: ${median(parts.map((part) => part.fleet)).toFixed(1)} incidents/s`);
    return [
      ...throughputRows(backend, parts),
      ...(await diskRows(backend, fleet, bytesBefore, size * sizes.parts)),
      ...memoryRows(backend, idleMb, fleet.workers.residentMb(), size * sizes.parts),
      await eventLoopRow(BENCH, backend, fleet.processes),
    ];
  } finally {
    await fleet.stop();
    await bare.stop();
  }
}

/** Sends so many alerts in large bodies and waits until each has its answer in Slack; returns the seconds. */
async function investigate(fleet: BenchFleet, count: number): Promise<number> {
  const before = await fleet.answered();
  const alerts = scenarioAlerts(count);
  const started = performance.now();
  for (let sent = 0; sent < count; sent += ALERTS_PER_BODY)
    await fleet.send(alerts.slice(sent, sent + ALERTS_PER_BODY));
  for (;;) {
    await sleep(POLL_MS);
    const answered = (await fleet.answered()) - before;
    if (answered >= count) return (performance.now() - started) / 1000;
    if (performance.now() - started > PART_TIMEOUT_MS)
      throw new Error(`${answered} of ${count} incidents were answered`);
  }
}

async function startBareQueue({ servers, profileDir }: BenchContext, backend: BenchBackend) {
  const fresh = await servers.fresh(backend);
  const environment = { ...fresh.environment, LOG_LEVEL: 'error', WORKER_RATE_PER_MINUTE: '1000000' };
  const process = startProcess(ownProgram('bare-queue.ts'), environment, profileDir);
  await once(process.child, 'message');
  const stop = async () => {
    await process.stop();
    await fresh.remove();
  };
  return { process, stop };
}

function throughputRows(backend: BenchBackend, parts: Part[]): BenchRow[] {
  const fleet = median(parts.map((part) => part.fleet));
  const bare = median(parts.map((part) => part.bare));
  return [
    benchRow({
      bench: BENCH,
      backend,
      what: 'incidents / jobs that do nothing',
      value: median(parts.map((part) => part.fleet / part.bare)),
      unit: 'ratio',
      detail: `${fleet.toFixed(1)} incidents/s, ${Math.round(bare)} jobs/s`,
    }),
    benchRow({
      bench: BENCH,
      backend,
      what: 'processor time per incident',
      value: median(parts.map((part) => part.cpuMs)),
      unit: 'ms',
      detail: backend === 'embedded' ? 'all in one, the database included' : 'the process with the pools',
    }),
  ];
}

/** What an incident leaves on disk until retention deletes it: rows, indexes and what their updates have left behind. */
async function diskRows(backend: BenchBackend, fleet: BenchFleet, before: number | undefined, incidents: number) {
  const after = (await fleet.usage())?.bytes;
  if (before === undefined || after === undefined) return [];
  const value = (after - before) / 1024 / incidents;
  return [
    benchRow({ bench: BENCH, backend, what: 'disk per incident', value, unit: 'KB', detail: `${incidents} incidents` }),
  ];
}

function memoryRows(
  backend: BenchBackend,
  idleMb: number | null,
  loadedMb: number | null,
  incidents: number,
): BenchRow[] {
  if (idleMb === null || loadedMb === null) return [];
  const what = backend === 'embedded' ? 'resident memory, all in one' : 'resident memory of a pool process';
  const bar = backend === 'embedded' ? undefined : { atMost: MEMORY_BAR_MB };
  const row = { bench: BENCH, backend, unit: 'MB' as const, bar };
  return [
    benchRow({ ...row, what: `${what}, idle`, value: idleMb, detail: '' }),
    benchRow({ ...row, what, value: loadedMb, detail: `after ${incidents} incidents` }),
  ];
}
