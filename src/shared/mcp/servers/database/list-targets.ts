import { z } from 'zod';
import type { ToolDefinition } from '../../server-definition.ts';
import { listingOf } from '../page-cursor.ts';
import { pageFooter, pageInput, pageOf, pageOutput } from '../page-of.ts';
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
  ...pageOutput,
});

/** `list_database_targets`: which databases may be asked; nothing is connected to. */
export function listTargets({ targets }: DatabaseDeps): ToolDefinition {
  const input = z.object(pageInput(100, 1000));
  return {
    name: 'list_database_targets',
    title: 'Configured databases',
    description: 'The databases that may be asked, with the names that they go by. Nothing else can be reached.',
    input,
    output,
    readOnly: true,
    run: async (given) => {
      const listed = targets.map(({ name, product, url, services }) => {
        const { host, pathname } = new URL(url);
        const database = product === 'postgresql' ? decodeURIComponent(pathname.slice(1)) || null : null;
        return { name, product, host, database, services: [...services] };
      });
      const { items, ...rest } = pageOf(listingOf('database', 'list_database_targets', {}), listed, input.parse(given));
      const lines = items.map(
        ({ name, product, host, database, services }) =>
          `${name}: ${product} at ${host}${database ? `/${database}` : ''}${services.length > 0 ? ` for ${services.join(', ')}` : ''}`,
      );
      const text = [...lines, ...pageFooter({ items, ...rest })].join('\n') || 'no databases are configured';
      return { data: { targets: items, ...rest }, text };
    },
  };
}
