import { z } from 'zod';
import { DependencyError } from '../../errors.ts';
import { matchesName } from '../policies/server-policy.ts';

const names = z.array(z.string().min(1)).min(1);

/** The form of `scope` in a server's entry: what its tools may be asked about; a list that is left out limits nothing. */
export const callScopeSchema = z.strictObject({
  namespaces: names.optional(),
  hosts: names.optional(),
  databases: names.optional(),
});
export type CallScope = z.output<typeof callScopeSchema>;

/** The arguments that each list is about, as the tools of common servers call them. */
const ARGUMENTS: Record<keyof CallScope, RegExp> = {
  namespaces: /^namespaces?$/i,
  hosts: /^(?:host|hostname|url|uri|address|target|server|domain|fqdn|ip|dsn|connection_?string)s?$/i,
  databases: /^(?:database|databases|db|dbname|database_name|databaseName)$/i,
};

/** Whether one of these arguments says what a list of the scope is about. */
export function takes(kind: keyof CallScope, names: readonly string[]): boolean {
  return names.some((name) => ARGUMENTS[kind].test(name));
}

/**
 * Throws DependencyError `refused` where the arguments name something outside of the scope, or leave out the namespace that the
 * tool takes and so mean all of them.
 */
export function checkScope(
  server: string,
  scope: CallScope | undefined,
  args: Record<string, unknown>,
  known: readonly string[] = [],
): void {
  for (const kind of Object.keys(scope ?? {}) as (keyof CallScope)[]) {
    const allowed = scope?.[kind];
    if (!allowed) continue;
    const given = valuesOf(args, ARGUMENTS[kind]);
    const outside = given.find((value) => !allowed.some((pattern) => matchesName(pattern, hostOf(kind, value))));
    if (outside !== undefined) throw refused(server, kind, `"${outside.slice(0, 100)}" is`, allowed);
    if (given.length === 0 && takes(kind, known))
      throw refused(server, kind, 'leaving it out means everything, which is', allowed);
  }
}

/** Every text under an argument of that name, however deep. */
function valuesOf(value: unknown, name: RegExp, isNamed = false): string[] {
  if (typeof value === 'string') return isNamed ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((item) => valuesOf(item, name, isNamed));
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, item]) => valuesOf(item, name, name.test(key)));
}

function hostOf(kind: keyof CallScope, value: string): string {
  if (kind !== 'hosts') return value;
  // Without its slashes "db:80" would be taken for a URL whose scheme is "db".
  return value.includes('://') ? (URL.parse(value)?.hostname ?? value) : value.replace(/:\d+$/, '');
}

function refused(server: string, kind: string, what: string, allowed: readonly string[]): DependencyError {
  const message = `${what} outside of the ${kind} that MCP server ${server} may be asked about: ${allowed.join(', ')}`;
  return new DependencyError(server, 'refused', message);
}
