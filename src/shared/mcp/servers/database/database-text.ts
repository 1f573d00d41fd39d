import { limitText } from '../../policies/limit-result.ts';
import { moreFooter } from '../page-of.ts';

/** Longer texts keep head, tail and digest, characters. */
const MAX_TEXT = 60_000;

/** The answers of several targets as one text, each under its name and version with its notes at the end. */
export function describeTargets<T extends { target: string; version: string | null; notes: string[] }>(
  product: string,
  targets: T[],
  describe: (answer: T) => string[],
): string {
  if (targets.length === 0) return `none of the databases that are meant is ${product}`;
  const lines = targets.flatMap((answer) => [
    `${answer.target} (${product} ${answer.version ?? 'of unknown version'})`,
    ...describe(answer).map((line) => `  ${line}`),
    ...answer.notes.map((note) => `  note: ${note}`),
  ]);
  return limitText(lines.join('\n'), MAX_TEXT);
}

/** The same of a page, with how to get the next one. */
export function describePage<T extends { target: string; version: string | null; notes: string[] }>(
  product: string,
  { targets, nextCursor }: { targets: T[]; nextCursor: string | null },
  describe: (answer: T) => string[],
): string {
  return [describeTargets(product, targets, describe), ...moreFooter('rows', nextCursor)].join('\n');
}

/** Bytes as people read them. */
export function bytesText(bytes: number | null): string {
  if (bytes === null) return 'unknown';
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, Math.abs(bytes))) / 3));
  return `${Math.round((bytes / 1000 ** power) * 10) / 10} ${units[power]}`;
}

/** Seconds as people read them. */
export const secondsText = (seconds: number | null): string => (seconds === null ? 'unknown' : `${seconds} s`);
