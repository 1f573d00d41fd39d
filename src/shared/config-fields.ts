import { z } from 'zod';

/** The forms of variables that several parts of the configuration share; each fault is a phrase that follows the variable's name. */

/** A text that may be left out. */
export const optionalText = z.string().trim().min(1).optional();

/** An http(s) URL that may be left out. */
export const optionalUrl = z.url({ protocol: /^https?$/, error: 'is not an http(s) URL' }).optional();

/** A whole number within bounds. */
export const wholeNumber = (fallback: number, min: number, max: number) =>
  z.coerce
    .number({ error: `is not a whole number from ${min} to ${max}` })
    .int()
    .min(min)
    .max(max)
    .default(fallback);

/** Yes or no, by default no. */
export const flag = z
  .enum(['true', 'false', '1', '0'], { error: 'is neither true nor false' })
  .default('false')
  .transform((value) => value === 'true' || value === '1');

/** Words separated by commas; none when left out. */
export const list = z
  .string()
  .default('')
  .transform((value) =>
    value
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean),
  );
