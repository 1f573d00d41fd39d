import {
  bulkhead,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
  isBrokenCircuitError,
  isBulkheadRejectedError,
} from 'cockatiel';
import { pause } from '../deadline.ts';
import { DependencyError, type FailureClass } from '../errors.ts';
import type { WaitOptions } from './mcp-connection.ts';
import type { McpServerHealth } from './mcp-gateway.types.ts';
import { within } from './within.ts';

/** How hard one server may be asked; the defaults fit a server that many investigations share. */
export type CallLimits = {
  /** Calls at once, and how many may wait for their turn. */
  concurrency: number;
  queued: number;
  /** Attempts of a read-only call, the first included. */
  attempts: number;
  retryBaseMs: number;
  /** The longest pause before a retry, ms; a server that asks for more is not asked again within the call. */
  retryCapMs: number;
  /** Failures in a row that open the breaker, and how long it then stays open, ms. */
  breakerFailures: number;
  breakerOpenMs: number;
};

export const DEFAULT_LIMITS: CallLimits = {
  concurrency: 8,
  queued: 1000,
  attempts: 3,
  retryBaseMs: 200,
  retryCapMs: 5000,
  breakerFailures: 5,
  breakerOpenMs: 10_000,
};

/** Another attempt soon may cure these; an open breaker says by itself that it will not. */
const RETRIED: ReadonlySet<FailureClass> = new Set(['connection', 'timeout', 'overload', 'rate_limit']);
/** These speak of the server's health; the others of the question that was asked. */
const COUNTED: ReadonlySet<FailureClass> = new Set(['connection', 'timeout', 'overload']);

const BREAKER_WORDS = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.HalfOpen]: 'half_open',
  [CircuitState.Open]: 'open',
  [CircuitState.Isolated]: 'open',
} as const satisfies Record<CircuitState, McpServerHealth['breaker']>;

/** Lets so many calls run at once and so many wait for it. */
export type Turns = { run<T>(wait: WaitOptions, send: () => Promise<T>): Promise<T> };

/** The bulkhead of a server or of a tool. Throws DependencyError `overload` where neither runs nor waits what is too much. */
export function createTurns(server: string, concurrency: number, queued: number): Turns {
  const slots = bulkhead(concurrency, queued);
  return {
    run: async (wait, send) => {
      if (slots.executionSlots > 0 && !wait.signal.aborted) return slots.execute(send);
      return takeTurn(server, wait, (turn) =>
        slots
          .execute(() => turn.check() ?? turn.send(send))
          .catch((error) => {
            if (!isBulkheadRejectedError(error)) throw error;
            throw busy(server, `${concurrency} calls running and ${queued} waiting`);
          }),
      );
    },
  };
}

export type CallBreaker = {
  readonly state: McpServerHealth['breaker'];
  /** False while it is open, when a call would fail at once, and while it waits for the trial of another call. */
  readonly mayTry: boolean;
  run<T>(wait: WaitOptions, send: () => Promise<T>): Promise<T>;
};

/**
 * The circuit breaker of one endpoint. A lost connection takes every call along that is under way on it: that is one failure, not
 * as many as there were calls. Throws DependencyError `breaker_open` that says what has opened it.
 */
