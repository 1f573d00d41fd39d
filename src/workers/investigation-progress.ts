import type { InvestigationStore, Lease, Progress } from '../shared/store/investigation-store.ts';

export type ProgressKeeper = {
  /** Starts a line and stores it; the one before it must have ended. */
  start(what: string): Promise<void>;
  /** Ends the running line with what came of it; stored with what is stored next. */
  end(outcome: string, status?: 'done' | 'failed'): void;
  /** Adds what took no time worth showing; stored with what is stored next. */
  add(what: string, outcome: string): void;
  /** The lines so far, for whoever stores something else of the investigation. */
  lines(): readonly Progress[];
  /** No card is asked for after this; waits for one that is being asked for. */
  close(): Promise<void>;
};

type Deps = {
  investigations: Pick<InvestigationStore, 'saveProgress'>;
  /** Asks for the live card to be brought up to date. */
  show: () => Promise<void>;
  now: () => Date;
  /** An investigation that is over sooner than this has no card before its report, ms. */
  cardAfterMs?: number;
};

/**
 * A channel of Slack takes one message a second, and each answer waits for its turn behind the cards of the others: what is known
 * almost at once needs no card that says that it will be.
 */
const CARD_AFTER_MS = 500;

/** Keeps the lines of the live card for one investigation: every start is stored, and shown once there is a card. */
export function keepProgress(
  { investigations, show, now, cardAfterMs = CARD_AFTER_MS }: Deps,
  lease: Lease,
): ProgressKeeper {
  const lines: Progress[] = [];
  let showing: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | null = null;
  let due = false;
  const showNow = async () => {
    due = true;
    // A store that is away fails the investigation by its next write; the card is no reason to.
    showing = show().catch(() => undefined);
    await showing;
  };
  return {
    async start(what) {
      lines.push({ stage: 'investigate', what, status: 'running', outcome: null, at: now().toISOString() });
      await investigations.saveProgress(lease, lines);
      if (due) await showNow();
      else timer ??= setTimeout(() => void showNow(), cardAfterMs);
    },
    end(outcome, status = 'done') {
      const running = lines.at(-1);
      if (running) Object.assign(running, { status, outcome, at: now().toISOString() });
    },
    add(what, outcome) {
      lines.push({ stage: 'investigate', what, status: 'done', outcome, at: now().toISOString() });
    },
    lines: () => lines,
    async close() {
      clearTimeout(timer ?? undefined);
      await showing;
    },
  };
}
