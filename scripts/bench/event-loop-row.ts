import type { BenchBackend } from './bench-backends.ts';
import type { BenchProcess, LoopDelay } from './bench-process.ts';
import { type BenchRow, benchRow } from './bench-row.ts';

/** The event loop is never blocked longer than this, ms. */
const LONGEST_TURN_MS = 100;

/**
 * The longest that one turn of an event loop of these processes has worked since their watch was last reset, in the
 * thread's own processor time: on a machine that is busy with others a loop is late without blocking.
 */
export async function eventLoopRow(
  bench: string,
  backend: BenchBackend,
  processes: Record<string, BenchProcess>,
): Promise<BenchRow> {
  const delays = await Promise.all(
    Object.entries(processes).map(async ([name, process]) => ({ name, ...(await process.loopDelay()) })),
  );
  return benchRow({
    bench,
    backend,
    what: 'longest turn of an event loop',
    value: Math.max(...delays.map(({ busiestMs }) => busiestMs)),
    unit: 'ms',
    bar: { atMost: LONGEST_TURN_MS },
    detail: delays.map(describe).join(', '),
  });
}

function describe({ name, longestMs, busiestMs }: LoopDelay & { name: string }): string {
  return `${name} ${Math.round(busiestMs)} ms, late by ${Math.round(longestMs)} ms at most`;
}
