import { z } from 'zod';
import { DependencyError, type DependencyErrorOptions, describeError, type FailureClass } from '../../errors.ts';
import { limitedFetch } from '../../http/limit-body.ts';
import type { TargetAuth } from '../server-target.ts';
import { readRetryAfter } from './retry-after.ts';

export type ClientCredentials = Extract<TargetAuth, { type: 'client_credentials' }>;

/** Tokens that are fetched when they are needed and kept as long as they say. */
export type Tokens = {
  /** Throws DependencyError: `auth` where the token is refused, else by what has failed on the way to it. */
  get(): Promise<string>;
  /** To be called with a token that was refused; one that was fetched meanwhile stays. */
  forget(refused: string): void;
};

/** A token is taken for expired so long before it is, ms, but at most for half of its life; one that says nothing lives so long, s. */
const EARLY_MS = 30_000;
const DEFAULT_TTL_S = 300;
const TOKEN_DEADLINE_MS = 5_000;
const MAX_BYTES = 1024 * 1024;

const tokenAnswer = z.object({ access_token: z.string().min(1), expires_in: z.unknown().optional() });

/** Tokens by the client credentials grant of OAuth 2.0 (RFC 6749 section 4.4); one request for all who need one. */
export function createTokens(auth: ClientCredentials, secretOf: () => string, now: () => number): Tokens {
  let known: { token: string; until: number } | null = null;
  let running: Promise<string> | null = null;
  const fetchToken = async () => {
    const { access_token: token, expires_in: expiresIn } = await requestToken(auth, secretOf());
    const lifeMs = secondsOf(expiresIn) * 1000;
    known = { token, until: now() + lifeMs - Math.min(EARLY_MS, lifeMs / 2) };
    return token;
  };
  return {
    get: async () => {
      if (known && known.until > now()) return known.token;
      running ??= fetchToken().finally(() => {
        running = null;
      });
      return running;
    },
    forget: (refused) => {
      if (known?.token === refused) known = null;
    },
  };
}

/** A life in seconds, as a number or in words; one that is over is good for one call, one that cannot be read is the default. */
function secondsOf(expiresIn: unknown): number {
  const isGiven = typeof expiresIn === 'number' || (typeof expiresIn === 'string' && expiresIn.trim() !== '');
  const seconds = isGiven ? Number(expiresIn) : Number.NaN;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : DEFAULT_TTL_S;
}

async function requestToken(auth: ClientCredentials, secret: string): Promise<z.output<typeof tokenAnswer>> {
  const { tokenUrl, clientId, scope, audience } = auth;
  const fail = (failure: FailureClass, why: string, options: DependencyErrorOptions = {}): never => {
    const message = `no token from ${new URL(tokenUrl).host} for client ${clientId}: ${why}`;
    throw new DependencyError('mcp', failure, message, options);
  };
  const basic = Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`).toString('base64');
  const headers = { authorization: `Basic ${basic}`, accept: 'application/json' };
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    ...(scope && { scope }),
    ...(audience && { audience }),
  });
  const signal = AbortSignal.timeout(TOKEN_DEADLINE_MS);
  const init = { method: 'POST', headers, body, signal, redirect: 'error' } as const;
  const answered = await limitedFetch(MAX_BYTES)(tokenUrl, init)
    .then(async (response) => ({ response, text: await response.text() }))
    .catch((cause) => fail(signal.aborted ? 'timeout' : 'connection', describeError(cause), { cause }));
  const { response, text } = answered;
  if (!response.ok) {
    const retryAfterMs = readRetryAfter(response.headers.get('retry-after')) ?? undefined;
    fail(failureOfStatus(response.status), `HTTP ${response.status} ${text.slice(0, 200)}`, { retryAfterMs });
  }
  const parsed = tokenAnswer.safeParse(parseJson(text));
  return parsed.success ? parsed.data : fail('auth', 'its answer is no JSON with an access_token');
}

/** An identity provider that is away for a moment is no refusal: asking again may help. */
function failureOfStatus(status: number): FailureClass {
  if (status === 429) return 'rate_limit';
  return status >= 500 ? 'overload' : 'auth';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
