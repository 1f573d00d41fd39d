import { numberAt, type Raw, textAt } from '../raw.ts';

/** A member by any of its names. */
export const any = (object: Raw, ...names: string[]): string | null =>
  names.map((name) => textAt(object, name)).find((value) => value !== null) ?? null;
/** The same for numbers. */
export const anyNumber = (object: Raw, ...names: string[]): number | null =>
  names.map((name) => numberAt(object, name)).find((value) => value !== null) ?? null;
