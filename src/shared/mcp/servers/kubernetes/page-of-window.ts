import { z } from 'zod';
import { DependencyError } from '../../../errors.ts';
import { expiredCursor, type Listing, readCursor, writeCursor } from '../page-cursor.ts';
import { EXPIRED } from './kubernetes-failures.ts';
import type { ListPage, ListStart } from './kubernetes-reader.ts';

/** One listing of the API among those that make up what is asked for; `key` tells it from the others. */
export type Source<T> = { key: string; list(start: ListStart | undefined): Promise<ListPage<T>> };

/** Where each source goes on, in their order: null for one that has been read to its end. */
const windowStart = z.object({ token: z.string().optional(), resourceVersion: z.string().optional() }).nullable();
const position = z.object({ starts: z.array(windowStart), after: z.number().int().min(0) });
type Position = z.infer<typeof position>;

/** `complete` is false where there is more than the window. */
export type SortedPage<R> = { rows: R[]; nextCursor: string | null; complete: boolean };

/**
 * A page of a listing in an order of our own. The API lists by name, so that as much as one call may read (a window) is read and
 * sorted; the pages of it all read the same state of the cluster, and behind its last one the next window begins at the API's own
 * `continue` tokens. `arrange` filters and sorts. Throws DependencyError, `bad_request` for a cursor of another question or one
 * whose state the cluster has forgotten.
 */
export async function pageOfWindow<T, R>(
  asked: Listing,
  sources: Source<T>[],
  { limit, cursor }: { limit: number; cursor?: string },
  arrange: (items: T[]) => R[],
): Promise<SortedPage<R>> {
  // The namespaces that may be read, and the selectors of a service, may be others by now.
  const listing = { ...asked, question: { ...asked.question, sources: sources.map(({ key }) => key) } };
  const given = readCursor(listing, cursor, position);
  const starts = given?.starts ?? sources.map(() => ({}));
  const pages = await readWindow(listing, sources, starts, given !== null);
  const rows = arrange(pages.flatMap((page) => page?.items ?? []));
  const after = given?.after ?? 0;
  const next = after + limit < rows.length ? sameWindow(starts, pages, after + limit) : nextWindow(pages);
  return {
    rows: rows.slice(after, after + limit),
    nextCursor: next === null ? null : writeCursor(listing, next),
    complete: pages.every((page) => page?.complete ?? true),
  };
}

type Starts = Position['starts'];
type Pages<T> = (ListPage<T> | null)[];

async function readWindow<T>(listing: Listing, sources: Source<T>[], starts: Starts, goesOn: boolean) {
  try {
    const read = (source: Source<T>, start: Starts[number] = null) =>
      start === null ? null : source.list(goesOn ? start : undefined);
    return await Promise.all(sources.map((source, index) => read(source, starts[index])));
  } catch (error) {
    const isExpired = goesOn && error instanceof DependencyError && error.detail === EXPIRED;
    throw isExpired ? expiredCursor(listing, error) : error;
  }
}

/** A window that begins at a token is of that token's state already. */
function sameWindow<T>(starts: Starts, pages: Pages<T>, after: number): Position {
  const pinned = starts.map((start, index) => {
    if (start === null || start.token !== undefined) return start;
    return { resourceVersion: pages[index]?.resourceVersion ?? undefined };
  });
  return { starts: pinned, after };
}

function nextWindow<T>(pages: Pages<T>): Position | null {
  const starts = pages.map((page) => (page?.token ? { token: page.token } : null));
  return starts.every((start) => start === null) ? null : { starts, after: 0 };
}

/** The same listing in each namespace of a scope. */
export function sourcesIn<T>(
  namespaces: (string | undefined)[],
  list: (namespace: string | undefined, start: ListStart | undefined) => Promise<ListPage<T>>,
): Source<T>[] {
  return namespaces.map((namespace) => ({ key: namespace ?? '*', list: (start) => list(namespace, start) }));
}
