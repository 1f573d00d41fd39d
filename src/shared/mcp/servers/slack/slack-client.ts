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
import type { DependencyError } from '../../../errors.ts';
import type { SlackOptionsOfCall } from './slack-failures.ts';
import { httpFailure, platformFailure, rateLimitFailure, requestFailure } from './slack-failures.ts';
import type { SlackServerOptions } from './slack-options.ts';

export type SlackCallOptions = {
  signal: AbortSignal;
  /** True when the call changes something in Slack: then a lost answer leaves it open whether it did. */
  effect: boolean;
};

export type SlackUpload = { channel_id: string; thread_ts: string; filename: string; title: string; content: string };

/** Slack's Web API for the tools; throws DependencyError (dependency `slack`) and never repeats a call. */
export type SlackClient = {
  call(method: string, args: Record<string, unknown>, options: SlackCallOptions): Promise<WebAPICallResult>;
  upload(upload: SlackUpload, options: SlackCallOptions): Promise<WebAPICallResult>;
};

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
  const call: SlackOptionsOfCall = { method, effect, signal, cause: thrown };
  if (thrown instanceof WebAPIPlatformError) {
    return platformFailure(thrown.data.error, thrown.data.response_metadata?.messages ?? [], call);
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
    fetch: (url, init) =>
      fetch(url, { ...init, signal: init?.signal ? AbortSignal.any([signal, init.signal]) : signal }),
  });
}

/** The Slack client; the only file that knows the SDK. */
export function createSlackClient(options: SlackServerOptions): SlackClient {
  const guarded = async <T>(method: string, call: SlackCallOptions, run: (client: WebClient) => Promise<T>) => {
    try {
      call.signal.throwIfAborted();
    } catch (error) {
      throw toFailure(error, method, { ...call, effect: false });
    }
    try {
      return await run(clientFor(options, call.signal));
    } catch (error) {
      throw toFailure(error, method, call);
    }
  };
  return {
    call: (method, args, call) => guarded(method, call, (client) => client.apiCall(method, args)),
    upload: (upload, call) => guarded('files.uploadV2', call, (client) => client.files.uploadV2(upload)),
  };
}
