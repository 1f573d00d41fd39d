import type { WaitOptions } from './mcp-connection.ts';

/** The same wait with what is left of its deadline at each asking, so that steps in a row share one deadline. */
export function countdown({ signal, deadlineMs }: WaitOptions): () => WaitOptions {
  const started = performance.now();
  return () => ({ signal, deadlineMs: Math.max(1, Math.ceil(deadlineMs - (performance.now() - started))) });
}
