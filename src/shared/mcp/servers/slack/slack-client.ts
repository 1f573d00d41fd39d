import {
  type Logger,
  LogLevel,
  type WebAPICallResult,
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
  WebClient,
} from '@slack/web-api';
import { DependencyError } from '../../../errors.ts';
import { limitedFetch } from '../../../http/limit-body.ts';
import type { SlackOptionsOfCall } from './slack-failures.ts';
import { httpFailure, platformFailure, rateLimitFailure, requestFailure } from './slack-failures.ts';
import type { SlackServerOptions } from './slack-options.ts';

export type SlackCallOptions = {
  signal: AbortSignal;
  /** True when the call changes something in Slack: then a lost answer leaves it open whether it did. */
  effect: boolean;
};

/** Slack's Web API for the tools; throws DependencyError (dependency `slack`) and never repeats a call. */
export type SlackClient = {
  call(method: string, args: Record<string, unknown>, options: SlackCallOptions): Promise<WebAPICallResult>;
  /** Sends bytes to an address that Slack has given for them; they are not to be seen before the upload is completed. */
  send(url: string, bytes: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<void>;
};

/** A page of a thread's messages with all their blocks. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** The SDK prints every failure by itself; ours are thrown and logged by the caller. */
const SILENT: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  setName() {},
  getLevel: () => LogLevel.ERROR,
};

function toFailure(thrown: unknown, method: string, { signal, effect }: SlackCallOptions): DependencyError {
  if (thrown instanceof DependencyError) return thrown;
  const call: SlackOptionsOfCall = { method, effect, signal, cause: thrown };
  if (thrown instanceof WebAPIPlatformError) {
    const { error, response_metadata: more, needed } = thrown.data as typeof thrown.data & { needed?: string };
    return platformFailure(error, [...(more?.messages ?? []), ...(needed ? [`needs ${needed}`] : [])], call);
  }
  if (thrown instanceof WebAPIRateLimitedError) return rateLimitFailure(thrown.retryAfter * 1000, call);
  if (thrown instanceof WebAPIHTTPError) return httpFailure(thrown.statusCode, call);
  if (thrown instanceof WebAPIRequestError) return requestFailure(thrown.original, call);
  // A 429 without Retry-After reaches us as a bare Error of the SDK.
  if (thrown instanceof Error && thrown.message.includes('Retry header')) return rateLimitFailure(undefined, call);
  return requestFailure(thrown, call);
}

/** A client per call, because the SDK knows no per-call signal; making one costs well under a millisecond. */
function clientFor({ botToken, apiUrl, timeoutMs }: SlackServerOptions, signal: AbortSignal): WebClient {
  return new WebClient(botToken, {
    ...(apiUrl ? { slackApiUrl: apiUrl } : {}),
    logger: SILENT,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: timeoutMs,
    fetch: limitedFetch(MAX_ANSWER_BYTES, (url, init) =>
      fetch(url, { ...init, signal: init?.signal ? AbortSignal.any([signal, init.signal]) : signal }),
    ),
  });
}

/** The file host answers in plain text, and with another status than 200 when it did not take the bytes. */
async function sendBytes(
  url: string,
  body: Uint8Array<ArrayBuffer>,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body,
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
  });
  await response.body?.cancel();
  if (response.status !== 200)
    throw httpFailure(response.status, { method: 'file upload', effect: false, signal, cause: null });
}

/** The Slack client; the only file that knows the SDK. */
export function createSlackClient(options: SlackServerOptions): SlackClient {
  const guarded = async <T>(method: string, call: SlackCallOptions, run: () => Promise<T>) => {
    try {
      call.signal.throwIfAborted();
    } catch (error) {
      throw toFailure(error, method, { ...call, effect: false });
    }
    try {
      return await run();
    } catch (error) {
      throw toFailure(error, method, call);
    }
  };
  return {
    call: (method, args, call) => guarded(method, call, () => clientFor(options, call.signal).apiCall(method, args)),
    send: (url, bytes, signal) =>
      guarded('file upload', { signal, effect: false }, () => sendBytes(url, bytes, signal, options.timeoutMs)),
  };
}
