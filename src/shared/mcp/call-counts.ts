import { DependencyError, type FailureClass } from '../errors.ts';
import { maskSecrets } from '../mask-secrets.ts';
import type { AnswerOrigin } from './policies/shared-calls.ts';

/** How the calls of a server went since this process has it. */
export type CallCounts = {
  /** Calls that have ended, whatever became of them. */
  calls: number;
  failures: number;
  /** Answers that were kept from an earlier call, or came from one that was under way. */
  cacheHits: number;
  /** The last call that failed for reasons of the server's; null when none has. Its time is ISO 8601, its message masked and short. */
  lastFailure: { at: string; failure: FailureClass; message: string } | null;
};

const MAX_MESSAGE = 300;
/** These say nothing about the server: somebody gave up, or we refused the call ourselves. */
const NOT_ITS_FAULT: ReadonlySet<FailureClass> = new Set(['aborted', 'refused', 'not_configured']);

/** Counts the calls of one server; what costs anything is done when somebody asks. */
export class CallCounter {
  readonly #now: () => number;
  #running = 0;
  #calls = 0;
  #failures = 0;
  #cacheHits = 0;
  #last: { at: number; error: DependencyError } | null = null;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Calls under way. */
  get running(): number {
    return this.#running;
  }

  /** Runs a call and remembers how it went. */
  async run<T extends { origin: AnswerOrigin }>(call: () => Promise<T>): Promise<T> {
    this.#running += 1;
    try {
      const answer = await call();
      if (answer.origin !== 'asked') this.#cacheHits += 1;
      return answer;
    } catch (error) {
      this.#failed(error);
      throw error;
    } finally {
      this.#running -= 1;
      this.#calls += 1;
    }
  }

  counts(): CallCounts {
    const last = this.#last;
    return {
      calls: this.#calls,
      failures: this.#failures,
      cacheHits: this.#cacheHits,
      lastFailure: last && {
        at: new Date(last.at).toISOString(),
        failure: last.error.failure,
        // Cut first: a server's answer may be long, and masking is linear in it.
        message: maskSecrets(last.error.message.slice(0, 4 * MAX_MESSAGE)).slice(0, MAX_MESSAGE),
      },
    };
  }

  #failed(error: unknown): void {
    this.#failures += 1;
    if (!(error instanceof DependencyError) || NOT_ITS_FAULT.has(error.failure)) return;
    this.#last = { at: this.#now(), error };
  }
}
