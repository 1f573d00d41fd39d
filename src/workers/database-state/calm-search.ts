import { openBreaker, refusingPool } from '../kubernetes-state/logs/answers/search-cluster.ts';
import { spacedRows } from '../kubernetes-state/logs/answers/spaced-rows.ts';
import type { Calm } from './calm.ts';
import type { PrintedState } from './printed/printed-state.ts';

/** Up to this share (percent) a heap goes up and down as its collector is made to let it. */
const COLLECTED = 75;
const NOT_GREEN = /"status"\s*:\s*"(?:red|yellow)"|"timed_out"\s*:\s*true/;

/** Heaps of a search cluster below the level at which their collector works hard, while nothing is refused; null where it is not so. */
export function heapsHaveRoom({ notes }: PrintedState): Calm | null {
  const told = notes.flatMap(({ text, evidence }) =>
    spacedRows(text, 'name', 'heap.percent').map((row) => ({ heap: Number(row['heap.percent']), evidence })),
  );
  const ill = notes.some(
    ({ text }) => NOT_GREEN.test(text) || openBreaker(text) !== null || refusingPool(text) !== null,
  );
  if (told.length === 0 || ill || !told.every(({ heap }) => heap < COLLECTED)) return null;
  return {
    statement: `no failure: the heaps of the nodes are at most at ${Math.max(...told.map(({ heap }) => heap))} percent, below the level at which their collector works hard, and nothing is refused`,
    evidence: told.map(({ evidence }) => evidence),
  };
}
