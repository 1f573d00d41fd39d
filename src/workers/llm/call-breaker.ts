/** Notices that a model asks the same thing again. */
export type CallBreaker = {
  /** How often this question has now been asked, this time included. */
  count(key: string): number;
};

/** The third time a model asks the same, it will not stop by itself. */
export const REPEATS_TOLERATED = 2;

/** Has seen nothing yet. */
export function createCallBreaker(): CallBreaker {
  const seen = new Map<string, number>();
  return {
    count(key) {
      const times = (seen.get(key) ?? 0) + 1;
      seen.set(key, times);
      return times;
    },
  };
}
