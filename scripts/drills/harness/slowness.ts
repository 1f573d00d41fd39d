import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism, loadavg } from 'node:os';

/** How long an empty Node takes to start and end on a quiet core, ms. */
const NOMINAL_MS = 50;
const TRIES = 3;
/** However busy the machine is: beyond this a promise would mean nothing. */
const MOST = 4;

/**
 * How much slower this machine is now than a quiet one, from 1 to 4: how much longer starting a process takes, or how many
 * processes want each core, whichever is more. Promises in seconds are meant for a machine that has nothing else to do.
 */
export async function slownessNow(): Promise<number> {
  return Math.max(await slownessOfStarting(), Math.min(MOST, loadavg()[0]! / availableParallelism()));
}

/** How much longer starting a process takes now than on a quiet machine, from 1 to 4; what has just ended does not count. */
export async function slownessOfStarting(): Promise<number> {
  const took: number[] = [];
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const from = performance.now();
    await once(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }), 'exit');
    took.push(performance.now() - from);
  }
  const median = took.sort((a, b) => a - b)[Math.floor(TRIES / 2)]!;
  return Math.min(MOST, Math.max(1, median / NOMINAL_MS));
}