export function createBreaker(server: string, limits: CallLimits): CallBreaker {
  const takenAlong = new WeakSet<DependencyError>();
  const counts = (error: unknown) => isHealthFailure(error) && !takenAlong.has(error);
  let lostAt = Number.NEGATIVE_INFINITY;
  const noting = async <T>(send: () => Promise<T>): Promise<T> => {
    const startedAt = performance.now();
    try {
      return await send();
    } catch (error) {
      if (isHealthFailure(error) && error.failure === 'connection') {
        if (startedAt < lostAt) takenAlong.add(error);
        else lostAt = performance.now();
      }
      throw error;
    }
  };
  const breaker = circuitBreaker(handleWhen(counts), {
    halfOpenAfter: limits.breakerOpenMs,
    breaker: new ConsecutiveBreaker(limits.breakerFailures),
  });
  // What opened the breaker: without it, every later answer would hide why.
  const last = { failure: '', openedAt: Number.NEGATIVE_INFINITY };
  breaker.onBreak(() => {
    last.openedAt = performance.now();
  });
  const failed = (error: unknown): never => {
    if (isHealthFailure(error)) last.failure = error.message;
    if (!isBrokenCircuitError(error)) throw error;
    const leftMs = Math.max(0, Math.ceil(last.openedAt + limits.breakerOpenMs - performance.now()));
    throw openBreaker(server, leftMs, last.failure);
  };
  return {
    get state() {
      return BREAKER_WORDS[breaker.state];
    },
    get mayTry() {
      if (breaker.state !== CircuitState.Open) return breaker.state === CircuitState.Closed;
      return performance.now() - last.openedAt >= limits.breakerOpenMs;
    },
    run: async (wait, send) => {
      if (breaker.state === CircuitState.Closed) return breaker.execute(() => noting(send)).catch(failed);
      // A half-open breaker lets a call wait for another's trial until its caller is gone.
      return takeTurn(server, wait, (turn) =>
        breaker.execute(() => turn.check() ?? turn.send(() => noting(send))).catch(failed),
      );
    },
  };
}

/** Runs an attempt again where another may help. By hand because cockatiel's retry sleeps on when the caller has given up. */
export async function withRetries<T>(
  signal: AbortSignal,
  limits: CallLimits,
  random: () => number,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let attempts = 1; ; attempts++) {
    try {
      return await attempt();
    } catch (error) {
      if (attempts >= limits.attempts || !mayRetry(error, limits)) throw error;
      const ceiling = Math.min(limits.retryCapMs, limits.retryBaseMs * 2 ** (attempts - 1));
      // Never less than what the server asked for; jitter from half to the whole.
      await pause(Math.max(error.retryAfterMs ?? 0, ceiling * (0.5 + random() / 2)), signal);
    }
  }
}

/** Whether the failure speaks of the server's health rather than of the question. */
export function isHealthFailure(error: unknown): error is DependencyError {
  return error instanceof DependencyError && COUNTED.has(error.failure);
}

type Turn = { check(): Promise<never> | null; send<T>(send: () => Promise<T>): Promise<T> };

/** Gives up a call that still waits for its turn; one on its way follows the signal itself and knows what it has done. */
function takeTurn<T>(server: string, wait: WaitOptions, run: (turn: Turn) => Promise<T>): Promise<T> {
  let sent = false;
  let isGone = false;
  const turn: Turn = {
    // Nobody hears this any more; the breaker must not take it for a failure of the server.
    check: () => (isGone || wait.signal.aborted ? Promise.reject(gaveUp(server)) : null),
    send: (send) => {
      sent = true;
      return send();
    },
  };
  const ended = (by: 'caller' | 'deadline') => {
    isGone = true;
    return by === 'caller' ? gaveUp(server) : busy(server, `no turn within ${wait.deadlineMs} ms`);
  };
  return within(run(turn), wait, ended, () => !sent);
}

function mayRetry(error: unknown, { retryCapMs }: CallLimits): error is DependencyError {
  return error instanceof DependencyError && RETRIED.has(error.failure) && (error.retryAfterMs ?? 0) <= retryCapMs;
}

function openBreaker(server: string, retryAfterMs: number, lastFailure: string): DependencyError {
  const because = lastFailure ? `: ${lastFailure.slice(0, 300)}` : '';
  const message = `MCP server ${server} has failed repeatedly and is left alone for a while${because}`;
  return new DependencyError(server, 'breaker_open', message, { retryAfterMs });
}

function busy(server: string, why: string): DependencyError {
  return new DependencyError(server, 'overload', `MCP server ${server} is busy: ${why}`);
}

/** The caller is gone before anything was sent. */
export function gaveUp(server: string): DependencyError {
  return new DependencyError(server, 'aborted', `the caller gave up its call to MCP server ${server}`);
}
