/** Why a call to a dependency failed; retry policy, breaker and metrics go by this word. */
export const FAILURE_CLASSES = [
  'connection',
  'timeout',
  'overload',
  'rate_limit',
  'bad_request',
  'not_found',
  'tool_error',
  'protocol',
  'auth',
  'refused',
  'aborted',
  'breaker_open',
  'not_configured',
] as const;
export type FailureClass = (typeof FAILURE_CLASSES)[number];

/** The failure classes that another attempt may cure. */
const RETRYABLE: ReadonlySet<FailureClass> = new Set([
  'connection',
  'timeout',
  'overload',
  'rate_limit',
  'breaker_open',
]);

export type FleetErrorCode =
  | 'config_invalid'
  | 'directory_locked'
  | 'body_invalid'
  | 'signature_invalid'
  | 'store_unavailable'
  | 'lease_lost'
  | 'dependency_failed'
  | 'deadline_exceeded'
  | 'shutting_down'
  | 'bug';

export type FleetErrorOptions = { cause?: unknown; retryable?: boolean };

/** Every error that we throw on purpose: a code, a sentence that helps, the cause, and whether trying again can help. */
export class FleetError extends Error {
  readonly code: FleetErrorCode;
  readonly retryable: boolean;

  constructor(code: FleetErrorCode, message: string, options: FleetErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.retryable = options.retryable ?? false;
  }
}

export type DependencyErrorOptions = { cause?: unknown; retryAfterMs?: number; sent?: boolean; detail?: string };

/** A call to the outside (LLM, MCP tool, Slack) that failed; `dependency` names it, for example `slack` or `llm`. */
export class DependencyError extends FleetError {
  readonly dependency: string;
  readonly failure: FailureClass;
  /** How long the other side asked us to wait, in ms; null when it did not say. */
  readonly retryAfterMs: number | null;
  /** True when the request may have had its effect although no answer came. */
  readonly ambiguous: boolean;
  /** The other side's own word, for example Slack's `channel_not_found`. */
  readonly detail: string | null;

  constructor(dependency: string, failure: FailureClass, message: string, options: DependencyErrorOptions = {}) {
    super('dependency_failed', message, { cause: options.cause, retryable: RETRYABLE.has(failure) });
    this.dependency = dependency;
    this.failure = failure;
    this.retryAfterMs = options.retryAfterMs ?? null;
    this.ambiguous = options.sent ?? false;
    this.detail = options.detail ?? null;
  }
}

/** Another worker holds the investigation now: stop at once and write nothing more. */
export class LeaseLostError extends FleetError {
  constructor(incidentId: string) {
    super(
      'lease_lost',
      `another worker has taken over incident ${incidentId}; this run stops without a further effect`,
    );
  }
}

/** Turns whatever was thrown into an Error, once, at the boundary. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** The message of an error and of its causes, joined; for logs and reasons. */
export function describeError(thrown: unknown): string {
  const parts: string[] = [];
  for (let error: unknown = thrown, depth = 0; error !== undefined && error !== null && depth < 5; depth++) {
    const { message, cause } = toError(error);
    if (message && !parts.some((part) => part.includes(message))) parts.push(message);
    // A host with two addresses fails with an AggregateError, whose own message is empty.
    error = cause ?? (error instanceof AggregateError ? error.errors[0] : undefined);
  }
  return parts.join(': ') || 'unknown error';
}
