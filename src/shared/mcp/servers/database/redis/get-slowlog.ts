import type { CapabilityOutput } from '../../../capabilities.ts';
import { type ToolDefinition, toolFor } from '../../../server-definition.ts';
import { askPage } from '../ask-page.ts';
import type { DatabaseDeps } from '../ask-targets.ts';
import { describePage } from '../database-text.ts';
import { maskCommand } from './mask-command.ts';
import { headOf, optional } from './redis-answer.ts';
import { readRedis } from './redis-session.ts';

type Answer = CapabilityOutput<'redis.slowlog'>['targets'][number];

/** An entry as the server gives it: id, epoch seconds, microseconds, the command's words, client. */
type Entry = [number, number, number, string[], string?, string?];

const readEntry = ([, seconds, microseconds, words, client]: Entry): Answer['entries'][number] => ({
  at: new Date(Number(seconds) * 1000).toISOString(),
  durationMs: Number(microseconds) / 1000,
  command: maskCommand(words.map(String)),
  client: client || null,
});

/** `get_redis_slowlog`: which commands were slow. */
export function getSlowlog(deps: DatabaseDeps): ToolDefinition {
  return toolFor('redis.slowlog', {
    title: 'Slow commands of Redis',
    description:
      "The newest entries of the slow log, the slowest of them first: when, how long, and the command with its key's shape, without values.",
    run: async (input, context) => {
      const data = await askPage(deps, 'redis', 'get_redis_slowlog', input, context, (target, signal, part) =>
        readRedis(target, signal, async (ask): Promise<Answer> => {
          const notes: string[] = [];
          const entries = (await ask('slowlog', part.after + part.limit + 1)) as Entry[];
          const asked = ask('setting', 'slowlog-log-slower-than');
          const threshold = await optional(
            asked,
            (reply) => (reply as string[])[1] ?? null,
            null,
            notes,
            '+config|get',
          );
          return {
            ...headOf(target, null, notes, deps),
            thresholdMicroseconds: threshold === null ? null : Number(threshold),
            entries: part
              .of(entries)
              .map(readEntry)
              .sort((a, b) => b.durationMs - a.durationMs),
          };
        }),
      );
      return { data, text: describePage('Redis', data, describe) };
    },
  });
}

function describe({ thresholdMicroseconds, entries }: Answer): string[] {
  return [
    `${entries.length} entries${thresholdMicroseconds === null ? '' : ` of commands that took longer than ${thresholdMicroseconds} µs`}`,
    ...entries.map(
      ({ at, durationMs, command, client }) => `${at} ${durationMs} ms ${command}${client ? ` from ${client}` : ''}`,
    ),
  ];
}
