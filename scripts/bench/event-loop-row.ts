import type { BenchBackend } from './bench-backends.ts';
import type { BenchProcess, LoopDelay } from './bench-process.ts';
import { type BenchRow, benchRow } from './bench-row.ts';

/** The event loop is never held up longer than this, ms. */
const LONGEST_DELAY_MS = 100;

/** The longest delay of the event loops of these processes since their watch was last reset. */
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
    what: 'longest event loop delay',
    value: Math.max(...delays.map(({ longestMs }) => longestMs)),
    unit: 'ms',
    bar: { atMost: LONGEST_DELAY_MS },
    detail: delays.map(describe).join(', '),
  });
}

/** A machine that is busy with others makes a loop late without its fault: the processor time in one go tells. */
function describe({ name, longestMs, busiestMs }: LoopDelay & { name: string }): string {
  return `${name} ${Math.round(longestMs)} ms, ${Math.round(busiestMs)} ms of it at work at most`;
}
