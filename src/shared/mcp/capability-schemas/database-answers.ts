import { z } from 'zod';
import { cursorInput, nextCursorOutput } from './paging.ts';

/**
 * Which of the configured databases is asked: by its name, or by what an alert calls it (a host, a service, a database, a pod). Without
 * either it is the only one there is.
 */
export const which = {
  target: z.string().max(200).optional(),
  about: z.array(z.string().max(300)).min(1).max(20).optional(),
};

/** A number that may not be told. */
export const maybe = z.number().nullable();

/** What is told of every database that was asked. `notes` say what could not be seen, and what to do about it. */
const head = { target: z.string(), version: z.string().nullable(), at: z.string(), notes: z.array(z.string()) };

/** A refusal of the server itself, which says how it is: no connection slot left, starting up, shutting down. */
export const refused = z.object({ code: z.string(), message: z.string() }).nullable();

/** An answer of each target. */
export const answers = <T extends z.ZodRawShape>(shape: T) =>
  z.object({ targets: z.array(z.object({ ...head, ...shape })) });

/** How many items of each target's list. */
export const paged = (byDefault: number, max: number) => ({
  limit: z.number().int().min(1).max(max).default(byDefault),
  ...cursorInput,
});
/** `truncated` where the list of any target goes on. */
export const pagedAnswers = <T extends z.ZodRawShape>(shape: T) =>
  answers(shape).extend({ truncated: z.boolean().optional(), ...nextCursorOutput });
