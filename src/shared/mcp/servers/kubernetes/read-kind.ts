import { z } from 'zod';
import type { ListOptions, ListPage } from './kubernetes-reader.ts';
import type { AnyObject } from './kubernetes-types.ts';

/** Where a kind goes on: the place of a namespace among those that are asked, and the API's `continue` token within it. */
const kindPosition = z.object({ namespace: z.number().int().min(0), token: z.string().optional() });
export type KindPosition = z.infer<typeof kindPosition>;

/** Where each kind goes on; those that have been read to their end are left out. */
export const kindPositions = z.record(z.string(), kindPosition);

export type KindPage = { items: AnyObject[]; next: KindPosition | null };

/** At most `limit` objects of one kind, namespace after namespace, in the API's order. Throws DependencyError. */
export async function readKind(
  list: (options: ListOptions) => Promise<ListPage<AnyObject>>,
  namespaces: (string | undefined)[],
  from: KindPosition = { namespace: 0 },
  limit: number,
  signal: AbortSignal,
): Promise<KindPage> {
  const items: AnyObject[] = [];
  let { token } = from;
  for (let index = from.namespace; index < namespaces.length; index++) {
    if (items.length >= limit) return { items, next: { namespace: index } };
    const start = token === undefined ? undefined : { token };
    const page = await list({ namespace: namespaces[index], start, max: limit - items.length, signal });
    items.push(...page.items);
    if (page.token !== null) return { items, next: { namespace: index, token: page.token } };
    token = undefined;
  }
  return { items, next: null };
}
