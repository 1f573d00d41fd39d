import { DependencyError, describeError, type FailureClass } from '../../../../errors.ts';
import type { DatabaseTarget } from '../database-target.ts';

const FAILURES: readonly [RegExp, FailureClass, string][] = [
  [
    /^(?:WRONGPASS|NOAUTH|ERR AUTH|ERR invalid password)/i,
    'auth',
    'check user and password of the target in DATABASE_TARGETS',
  ],
  [
    /^NOPERM/i,
    'auth',
    'allow its user the reading commands (ACL SETUSER the user +info +slowlog|get +client|list +latency|latest +config|get)',
  ],
  [/^DENIED/i, 'auth', 'the server takes connections of its own machine only (protected-mode)'],
  [/max number of clients/i, 'overload', 'the server itself refuses'],
  [/^(?:LOADING|BUSY|MASTERDOWN)/i, 'overload', 'the server has something else to do first'],
  [/^ERR unknown (?:sub)?command/i, 'tool_error', 'this server does not know the command, or it was renamed'],
];

/** What the server says of itself when it takes nobody in; null for any other failure. */
export function serverRefusal(thrown: unknown): { code: string; message: string } | null {
  const message = thrown instanceof Error ? thrown.message : '';
  if (/max number of clients reached/i.test(message)) return { code: 'max_clients_reached', message };
  return /^LOADING/i.test(message) ? { code: 'loading', message } : null;
}

/** A failure to connect or to ask, with what to do; `signal` is that of the question. Never carries a password. */
export function redisFailure({ name }: DatabaseTarget, thrown: unknown, signal: AbortSignal): DependencyError {
  if (thrown instanceof DependencyError) return thrown;
  const what = `Redis target ${name}`;
  const options = { cause: thrown };
  if (signal.aborted) {
    const late = (signal.reason as Error | undefined)?.name === 'TimeoutError';
    const kind: FailureClass = late ? 'timeout' : 'aborted';
    return new DependencyError('database', kind, `${what}: ${late ? 'no answer in time' : 'given up'}`, options);
  }
  const message = describeError(thrown).split('\n')[0] ?? '';
  const known = FAILURES.find(([pattern]) => pattern.test(message));
  if (known) return new DependencyError('database', known[1], `${what}: ${message}: ${known[2]}`, options);
  if ((thrown as Error | null)?.name === 'ReplyError') {
    return new DependencyError('database', 'tool_error', `${what}: ${message}`, options);
  }
  const hint = 'check the address of the target in DATABASE_TARGETS (rediss:// where the server wants TLS)';
  return new DependencyError('database', 'connection', `${what}: ${message}: ${hint}`, options);
}
