import { createHash, timingSafeEqual } from 'node:crypto';

export type TokenFault = 'no_token' | 'authorization_missing' | 'authorization_malformed' | 'token_wrong';

/** `ok`, or why not: a code for metrics and a sentence for the operator that gives nothing away. */
export type TokenCheck = { ok: true } | { ok: false; fault: TokenFault; reason: string };

const REASONS: Record<TokenFault, string> = {
  no_token: 'no token is configured for this: set it in the environment',
  authorization_missing:
    'the Authorization header is missing: send `Bearer <token>`, or basic auth with the token as password',
  authorization_malformed: 'the Authorization header is neither `Bearer <token>` nor `Basic <base64 of user:token>`',
  token_wrong: 'the token is not the one that is configured here',
};

/**
 * Checks a bearer token, or basic auth whose password is the token (SNS and some others can do no better), against every
 * valid token. Both sides are hashed first, so that neither the length nor the first differing byte shows in the time.
 */
export function verifyToken(authorization: string | undefined, tokens: readonly string[]): TokenCheck {
  const usable = tokens.filter((token) => token !== '');
  if (usable.length === 0) return refused('no_token');
  if (!authorization) return refused('authorization_missing');
  const given = tokenIn(authorization);
  if (given === null) return refused('authorization_malformed');
  const matches = usable.map((token) => timingSafeEqual(hash(given), hash(token)));
  return matches.includes(true) ? { ok: true } : refused('token_wrong');
}

function tokenIn(authorization: string): string | null {
  const match = /^(bearer|basic) +(\S{1,4096}) *$/i.exec(authorization);
  const [, scheme, value] = match ?? [];
  if (!scheme || !value) return null;
  return scheme.toLowerCase() === 'bearer' ? value : passwordIn(value);
}

/** The user name is of no interest: the token is the secret. */
function passwordIn(base64: string): string | null {
  const pair = Buffer.from(base64, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return colon < 0 ? null : pair.slice(colon + 1);
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function refused(fault: TokenFault): TokenCheck {
  return { ok: false, fault, reason: REASONS[fault] };
}
