import { DependencyError, describeError, type FailureClass } from '../../../errors.ts';

export type SlackOptionsOfCall = {
  method: string;
  effect: boolean;
  signal: AbortSignal;
  cause: unknown;
};

const AUTH_WORDS = [
  'not_authed',
  'invalid_auth',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'missing_scope',
  'not_allowed_token_type',
  'no_permission',
  'access_denied',
  'org_login_required',
  'ekm_access_denied',
  'not_in_channel',
];
const NOT_FOUND_WORDS = [
  'channel_not_found',
  'invalid_channel',
  'thread_not_found',
  'invalid_thread_ts',
  'message_not_found',
  'file_not_found',
];
const RATE_WORDS = ['ratelimited', 'rate_limited', 'message_limit_exceeded'];
/** Slack's own troubles; by its documentation a part of the work may have been done before `fatal_error`. */
const OVERLOAD_WORDS = [
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'team_added_to_org',
  'file_update_failed',
];

const BY_WORD: ReadonlyMap<string, FailureClass> = new Map([
  ...AUTH_WORDS.map((word) => [word, 'auth'] as const),
  ...NOT_FOUND_WORDS.map((word) => [word, 'not_found'] as const),
  ...RATE_WORDS.map((word) => [word, 'rate_limit'] as const),
  ...OVERLOAD_WORDS.map((word) => [word, 'overload'] as const),
]);

const REMEDIES: Readonly<Record<string, string>> = {
  not_in_channel: 'invite the bot into the channel (/invite)',
  missing_scope: 'add the scope to the Slack app and install it again',
  invalid_auth: 'check SLACK_BOT_TOKEN',
  not_authed: 'set SLACK_BOT_TOKEN',
  token_revoked: 'install the Slack app again and renew SLACK_BOT_TOKEN',
  account_inactive: 'install the Slack app again and renew SLACK_BOT_TOKEN',
  is_archived: 'the channel is archived',
};

/** Errors after which it is certain that no request left this machine. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** A refusal in Slack's words (`ok: false`); anything that is not such a word was no answer of Slack's. */
export function platformFailure(word: string, messages: string[], call: SlackOptionsOfCall): DependencyError {
  const { method, effect, cause } = call;
  if (!/^[a-z0-9_]+$/.test(word)) {
    const message = `Slack ${method}: the answer is not JSON, is SLACK_API_URL right?`;
    return new DependencyError('slack', 'protocol', message, { cause, sent: effect });
  }
  const failure = BY_WORD.get(word) ?? 'bad_request';
  const more = [...messages, REMEDIES[word] ?? ''].filter(Boolean).join('; ');
  const message = `Slack ${method}: ${word}${more ? ` (${more})` : ''}`;
  return new DependencyError('slack', failure, message, {
    cause,
    detail: word,
    sent: effect && failure === 'overload',
  });
}

/** HTTP 429; `retryAfterMs` as Slack asked, undefined when it did not say. */
export function rateLimitFailure(retryAfterMs: number | undefined, call: SlackOptionsOfCall): DependencyError {
  const { method, cause } = call;
  const options = { cause, retryAfterMs, detail: 'ratelimited' };
  return new DependencyError('slack', 'rate_limit', `Slack ${method}: rate limited`, options);
}

/** Any other HTTP status than 200. */
export function httpFailure(status: number, call: SlackOptionsOfCall): DependencyError {
  const { method, effect, cause } = call;
  const message = `Slack ${method}: HTTP ${status}`;
  if (status >= 500) return new DependencyError('slack', 'overload', message, { cause, sent: effect });
  return new DependencyError('slack', status === 401 || status === 403 ? 'auth' : 'bad_request', message, { cause });
}

function codesOf(thrown: unknown): string[] {
  const codes: string[] = [];
  for (let error = thrown; error instanceof Error && codes.length < 5; error = error.cause) {
    codes.push(error.name, String((error as NodeJS.ErrnoException).code));
    if (error instanceof AggregateError) codes.push(...error.errors.flatMap(codesOf));
  }
  return codes;
}

/** No answer at all: refused, cut, too late or given up. */
export function requestFailure(original: unknown, call: SlackOptionsOfCall): DependencyError {
  const { method, effect, signal, cause } = call;
  const codes = codesOf(original);
  const timedOut = signal.aborted ? (signal.reason as Error)?.name === 'TimeoutError' : codes.includes('TimeoutError');
  if (timedOut) {
    const message = `Slack ${method}: no answer in time`;
    return new DependencyError('slack', 'timeout', message, { cause, sent: effect });
  }
  if (signal.aborted) {
    return new DependencyError('slack', 'aborted', `Slack ${method}: given up`, { cause, sent: effect });
  }
  const sent = effect && !codes.some((code) => NEVER_SENT.has(code));
  const message = `Slack ${method}: ${describeError(original)}`;
  return new DependencyError('slack', 'connection', message, { cause, sent });
}
