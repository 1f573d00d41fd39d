/** Pseudo-random numbers in [0, 1) that follow from the seed alone (mulberry32), so that a world reads the same every time. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Hexadecimal digits. */
export function randomId(random: () => number, length: number): string {
  let id = '';
  while (id.length < length)
    id += Math.floor(random() * 0x100000000)
      .toString(16)
      .padStart(8, '0');
  return id.slice(0, length);
}

/** A duration around `usual` with the long tail that services have: the median is `usual`, one in a hundred takes three times that. */
export function longTail(random: () => number, usual: number): number {
  const gaussian = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return usual * Math.exp(0.3 * gaussian);
}
