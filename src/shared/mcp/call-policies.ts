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
import { DependencyError, type FailureClass, toError } from '../errors.ts';
import { abortable } from './abortable.ts';
import type { WaitOptions } from './mcp-connection.ts';
import type { McpServerHealth } from './mcp-gateway.types.ts';

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
  queued: 64,
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

export type CallPolicies = {
  readonly breaker: McpServerHealth['breaker'];
  /** Runs a call that may be sent again: with retries. */
  repeatable<T>(wait: WaitOptions, send: () => Promise<T>): Promise<T>;
  /** Runs a call that is sent once at most; it waits for its turn no longer than the deadline. */
  once<T>(wait: WaitOptions, send: () => Promise<T>): Promise<T>;
};

/** Retry, bulkhead and circuit breaker of one server, in this order from the outside. Every failure is a DependencyError. */
export function createCallPolicies(server: string, limits: CallLimits, random: () => number): CallPolicies {
  const slots = bulkhead(limits.concurrency, limits.queued);
  const breaker = circuitBreaker(
    handleWhen((error) => hasFailure(error, COUNTED)),
    { halfOpenAfter: limits.breakerOpenMs, breaker: new ConsecutiveBreaker(limits.breakerFailures) },
  );
  // What opened the breaker: without it, every later answer would hide why.
  const last = { failure: '' };
  const once: CallPolicies['once'] = (wait, send) =>
    takeTurn(server, wait, (turn) =>
      slots
        // Both may let a call wait (for a slot, for a half-open breaker's trial) until its caller is gone.
        .execute(() => turn.check() ?? breaker.execute(() => turn.check() ?? turn.send(send)))
        .catch((error) => {
          if (hasFailure(error, COUNTED)) last.failure = error.message;
          return Promise.reject(explain(server, error, limits, last.failure));
        }),
    );
  return {
    get breaker() {
      return BREAKER_WORDS[breaker.state];
    },
    once,
    repeatable: (wait, send) => withRetries(wait.signal, limits, random, () => once(wait, send)),
  };
}

/** By hand because cockatiel's retry sleeps on, timer and all, when the caller has given up. */
async function withRetries<T>(
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

type Turn = { check(): Promise<never> | null; send<T>(send: () => Promise<T>): Promise<T> };

/** Gives up a call that still waits for its turn; one on its way follows the signal itself and knows what it has done. */
function takeTurn<T>(server: string, { signal, deadlineMs }: WaitOptions, run: (turn: Turn) => Promise<T>): Promise<T> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]);
  const reason = () => (signal.aborted ? gaveUp(server) : busy(server, `no turn within ${deadlineMs} ms`));
  let sent = false;
  const turn: Turn = {
    // Nobody hears this any more; the breaker must not take it for a failure of the server.
    check: () => (patience.aborted ? Promise.reject(gaveUp(server)) : null),
    send: (send) => {
      sent = true;
      return send();
    },
  };
  return abortable(run(turn), patience, reason, () => !sent);
}

function mayRetry(error: unknown, { retryCapMs }: CallLimits): error is DependencyError {
  return hasFailure(error, RETRIED) && (error.retryAfterMs ?? 0) <= retryCapMs;
}

function hasFailure(error: unknown, failures: ReadonlySet<FailureClass>): error is DependencyError {
  return error instanceof DependencyError && failures.has(error.failure);
}

function explain(
  server: string,
  error: unknown,
  { breakerOpenMs, concurrency, queued }: CallLimits,
  lastFailure: string,
): Error {
  if (isBrokenCircuitError(error)) {
    const because = lastFailure ? `: ${lastFailure.slice(0, 300)}` : '';
    const message = `MCP server ${server} has failed repeatedly and is left alone for a while${because}`;
    return new DependencyError(server, 'breaker_open', message, { retryAfterMs: breakerOpenMs });
  }
  if (isBulkheadRejectedError(error)) return busy(server, `${concurrency} calls running and ${queued} waiting`);
  return toError(error);
}

function busy(server: string, why: string): DependencyError {
  return new DependencyError(server, 'overload', `MCP server ${server} is busy: ${why}`);
}

function gaveUp(server: string): DependencyError {
  return new DependencyError(server, 'aborted', `the caller gave up its call to MCP server ${server}`);
}
