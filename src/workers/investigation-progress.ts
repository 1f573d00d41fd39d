import type { InvestigationStore, Lease, Progress } from '../shared/store/investigation-store.ts';

export type ProgressKeeper = {
  /** Starts a line; the one before it must have ended. */
  start(what: string): Promise<void>;
  /** Ends the running line with what came of it. */
  end(outcome: string, status?: 'done' | 'failed'): Promise<void>;
  /** Adds what took no time worth showing: it is seen with the next line that starts. */
  add(what: string, outcome: string): Promise<void>;
};

type Deps = {
  investigations: Pick<InvestigationStore, 'saveProgress'>;
  /** Asks for the live card to be brought up to date. */
  show: () => Promise<void>;
  now: () => Date;
};

/** Keeps the lines of the live card for one investigation; every change is stored, every start is shown. */
export function keepProgress({ investigations, show, now }: Deps, lease: Lease): ProgressKeeper {
  const lines: Progress[] = [];
  return {
    async start(what) {
      lines.push({ stage: 'investigate', what, status: 'running', outcome: null, at: now().toISOString() });
      await investigations.saveProgress(lease, lines);
      await show();
    },
    async end(outcome, status = 'done') {
      const running = lines.at(-1);
      if (running) Object.assign(running, { status, outcome, at: now().toISOString() });
      await investigations.saveProgress(lease, lines);
    },
    async add(what, outcome) {
      lines.push({ stage: 'investigate', what, status: 'done', outcome, at: now().toISOString() });
      await investigations.saveProgress(lease, lines);
    },
  };
}
