import { type ConfiguredServer, defaultCapabilities } from '../configured-server.ts';
import { KNOWN_MAPS, type KnownMapName, recogniseServer } from '../maps/index.ts';
import type { ServerTarget } from '../server-target.ts';
import type { Entry } from './entry-schema.ts';
import { putValues } from './put-values.ts';

/** The server that an entry asks for, once it has a name (null for one that is switched off), or what is wrong with the entry. */
export function toConfiguredServer(entry: Entry): ((name: string) => ConfiguredServer | null) | string {
  const targets = targetsOf(entry);
  if (typeof targets === 'string') return targets;
  const [target, ...replicas] = targets;
  const { discover, policy, tools, scope, cost, disabled } = entry;
  return (name) =>
    disabled
      ? null
      : {
          name,
          target: target!,
          capabilities: capabilitiesOf(name, entry),
          ...withoutUndefined({
            replicas: replicas.length > 0 ? replicas : undefined,
            discover,
            policy,
            tools,
            scope,
            cost,
          }),
        };
}

/** What the entry says before what is known of servers of that kind, before what a server of ours with that name answers. */
function capabilitiesOf(name: string, entry: Entry): ConfiguredServer['capabilities'] {
  const known =
    (entry.map as KnownMapName | undefined) ?? recogniseServer([name, entry.command, ...entry.args, entry.url]);
  const byName = known === null ? defaultCapabilities(name) : {};
  return { ...byName, ...(known && putValues(KNOWN_MAPS[known], entry.values)), ...entry.capabilities };
}

/** The targets of an entry, at least one, or what is wrong with it. */
function targetsOf(entry: Entry): ServerTarget[] | string {
  const { type, command, url, endpoints, discover, auth } = entry;
  if (type === 'sse') return 'the transport "sse" is no longer part of MCP: use the server\'s Streamable HTTP address';
  const given = Object.entries({ command, url, endpoints, discover }).filter(([, value]) => value !== undefined);
  if (given.length > 1) return `has both "${given[0]![0]}" and "${given[1]![0]}": leave one out`;
  const wantsStdio = type === 'stdio';
  if (given.length === 0) {
    return type === undefined || wantsStdio ? 'needs "command", or "url" for a remote server' : 'needs "url"';
  }
  if (command !== undefined) {
    if (type !== undefined && !wantsStdio) return 'needs "url"';
    return auth
      ? 'has "auth" beside "command": a child process gets its secrets by "env"'
      : [stdioTarget(entry, command)];
  }
  return wantsStdio ? 'needs "command", or "url" for a remote server' : httpTargets(entry);
}

function stdioTarget({ args, env, envFile, cwd, protocol }: Entry, command: string): ServerTarget {
  return { kind: 'stdio', command, args, env: { ...envFile, ...env }, cwd, ...withoutUndefined({ protocol }) };
}

function httpTargets({ url, headers, endpoints, discover, auth, protocol }: Entry): ServerTarget[] {
  const common = { kind: 'http', ...withoutUndefined({ auth, protocol }) } as const;
  if (endpoints === undefined)
    return [{ ...common, url: url ?? `${discover?.scheme}://discovered${discover?.path}`, headers }];
  return endpoints.map((endpoint) =>
    typeof endpoint === 'string'
      ? { ...common, url: endpoint, headers }
      : { ...common, url: endpoint.url, headers: { ...headers, ...endpoint.headers } },
  );
}

function withoutUndefined<T extends Record<string, unknown>>(object: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as never;
}
