import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../servers/free-port.ts';
import { createFleetProcess, type FleetProcess } from './fleet-process.ts';

/** The processes of one fleet: producers and workers, or one with all roles on the embedded database. */
export type DrillFleet = {
  producers: FleetProcess[];
  workers: FleetProcess[];
  all: FleetProcess[];
  /** URLs of the producers that a load balancer would send to. */
  inService(): string[];
  /** Ends all: SIGTERM first, what stays is killed. Returns the names of those that had to be killed. */
  stop(): Promise<string[]>;
  /** Ends everything at once; for the end of the program. */
  killNow(): void;
};

export type FleetSize = { producers: number; workers: number };

const STOP_MS = 20_000;
const ORPHAN_MS = 5_000;

/**
 * Starts them all and waits until they are ready; a failed start leaves nothing running. `firstWorker` is laid over the
 * environment of the first worker alone.
 */
export async function startDrillFleet(
  size: FleetSize | 'embedded',
  environment: Record<string, string>,
  logFolder: string,
  firstWorker: Record<string, string> = {},
): Promise<DrillFleet> {
  mkdirSync(logFolder, { recursive: true });
  const make = async (name: string, script: 'start' | 'start:producer' | 'start:worker') => {
    const [port, workerPort] = [await freePort(), await freePort()];
    const url = `http://127.0.0.1:${script === 'start:worker' ? workerPort : port}`;
    const only = name === 'worker-1' ? firstWorker : {};
    const own = { ...environment, ...only, PORT: `${port}`, WORKER_PORT: `${workerPort}` };
    return createFleetProcess({ name, script, url, environment: own, logFile: join(logFolder, `${name}.log`) });
  };
  const many = (count: number, name: string, script: 'start:producer' | 'start:worker') =>
    Promise.all(Array.from({ length: count }, (_, index) => make(`${name}-${index + 1}`, script)));
  const whole = size === 'embedded' ? [await make('fleet', 'start')] : [];
  const producers = size === 'embedded' ? whole : await many(size.producers, 'producer', 'start:producer');
  const workers = size === 'embedded' ? whole : await many(size.workers, 'worker', 'start:worker');
  const all = [...new Set([...producers, ...workers])];
  const fleet: DrillFleet = {
    producers,
    workers,
    all,
    inService: () => producers.filter((one) => one.inService()).map((one) => one.url),
    stop: () => stopAll(all),
    killNow: () => {
      for (const one of all) one.killGroups();
    },
  };
  try {
    for (const one of all) one.launch();
    for (const one of all) await one.untilReady();
    return fleet;
  } catch (error) {
    fleet.killNow();
    throw error;
  }
}

async function stopAll(all: FleetProcess[]): Promise<string[]> {
  const stubborn: string[] = [];
  await Promise.all(
    all.map(async (one) => {
      await one.signal('SIGCONT');
      const gone = one.signal('SIGTERM');
      const inTime = await Promise.race([gone.then(() => true), sleep(STOP_MS, false, { ref: false })]);
      if (inTime) return;
      stubborn.push(`${one.name} did not end on SIGTERM`);
      await one.signal('SIGKILL');
    }),
  );
  for (const end = Date.now() + ORPHAN_MS; all.some((one) => one.orphans()) && Date.now() < end; ) await sleep(100);
  for (const one of all.filter((process) => process.orphans())) stubborn.push(`${one.name} left a process behind`);
  for (const one of all) one.killGroups();
  return stubborn;
}
