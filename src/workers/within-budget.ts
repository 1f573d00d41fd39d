import { BUDGET_SPENT } from './gather-evidence.ts';

/** Like a deadline of `ms`, but the work is told that only the budget is spent, so that it can conclude with what it has. */
export async function withinBudget<T>(
  outer: AbortSignal,
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const budget = new AbortController();
  const timer = setTimeout(() => budget.abort(BUDGET_SPENT), Math.max(0, ms));
  try {
    return await work(AbortSignal.any([outer, budget.signal]));
  } finally {
    clearTimeout(timer);
  }
}
