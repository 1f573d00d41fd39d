import type { BenchBackend } from './bench-backends.ts';
import type { BenchProcess } from './bench-process.ts';
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
    Object.entries(processes).map(async ([name, process]) => ({ name, ms: await process.longestDelayMs() })),
  );
  return benchRow({
    bench,
    backend,
    what: 'longest event loop delay',
    value: Math.max(...delays.map(({ ms }) => ms)),
    unit: 'ms',
    bar: { atMost: LONGEST_DELAY_MS },
    detail: delays.map(({ name, ms }) => `${name} ${Math.round(ms)} ms`).join(', '),
  });
}
