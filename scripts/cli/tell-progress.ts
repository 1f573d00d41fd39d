import type { Progress } from '../../src/shared/store/investigation-store.ts';

/** A function that reads the progress and tells each line that is new since it was last called. */
export function tellProgress(read: () => Promise<Progress[]>, tell: (line: string) => void): () => Promise<void> {
  const told = new Set<string>();
  return async () => {
    for (const { stage, what, status, outcome } of await read()) {
      const line = `${stage.padEnd(12)} ${what}${status === 'running' ? ' ...' : `: ${outcome ?? status}`}`;
      if (!told.has(line)) tell(line);
      told.add(line);
    }
  };
}
