/**
 * Loaded before the program of a measured process (`node --import`): watches its event loop from the inside, and answers
 * the bench over the IPC channel. The program itself is the production one and knows nothing of it.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { WatchAnswer, WatchQuestion } from './bench-process.ts';

/** Time between two looks; the histogram records the whole time between them, so it is taken off again. */
const RESOLUTION_MS = 5;

const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();

process.on('message', (question: WatchQuestion) => {
  if (question.ask === 'reset') delay.reset();
  if (question.ask !== 'reset' && question.ask !== 'watch') return;
  const longestDelayMs = Math.max(0, delay.max / 1e6 - RESOLUTION_MS);
  process.send?.({ kind: 'watch', longestDelayMs } satisfies WatchAnswer);
});
// The channel alone does not keep the program up.
process.channel?.unref();
