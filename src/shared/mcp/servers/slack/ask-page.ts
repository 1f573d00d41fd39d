import { z } from 'zod';
import { DependencyError } from '../../../errors.ts';
import { expiredCursor, type Listing } from '../page-cursor.ts';
import type { SlackClient } from './slack-client.ts';

/** What every page of a method with cursors tells beside its items. */
export type SlackPage = { has_more?: boolean; response_metadata?: { next_cursor?: string } };

/** Where Slack's own cursor goes on. */
export const slackPosition = z.object({ cursor: z.string().min(1) });

/** One page of a reading method. Throws DependencyError, `bad_request` of ours where Slack no longer knows its cursor. */
export async function askPage<T extends SlackPage>(
  client: SlackClient,
  listing: Listing,
  method: string,
  args: Record<string, unknown> & { cursor?: string },
  signal: AbortSignal,
): Promise<T> {
  try {
    return (await client.call(method, args, { signal, effect: false })) as unknown as T;
  } catch (error) {
    const isUnknown = error instanceof DependencyError && error.detail === 'invalid_cursor';
    throw isUnknown && args.cursor !== undefined ? expiredCursor(listing, error) : error;
  }
}
