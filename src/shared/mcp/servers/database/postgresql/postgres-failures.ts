import { DependencyError, describeError, type FailureClass } from '../../../../errors.ts';
import type { DatabaseTarget } from '../database-target.ts';

type Coded = { code?: string; message?: string };

/** What the server says of itself when it takes nobody in: such a refusal is an answer to how it is. */
const REFUSALS: Readonly<Record<string, string>> = {
  '53300': 'too_many_connections',
  '57P03': 'cannot_connect_now',
};

/** The server's own refusal to take a session; null for any other failure. */
export function serverRefusal(thrown: unknown): { code: string; message: string } | null {
  const { code = '', message = '' } = (thrown as Coded | null) ?? {};
  return Object.hasOwn(REFUSALS, code) ? { code: REFUSALS[code]!, message } : null;
}

const FAILURES: readonly [RegExp, FailureClass, string][] = [
  [/^28/, 'auth', 'check user and password of the target in DATABASE_TARGETS'],
  [/^3D000$/, 'not_found', 'check the database in the address of the target'],
  [/^42501$/, 'auth', 'grant its role pg_monitor (GRANT pg_monitor TO the user)'],
  [/^(?:53|57P03)/, 'overload', 'the server itself refuses'],
  [/^57014$/, 'timeout', 'the server has too much to do, or the question is expensive there'],
  [/^55P03$/, 'timeout', 'somebody holds an exclusive lock on what was asked about'],
  [/^57P0/, 'connection', 'the server ended the session'],
  [/^08P01$/, 'protocol', "give the server's own address, not that of a pooler such as PgBouncer"],
];

/** A failure to connect or to ask, with what to do; `signal` is that of the question. Never carries a password. */
export function postgresFailure({ name }: DatabaseTarget, thrown: unknown, signal: AbortSignal): DependencyError {
  if (thrown instanceof DependencyError) return thrown;
  const options = { cause: thrown };
  const what = `PostgreSQL target ${name}`;
  if (signal.aborted) {
    const late = (signal.reason as Error | undefined)?.name === 'TimeoutError';
    return new DependencyError(
      'database',
      late ? 'timeout' : 'aborted',
      `${what}: ${late ? 'no answer in time' : 'given up'}`,
      options,
    );
  }
  const { code = '' } = (thrown as Coded | null) ?? {};
  const message = describeError(thrown).split('\n')[0];
  const known = FAILURES.find(([pattern]) => pattern.test(code));
  // Codes of PostgreSQL have five characters, those of the operating system more.
  if (known)
    return new DependencyError('database', known[1], `${what}: ${message}: ${known[2]}`, { ...options, detail: code });
  if (/^[0-9A-Z]{5}$/.test(code)) {
    return new DependencyError('database', 'tool_error', `${what}: ${message}`, { ...options, detail: code });
  }
  const hint = /SSL|TLS|certificate|no pg_hba\.conf entry/i.test(message ?? '')
    ? ': check sslmode in the address and caFile of the target'
    : ': check the address of the target in DATABASE_TARGETS';
  return new DependencyError('database', 'connection', `${what}: ${message}${hint}`, options);
}
