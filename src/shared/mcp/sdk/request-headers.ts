import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { DependencyError, describeError } from '../../errors.ts';
import { readFileVariables } from '../config/expand-variables.ts';
import type { ServerTarget, TargetAuth } from '../server-target.ts';

/** The headers that tell a server who asks. */
export type RequestHeaders = {
  /** As they are now. Throws DependencyError `auth` where the secret cannot be had. */
  current(): Promise<Record<string, string>>;
  /** To be called when the server refused them (401); true where others can be had, so that asking again may help. */
  renew(): boolean;
};

type HttpTarget = Extract<ServerTarget, { kind: 'http' }>;

/** A token is taken for expired so long before it is, ms; one without a time to live is kept so long, s. */
const EARLY_MS = 30_000;
const DEFAULT_TTL_S = 300;
const TOKEN_DEADLINE_MS = 5_000;

/** Headers of a target: fixed, out of files that are read again for every request, or with a token that is fetched. */
export function createRequestHeaders({ headers, auth }: HttpTarget, now: () => number = Date.now): RequestHeaders {
  const hasFiles = Object.values(headers).some((value) => value.includes('${file:'));
  const tokens = auth?.type === 'client_credentials' ? createTokens(auth, now) : null;
  const own = () =>
    hasFiles
      ? Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, readFileVariables(value)]))
      : headers;
  return {
    async current() {
      if (tokens) return { ...own(), authorization: `Bearer ${await tokens.get()}` };
      if (auth?.type === 'bearer') return { ...own(), authorization: `Bearer ${readSecret(auth.tokenFile)}` };
      return own();
    },
    renew() {
      tokens?.forget();
      return auth !== undefined || hasFiles;
    },
  };
}

type ClientCredentials = Extract<TargetAuth, { type: 'client_credentials' }>;

const tokenAnswer = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number().positive().optional() });

/** Tokens by the client credentials grant of OAuth 2.0 (RFC 6749 section 4.4); one request for all who need one. */
function createTokens(auth: ClientCredentials, now: () => number): { get(): Promise<string>; forget(): void } {
  let known: { token: string; until: number } | null = null;
  let running: Promise<string> | null = null;
  const fetchToken = async () => {
    const { access_token: token, expires_in: seconds = DEFAULT_TTL_S } = await requestToken(auth);
    known = { token, until: now() + Math.max(0, seconds * 1000 - EARLY_MS) };
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
    forget: () => {
      known = null;
    },
  };
}

async function requestToken(auth: ClientCredentials): Promise<z.output<typeof tokenAnswer>> {
  const { tokenUrl, clientId, scope, audience } = auth;
  const secret = auth.clientSecretFile ? readSecret(auth.clientSecretFile) : (auth.clientSecret ?? '');
  const basic = Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`).toString('base64');
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    ...(scope && { scope }),
    ...(audience && { audience }),
  });
  try {
    const headers = { authorization: `Basic ${basic}`, accept: 'application/json' };
    const signal = AbortSignal.timeout(TOKEN_DEADLINE_MS);
    const response = await fetch(tokenUrl, { method: 'POST', headers, body, signal, redirect: 'error' });
    const text = await response.text();
    if (!response.ok) throw new Error(`HTTP ${response.status} ${text.slice(0, 200)}`);
    return tokenAnswer.parse(JSON.parse(text));
  } catch (cause) {
    const message = `no token from ${new URL(tokenUrl).host} for client ${clientId}: ${describeError(cause)}`;
    throw new DependencyError('mcp', 'auth', message, { cause });
  }
}

function readSecret(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (cause) {
    throw new DependencyError('mcp', 'auth', `the secret ${path} cannot be read: ${describeError(cause)}`, { cause });
  }
}
