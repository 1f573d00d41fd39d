import type { CapabilityOutput } from '../../../capabilities.ts';
import { type ToolDefinition, toolFor } from '../../../server-definition.ts';
import { askPage } from '../ask-page.ts';
import type { DatabaseDeps } from '../ask-targets.ts';
import { bytesText, describePage } from '../database-text.ts';
import { headOf } from './redis-answer.ts';
import { readRedis } from './redis-session.ts';

type Answer = CapabilityOutput<'redis.clients'>['targets'][number];
type Client = Record<string, string>;

/** A line of CLIENT LIST: `name=value` pairs with spaces between. */
const readClient = (line: string): Client =>
  Object.fromEntries([...line.matchAll(/([\w-]+)=(\S*)/g)].map(([, name, value]) => [name!, value!]));

const hostOf = (address = '') => address.replace(/:\d+$/, '');

/** `get_redis_clients`: who is connected. */
export function getClients(deps: DatabaseDeps): ToolDefinition {
  return toolFor('redis.clients', {
    title: 'Clients of Redis',
    description:
      'Who is connected, by address, name and user: how many, blocked, longest idle, and output that waits to be read.',
    run: async (input, context) => {
      const data = await askPage(deps, 'redis', 'get_redis_clients', input, context, (target, signal, part) =>
        readRedis(target, signal, async (ask): Promise<Answer> => {
          const lines = String(await ask('clients'))
            .split('\n')
            .filter((line) => line.trim() !== '');
          const clients = lines.map(readClient);
          return {
            ...headOf(target, null, [], deps),
            total: clients.length,
            byClient: part.of(grouped(clients)),
          };
        }),
      );
      return { data, text: describePage('Redis', data, describe) };
    },
  });
}

function grouped(clients: Client[]): Answer['byClient'] {
  const groups = Map.groupBy(clients, ({ addr, name, user }) => JSON.stringify([hostOf(addr), name, user]));
  return [...groups.values()]
    .map((group) => {
      const [first] = group;
      const most = (field: string) => group.reduce((top, client) => Math.max(top, Number(client[field] ?? 0) || 0), 0);
      return {
        address: hostOf(first?.addr),
        name: first?.name || null,
        user: first?.user || null,
        count: group.length,
        blocked: group.filter(({ flags = '' }) => flags.includes('b')).length,
        longestIdleSeconds: most('idle'),
        outputBytes: group.reduce((sum, client) => sum + (Number(client.omem ?? 0) || 0), 0),
        lastCommand: first?.cmd && first.cmd !== 'NULL' ? first.cmd.toUpperCase() : null,
      };
    })
    .sort((a, b) => b.count - a.count || b.outputBytes - a.outputBytes || a.address.localeCompare(b.address));
}

function describe({ total, byClient }: Answer): string[] {
  return [
    `${total} clients`,
    ...byClient.map(
      (one) =>
        `${one.count} from ${one.address} ${one.name ?? ''} (user ${one.user ?? '-'}): ${one.blocked} blocked, idle for ${one.longestIdleSeconds} s at most, output ${bytesText(one.outputBytes)}, last command ${one.lastCommand ?? '-'}`,
    ),
  ];
}
