import { DependencyError } from '../../../errors.ts';
import { EXPIRED, TOO_LARGE_ANSWER, unexpectedAnswer } from './kubernetes-failures.ts';
import type { Get, Query } from './kubernetes-http.ts';
import type { ListOptions, ListPage, ListStart } from './kubernetes-reader.ts';

/** Where the API keeps the objects of a kind. */
export type Place = [group: string, resource: string];

/** Objects of one request: a page is parsed in one go. */
const PAGE_SIZE = 250;
/** Objects of one listing, where the caller wants no other number. */
const MAX_ITEMS = 3_000;
/** Where a page is too large, smaller ones are asked for, down to this. */
const SMALLEST_PAGE = 4;

export const inNamespace = (namespace: string | undefined) =>
  namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;

/**
 * A listing from its start up to `max` objects by as many requests as it takes, of one namespace or, where none is given, of all; of
 * each object what `pick` keeps.
 * Throws DependencyError, with detail `Expired` where the cluster no longer keeps the state that `start` names.
 */
export async function readList<T>(
  get: Get,
  place: Place,
  options: ListOptions,
  pick: (item: T) => T = (item) => item,
): Promise<ListPage<T>> {
  try {
    return await readPages<T>(get, place, options, pick);
  } catch (error) {
    // Compaction took the state away between two pages; only who asked for that very state has to hear of it.
    if (options.start !== undefined || !isFailure(error, EXPIRED)) throw error;
    return await readPages<T>(get, place, options, pick);
  }
}

async function readPages<T>(
  get: Get,
  [group, resource]: Place,
  options: ListOptions,
  pick: (item: T) => T,
): Promise<ListPage<T>> {
  const { namespace, labelSelector, fieldSelector, start = {}, max = MAX_ITEMS, signal } = options;
  const path = `/${group}${inNamespace(namespace)}/${resource}`;
  const items: T[] = [];
  let at: ListStart = start;
  let { resourceVersion = null }: { resourceVersion?: string | null } = start;
  let size = PAGE_SIZE;
  for (;;) {
    const limit = Math.min(size, max - items.length);
    try {
      const query = { labelSelector, fieldSelector, limit, ...startOf(at) };
      const page = parseList<T>(await get(`list ${resource}`, path, query, signal), resource);
      items.push(...page.items.map(pick));
      resourceVersion ??= page.metadata?.resourceVersion ?? null;
      const token = page.metadata?.continue || null;
      if (token === null) return { items, complete: true, token, resourceVersion };
      if (items.length >= max) return { items, complete: false, token, resourceVersion };
      at = { token };
    } catch (error) {
      if (limit <= SMALLEST_PAGE || !isFailure(error, TOO_LARGE_ANSWER)) throw error;
      size = Math.max(SMALLEST_PAGE, Math.floor(limit / 8));
    }
  }
}

const isFailure = (error: unknown, detail: string) => error instanceof DependencyError && error.detail === detail;

/** A `continue` token names its state itself; the API refuses both together. */
function startOf({ token, resourceVersion }: ListStart): Query {
  if (token !== undefined) return { continue: token };
  return resourceVersion === undefined ? {} : { resourceVersion, resourceVersionMatch: 'Exact' };
}

type List<T> = { items: T[]; metadata?: { continue?: string; resourceVersion?: string } };

function parseList<T>(text: string, resource: string): List<T> {
  try {
    const list = JSON.parse(text, toDate);
    if (Array.isArray(list?.items)) return list;
  } catch (error) {
    throw unexpectedAnswer(`list ${resource}`, error);
  }
  throw unexpectedAnswer(`list ${resource}`, new Error('it holds no items'));
}

/** The names under which the API writes times. */
const TIME_FIELD = /(?:Timestamp|Time|edAt)$|^time$/;
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;

function toDate(name: string, value: unknown): unknown {
  const isTime = typeof value === 'string' && TIME_FIELD.test(name) && RFC_3339.test(value);
  return isTime ? new Date(value) : value;
}
