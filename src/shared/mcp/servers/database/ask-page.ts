import type { ToolContext } from '../../server-definition.ts';
import { listingOf, readCursor, writeCursor } from '../page-cursor.ts';
import { offsetPosition } from '../page-of.ts';
import { askTargets, type DatabaseDeps } from './ask-targets.ts';
import type { DatabaseProduct, DatabaseTarget } from './database-target.ts';

/** Which part of each target's list a call shows. Servers live on between two calls, so that what runs now may move over an edge. */
export type ListPart = {
  limit: number;
  /** How many items the pages before have shown. */
  after: number;
  /** The part of a list that was read whole. */
  of<T>(all: T[]): T[];
  /** The part of a list that was read from `after` on, with one item more than `limit` where there is one. */
  ofRest<T>(rest: T[]): T[];
};

type Which = { target?: string; about?: string[] };
type Asked = Which & { limit: number; cursor?: string } & Record<string, unknown>;

/** As askTargets, a page of each target's list; `nextCursor` where the list of any of them goes on. */
export async function askPage<T>(
  deps: DatabaseDeps,
  product: DatabaseProduct,
  tool: string,
  asked: Asked,
  context: ToolContext,
  ask: (target: DatabaseTarget, signal: AbortSignal, part: ListPart) => Promise<T>,
): Promise<{ targets: T[]; truncated: boolean; nextCursor: string | null }> {
  const { limit, cursor, target: name, about } = asked;
  const listing = listingOf('database', tool, asked);
  const after = readCursor(listing, cursor, offsetPosition)?.after ?? 0;
  const end = after + limit;
  let truncated = false;
  const part: ListPart = {
    limit,
    after,
    of(all) {
      truncated ||= all.length > end;
      return all.slice(after, end);
    },
    ofRest(rest) {
      truncated ||= rest.length > limit;
      return rest.slice(0, limit);
    },
  };
  const targets = await askTargets(deps, product, { target: name, about }, context, (target, signal) =>
    ask(target, signal, part),
  );
  return { targets, truncated, nextCursor: truncated ? writeCursor(listing, { after: end }) : null };
}
