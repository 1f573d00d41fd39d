import type { BalanceStrategy } from '../policies/server-policy.ts';

/** What the choice among endpoints goes by. */
export type EndpointLoad = {
  inFlight: number;
  latencyMs: number | null;
  errorRate: number;
  /** From 0 (just back) to 1 (back for long). */
  warmth: number;
};

/** Faster than this is fast, ms. */
const LEAST_LATENCY_MS = 1;
const LEAST_WARMTH = 0.1;

/** The next of these endpoints to ask. `turn` counts the choices made so far, `random` gives 0 to 1. */
export function chooseEndpoint<T extends { load(): EndpointLoad }>(
  strategy: BalanceStrategy,
  endpoints: readonly T[],
  turn: number,
  random: () => number,
): T | null {
  if (endpoints.length <= 1) return endpoints[0] ?? null;
  const loads = endpoints.map((endpoint) => endpoint.load());
  const first = endpoints[turn % endpoints.length]!;
  switch (strategy) {
    case 'round_robin':
      // One that comes back gets its share by and by.
      return random() < loads[turn % endpoints.length]!.warmth ? first : endpoints[(turn + 1) % endpoints.length]!;
    case 'least_in_flight': {
      const weights = loads.map(({ inFlight, warmth }) => (inFlight + 1) / Math.max(LEAST_WARMTH, warmth));
      return rotatedMinimum(endpoints, weights, turn);
    }
    case 'weighted': {
      // One that has shown nothing yet is taken for as fast as the fastest.
      const fastest = Math.min(...loads.map(({ latencyMs }) => latencyMs ?? Number.POSITIVE_INFINITY));
      const unknownMs = Number.isFinite(fastest) ? fastest : LEAST_LATENCY_MS;
      return byWeight(
        endpoints,
        loads.map((load) => weightOf(load, unknownMs)),
        random,
      );
    }
  }
}

/**
 * Fast, idle and sound endpoints get more; by the square, so that one ten times slower gets a hundredth and is still asked now and
 * then, which is how it is noticed that it has become fast.
 */
function weightOf({ inFlight, latencyMs, errorRate, warmth }: EndpointLoad, unknownMs: number): number {
  const cost = Math.max(LEAST_LATENCY_MS, latencyMs ?? unknownMs) * (inFlight + 1);
  const soundness = Math.max(0.05, 1 - errorRate);
  return (Math.max(LEAST_WARMTH, warmth) * soundness ** 2) / cost ** 2;
}

function byWeight<T>(items: readonly T[], weights: readonly number[], random: () => number): T {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  let left = random() * sum;
  for (const [index, item] of items.entries()) {
    left -= weights[index]!;
    if (left < 0) return item;
  }
  return items.at(-1)!;
}

/** The smallest; of equals the next in turn. */
function rotatedMinimum<T>(items: readonly T[], weights: readonly number[], turn: number): T {
  const order = items.map((_, index) => (index + turn) % items.length);
  return items[order.reduce((best, index) => (weights[index]! < weights[best]! ? index : best))]!;
}
