import { readFileSync } from 'node:fs';
import { DependencyError, describeError } from '../../errors.ts';
import { readFileVariables } from '../config/expand-variables.ts';
import type { ServerTarget } from '../server-target.ts';
import { type ClientCredentials, createTokens } from './client-credentials.ts';

/** The headers that tell a server who asks. */
export type RequestHeaders = {
  /** As they are now. Throws DependencyError `auth` where the secret cannot be had. */
  current(): Promise<Record<string, string>>;
  /** To be called with those that the server refused (401); true where others can be had, so that asking again may help. */
  renew(refused: Record<string, string>): boolean;
};

type HttpTarget = Extract<ServerTarget, { kind: 'http' }>;

/** Headers of a target: fixed, out of files that are read again for every request, or with a token that is fetched. */
export function createRequestHeaders({ headers, auth }: HttpTarget, now: () => number = Date.now): RequestHeaders {
  const hasFiles = Object.values(headers).some((value) => value.includes('${file:'));
  const tokens = auth?.type === 'client_credentials' ? createTokens(auth, () => secretOf(auth), now) : null;
  const own = () => (hasFiles ? mapValues(headers, withFiles) : headers);
  const bearer = async () => {
    if (tokens) return await tokens.get();
    return auth?.type === 'bearer' ? readSecret(auth.tokenFile) : null;
  };
  return {
    async current() {
      if (auth === undefined && !hasFiles) return headers;
      const token = await bearer();
      const all: Record<string, string> = token === null ? own() : { ...own(), authorization: `Bearer ${token}` };
      return mapValues(all, (value, name) => sendable(name, value));
    },
    renew(refused) {
      tokens?.forget((refused.authorization ?? '').replace('Bearer ', ''));
      return auth !== undefined || hasFiles;
    },
  };
}

const secretOf = ({ clientSecret, clientSecretFile }: ClientCredentials): string =>
  clientSecretFile ? readSecret(clientSecretFile) : (clientSecret ?? '');

function withFiles(value: string): string {
  return readFileVariables(value, (message) => {
    throw new DependencyError('mcp', 'auth', message);
  });
}

const mapValues = (record: Record<string, string>, to: (value: string, name: string) => string) =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, to(value, name)]));

function readSecret(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (cause) {
    throw new DependencyError('mcp', 'auth', `the secret ${path} cannot be read: ${describeError(cause)}`, { cause });
  }
}

/** The value of a header without what no header may have: fetch would quote the secret in its error. */
function sendable(name: string, value: string): string {
  if (/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) return value;
  const message = `the header ${name} holds a line break or another character that cannot be sent: correct its secret`;
  throw new DependencyError('mcp', 'auth', message);
}
