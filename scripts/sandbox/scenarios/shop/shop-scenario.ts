import { HOUR, MINUTE } from '../telemetry-rows.ts';
import type { LogRow, Scenario, SpanRow } from '../telemetry-world.ts';
import type { ShopFault, ShopRollout } from './fault.ts';
import { seededRandom } from './random.ts';
import { TRAFFIC } from './services.ts';
import { shopMetrics } from './shop-metrics.ts';
import { shopObjects, shopPods } from './shop-objects.ts';
import { simulateRequest } from './simulate-request.ts';

export type ShopStory = { seed: number; fault?: ShopFault; rollouts?: ShopRollout[] };

/** How long the shop remembers its telemetry, and the time between two requests. */
const REMEMBERED = 90 * MINUTE;
const EVERY_MS = 4_000;

/** The shop as a scenario: ten services with their traffic, metrics, logs and objects, all of it from the seed. */
export function shopScenario({ seed, fault, rollouts = [] }: ShopStory): Scenario {
  return (now) => {
    const random = seededRandom(seed);
    const began = fault ? now - fault.minutesAgo * MINUTE : Number.POSITIVE_INFINITY;
    const pods = shopPods(now, rollouts);
    const deps = { random, podsOf: pods.at, faultAt: (at: number) => (at >= began ? (fault ?? null) : null) };
    const [spans, logs]: [SpanRow[], LogRow[]] = [[], []];
    for (let at = now - REMEMBERED; at < now - EVERY_MS; at += EVERY_MS) {
      const kind = random();
      const [, operation] = TRAFFIC.find(([share]) => kind < share)!;
      const request = simulateRequest(deps, at + random() * EVERY_MS * 0.8, operation);
      spans.push(...request.spans.filter((one) => one.at < now));
      logs.push(...request.logs.filter((one) => one.at < now));
    }
    return {
      spans,
      logs,
      metrics: shopMetrics(now, { random, began, fault, podsOf: (service) => pods.at(service, now) }),
      objects: shopObjects(now, rollouts, 90 * 24 * HOUR),
    };
  };
}
