import { z } from 'zod';

/** Longest cursor that is read, characters: one of Kubernetes may hold a token for every kind and namespace. */
const MAX_CURSOR = 32_768;

/** Where a listing goes on. Without it the first page is given. */
export const cursorInput = {
  cursor: z
    .string()
    .max(MAX_CURSOR)
    .optional()
    .describe('nextCursor of the answer before, with otherwise the same arguments, for the next page'),
};

/** Null on the last page. Servers that are not ours may leave it out. */
export const nextCursorOutput = { nextCursor: z.string().nullable().optional() };
