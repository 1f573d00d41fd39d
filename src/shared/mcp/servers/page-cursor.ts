import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { DependencyError } from '../../errors.ts';

/** What is listed: a tool of a server, and its arguments without those that choose the page. */
export type Listing = { server: string; tool: string; question: Readonly<Record<string, unknown>> };

/** The listing that a call asks for; `limit` may change from page to page. */
export function listingOf(server: string, tool: string, input: Record<string, unknown>): Listing {
  const { limit: _, cursor: __, ...question } = input;
  return { server, tool, question };
}

/**
 * A position in a listing as a text that says all there is to know: any replica of the server can go on from it. Its seal binds it to
 * the question; it guards against mix-ups and not against forgery, so that whoever reads a position asks for nothing by it that the
 * arguments alone could not ask for.
 */
export function writeCursor(listing: Listing, position: unknown): string {
  const body = Buffer.from(JSON.stringify(position)).toString('base64url');
  return `${body}.${sealOf(listing, body)}`;
}

/** The position that a cursor holds, null without one. Throws DependencyError `bad_request` for one that is not of this listing. */
export function readCursor<P>(listing: Listing, cursor: string | undefined, schema: z.ZodType<P>): P | null {
  if (cursor === undefined) return null;
  const [body = '', seal, ...more] = cursor.split('.');
  if (more.length > 0 || seal !== sealOf(listing, body)) throw foreignCursor(listing);
  const position = schema.safeParse(parsed(body));
  if (!position.success) throw foreignCursor(listing);
  return position.data;
}

/** What a cursor stood for is gone at the source. */
export function expiredCursor({ server, tool }: Listing, cause: unknown): DependencyError {
  const message = `"cursor" has expired, ${server} no longer keeps the state that it goes on from: call ${tool} again without it`;
  return new DependencyError(server, 'bad_request', message, { cause, detail: 'expired_cursor' });
}

function foreignCursor({ server, tool }: Listing): DependencyError {
  const message = `"cursor" is not one that ${tool} gave as nextCursor for these arguments: repeat the arguments of that call, or leave "cursor" out to begin with the first page`;
  return new DependencyError(server, 'bad_request', message, { detail: 'invalid_cursor' });
}

function sealOf({ server, tool, question }: Listing, body: string): string {
  const text = JSON.stringify([server, tool, sorted(question), body]);
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(Buffer.from(body, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

/** The same arguments in another order are the same question. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  const given = Object.entries(value).filter(([, item]) => item !== undefined);
  return given.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, item]) => [name, sorted(item)]);
}
