import type { DatabaseDeps } from '../ask-targets.ts';
import type { DatabaseTarget } from '../database-target.ts';

/** What is told of every target. */
export const headOf = ({ name }: DatabaseTarget, version: string | null, notes: string[], { now }: DatabaseDeps) => ({
  target: name,
  version,
  at: new Date(now()).toISOString(),
  notes,
});

/** What a user may not ask, or a service has switched off, becomes a note instead of a failure. */
export async function optional<T>(
  asked: Promise<unknown>,
  read: (reply: unknown) => T,
  missing: T,
  notes: string[],
  what: string,
): Promise<T> {
  try {
    return read(await asked);
  } catch (error) {
    const { name, message } = error as Error;
    if (name !== 'ReplyError' || !/^NOPERM|unknown (?:sub)?command|disabled/i.test(message)) throw error;
    const why = message.startsWith('NOPERM')
      ? `its user may not run it (ACL SETUSER the user ${what})`
      : message.slice(0, 200);
    notes.push(`${what.replace(/^\+/, '').replace('|', ' ').toUpperCase()} was not answered: ${why}`);
    return missing;
  }
}
