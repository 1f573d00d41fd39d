/** Loaded into a process of the fleet before its own code: SIGUSR2 blocks its event loop for DRILL_BLOCK_MS. */
import { isMainThread } from 'node:worker_threads';

const nothing = new Int32Array(new SharedArrayBuffer(4));
if (isMainThread) process.on('SIGUSR2', () => void Atomics.wait(nothing, 0, 0, Number(process.env.DRILL_BLOCK_MS)));
