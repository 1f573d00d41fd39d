import { DependencyError, type FailureClass, FleetError, toError } from '../../shared/errors.ts';
import { maskSecrets } from '../../shared/mask-secrets.ts';

const MOST_RETRY_AFTER_MS = 10 * 60_000;

/** An error of the `openai` package, taken apart by the adapter. */
export type SdkFailure =
  | { kind: 'timeout' | 'aborted' | 'connection' | 'other'; cause: unknown }
  | {
      kind: 'http';
      cause: unknown;
      status: number;
      code: string | null;
      param: string | null;
      body: unknown;
      headers: Headers;
    };

/** Turns a failed call into a DependencyError of the right failure class; `signal` is the call's own. */
export function failureOf(failed: SdkFailure, signal: AbortSignal): DependencyError {
  const { cause } = failed;
  if (signal.aborted) return abortion(signal, cause);
  switch (failed.kind) {
    case 'timeout':
      return failure('timeout', 'the LLM did not answer in time', cause);
    case 'aborted':
      return failure('aborted', 'the call of the LLM was stopped', cause);
    case 'connection':
      return failure('connection', 'the LLM server cannot be reached', cause);
    case 'http':
      return httpFailure(failed);
    case 'other':
      return otherFailure(cause);
  }
}

/** The detail of a connection that was lost after the request had been taken: the model has worked, or still does. */
export const BROKEN_OFF = 'broken_off';

function otherFailure(cause: unknown): DependencyError {
  if (cause instanceof SyntaxError) return failure('protocol', 'the LLM server answered with unreadable JSON', cause);
  const { name, message } = toError(cause);
  const broken = /terminated|socket|ECONN|fetch failed|premature|aborted/i.test(`${name} ${message}`);
  if (broken) return failure('connection', 'the connection to the LLM server broke off', cause, { detail: BROKEN_OFF });
  return failure('protocol', `the call of the LLM failed: ${maskSecrets(message).slice(0, 300)}`, cause);
}

function abortion({ reason }: AbortSignal, cause: unknown): DependencyError {
  const late =
    (reason instanceof FleetError && reason.code === 'deadline_exceeded') ||
    (reason instanceof Error && reason.name === 'TimeoutError');
  return late
    ? failure('timeout', 'the LLM did not answer in time', cause)
    : failure('aborted', 'the call of the LLM was stopped', cause);
}

function failure(
  kind: FailureClass,
  message: string,
  cause: unknown,
  more: { detail?: string; retryAfterMs?: number } = {},
): DependencyError {
  return new DependencyError('llm', kind, message, { cause, ...more });
}

const BY_STATUS: Record<number, FailureClass> = {
  401: 'auth',
  403: 'auth',
  404: 'not_found',
  408: 'timeout',
  409: 'overload',
  429: 'rate_limit',
};

type HttpFailure = Extract<SdkFailure, { kind: 'http' }>;

function httpFailure(failed: HttpFailure): DependencyError {
  const { status, cause: error } = failed;
  const said = maskSecrets(toError(error).message).slice(0, 300);
  const code = failed.code ?? undefined;
  if (status === 400 && isContentFilter(failed))
    return failure('refused', 'the content filter of the LLM rejected the prompt', error, { detail: 'content_filter' });
  if (code === 'insufficient_quota')
    return failure('auth', `the LLM account has no quota left: ${said}`, error, { detail: code });
  const kind = BY_STATUS[status] ?? (status >= 500 ? 'overload' : 'bad_request');
  const detail = unsupported(failed) ?? code;
  return failure(kind, `the LLM server answered ${said}`, error, {
    detail,
    retryAfterMs: retryAfterMs(failed.headers),
  });
}

/** Azure says it as the code, or as the inner error of its responsible-AI policy. */
function isContentFilter({ code, body }: HttpFailure): boolean {
  return (
    code === 'content_filter' ||
    /ResponsibleAIPolicyViolation|content_filter/.test(JSON.stringify(body ?? '').slice(0, 5000))
  );
}

const TOO_LONG =
  /context[ _](?:length|size|window)|maximum context|(?:prompt|input|request) (?:is |was )?too (?:long|large)|exceeds? the (?:available|maximum|model's)[^.]{0,40}(?:context|tokens)/i;

/** Which of our parameters the server does not know, so that the caller can do without. */
function unsupported({ cause, param, status, code }: HttpFailure): string | undefined {
  if (status === 413) return 'context_length';
  if (status !== 400 && status !== 422) return undefined;
  const said = `${param ?? ''} ${toError(cause).message}`;
  if (code === 'context_length_exceeded' || TOO_LONG.test(said)) return 'context_length';
  // Before the form: some servers know tools and schemas, but not both in one request.
  if (/\btools?\b|tool_choice|function.?call/i.test(said)) return 'unsupported_tools';
  if (
    /max_completion_tokens|max_tokens/.test(said) &&
    /unsupported|unrecognized|unknown|not supported|extra/i.test(said)
  )
    return 'unsupported_limit';
  return /response_format|json_schema|json_object|structured output|json mode/i.test(said)
    ? 'unsupported_form'
    : undefined;
}

/** `retry-after-ms`, or `retry-after` in seconds or as a date (RFC 9110, 10.2.3), in ms. */
function retryAfterMs(headers: Headers): number | undefined {
  const ms = Number(headers.get('retry-after-ms') ?? Number.NaN);
  if (Number.isFinite(ms) && ms >= 0) return Math.min(ms, MOST_RETRY_AFTER_MS);
  const text = headers.get('retry-after');
  if (!text) return undefined;
  const wait = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isFinite(wait) ? Math.min(Math.max(0, wait), MOST_RETRY_AFTER_MS) : undefined;
}
