import { z } from 'zod';
import { DependencyError } from '../../errors.ts';

/** The arguments by which a long list is read page by page. */
export const pageInput = (byDefault: number, max: number) => ({
  limit: z.number().int().min(1).max(max).default(byDefault).describe(`how many at most, up to ${max}`),
  cursor: z.string().max(40).optional().describe('nextCursor of the answer before, for the next page'),
});

/** What every page tells beside its items. */
export const pageOutput = { total: z.number(), nextCursor: z.string().nullable() };

export type Page<T> = { items: T[]; total: number; nextCursor: string | null };

/** One page of a list that was read whole. Throws DependencyError `bad_request` of the server for a cursor that is none of ours. */
export function pageOf<T>(server: string, all: readonly T[], page: { limit: number; cursor?: string }): Page<T> {
  const start = page.cursor === undefined ? 0 : Number(/^after-(\d{1,9})$/.exec(page.cursor)?.[1] ?? Number.NaN);
  if (Number.isNaN(start)) {
    throw new DependencyError(server, 'bad_request', '"cursor" is not one that an earlier answer gave as nextCursor');
  }
  const end = start + page.limit;
  return {
    items: all.slice(start, end),
    total: all.length,
    nextCursor: end < all.length ? `after-${end}` : null,
  };
}

/** The closing line of a page that is not the last; none otherwise. */
export const pageFooter = ({ items, total, nextCursor }: Page<unknown>): string[] =>
  nextCursor === null ? [] : [`(${items.length} of ${total}; cursor ${nextCursor} gives the next)`];
