/**
 * Loaded before the program of a measured process (`node --import`): watches its event loop from the inside, and answers
 * the bench over the IPC channel. The program itself is the production one and knows nothing of it. Plain JavaScript, so
 * that measuring does not load Node's TypeScript stripper into a process that runs from the compile cache.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Time between two looks; the histogram records the whole time between them, so it is taken off again. */
const RESOLUTION_MS = 5;

const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();

/** A process that the machine does not let run is late as well: the thread's own time tells its work from its waiting. */
let busiestMs = 0;
let before = process.threadCpuUsage();
setInterval(() => {
  const now = process.threadCpuUsage();
  busiestMs = Math.max(busiestMs, (now.user + now.system - before.user - before.system) / 1000);
  before = now;
}, RESOLUTION_MS).unref();

process.on('message', ({ ask }) => {
  if (ask !== 'reset' && ask !== 'watch') return;
  if (ask === 'reset') {
    delay.reset();
    busiestMs = 0;
  }
  process.send?.({ kind: 'watch', longestMs: Math.max(0, delay.max / 1e6 - RESOLUTION_MS), busiestMs });
});
// The channel alone does not keep the program up, and without the bench it has no reason to stay.
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();
