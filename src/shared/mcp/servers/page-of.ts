import { z } from 'zod';
import { cursorInput } from '../capability-schemas/paging.ts';
import { type Listing, readCursor, writeCursor } from './page-cursor.ts';

/** The arguments by which a long list is read page by page. */
export const pageInput = (byDefault: number, max: number) => ({
  limit: z.number().int().min(1).max(max).default(byDefault).describe(`how many at most, up to ${max}`),
  ...cursorInput,
});

/** What every page of a list whose length is known tells beside its items. */
export const pageOutput = { total: z.number(), nextCursor: z.string().nullable() };

export type Page<T> = { items: T[]; total: number; nextCursor: string | null };

/** How many items the pages before have given, for listings that know no other position. */
export const offsetPosition = z.object({ after: z.number().int().min(0) });

/**
 * One page of a list that was read whole; `pinned` is what the next page has to ask for to see the same list. Throws DependencyError
 * `bad_request` of the server for a cursor of another listing.
 */
export function pageOf<T>(
  listing: Listing,
  all: readonly T[],
  page: { limit: number; cursor?: string },
  pinned: Record<string, unknown> = {},
): Page<T> {
  const start = readCursor(listing, page.cursor, offsetPosition)?.after ?? 0;
  const end = start + page.limit;
  return {
    items: all.slice(start, end),
    total: all.length,
    nextCursor: end < all.length ? writeCursor(listing, { after: end, ...pinned }) : null,
  };
}

/** The closing line of a page that is not the last; none otherwise. */
export const pageFooter = ({ items, total, nextCursor }: Page<unknown>): string[] =>
  nextCursor === null ? [] : [`(${items.length} of ${total}; cursor ${nextCursor} gives the next)`];

/** The closing line of a page of a listing whose length nobody knows. */
export const moreFooter = (what: string, nextCursor: string | null | undefined): string[] =>
  nextCursor ? [`(there are more ${what}; cursor ${nextCursor} gives the next)`] : [];
