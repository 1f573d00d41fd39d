import { z } from 'zod';
import type { ToolDefinition } from '../../server-definition.ts';
import type { DatabaseDeps } from './ask-targets.ts';

const output = z.object({
  targets: z.array(
    z.object({
      name: z.string(),
      product: z.enum(['postgresql', 'redis']),
      host: z.string(),
      database: z.string().nullable(),
      services: z.array(z.string()),
    }),
  ),
});

/** `list_database_targets`: which databases may be asked; nothing is connected to. */
export function listTargets({ targets }: DatabaseDeps): ToolDefinition {
  const input = z.object({});
  return {
    name: 'list_database_targets',
    title: 'Configured databases',
    description: 'The databases that may be asked, with the names that they go by. Nothing else can be reached.',
    input,
    output,
    readOnly: true,
    run: async () => {
      const listed = targets.map(({ name, product, url, services }) => {
        const { host, pathname } = new URL(url);
        const database = product === 'postgresql' ? decodeURIComponent(pathname.slice(1)) || null : null;
        return { name, product, host, database, services: [...services] };
      });
      const lines = listed.map(
        ({ name, product, host, database, services }) =>
          `${name}: ${product} at ${host}${database ? `/${database}` : ''}${services.length > 0 ? ` for ${services.join(', ')}` : ''}`,
      );
      return { data: { targets: listed }, text: lines.join('\n') || 'no databases are configured' };
    },
  };
}
