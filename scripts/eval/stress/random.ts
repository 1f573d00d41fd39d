import { createHash } from 'node:crypto';

/** A stream of numbers from 0 (included) to 1 that is the same for the same seed (mulberry32). */
export type Random = () => number;

export function randomOf(seed: string): Random {
  let state = createHash('sha1').update(seed).digest().readUInt32BE(0);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** A value of the normal distribution with mean 0 and deviation 1 (Box and Muller). */
export const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** A factor around 1 whose logarithm has the given deviation. */
export const factor = (random: Random, deviation: number): number => Math.exp(deviation * normal(random));

export const between = (random: Random, low: number, high: number): number => low + (high - low) * random();
export const integer = (random: Random, low: number, high: number): number =>
  Math.floor(between(random, low, high + 1));
export const oneOf = <T>(random: Random, values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
/** Between low and high, each order of magnitude as likely. */
export const spread = (random: Random, low: number, high: number): number =>
  Math.exp(between(random, Math.log(low), Math.log(high)));

export function shuffled<T>(random: Random, values: readonly T[]): T[] {
  const list = [...values];
  for (let index = list.length - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1));
    [list[index], list[other]] = [list[other]!, list[index]!];
  }
  return list;
}
