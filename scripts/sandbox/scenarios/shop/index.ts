import type { Scenario } from '../telemetry-world.ts';
import { shopScenario } from './shop-scenario.ts';

const BEGAN = 8;

/** The same shop on different days, by name. Only one of them can be told at a time. */
export const SHOP_SCENARIOS = {
  /** Nothing is wrong. */
  shop: shopScenario({ seed: 11 }),
  /** `fraud`, three calls below the entrance, takes much longer by itself. */
  'shop-slow': shopScenario({ seed: 12, fault: { minutesAgo: BEGAN, slow: { service: 'fraud', addedMs: 420 } } }),
  /** `quotes`, three calls below, fails by itself in most requests. */
  'shop-errors': shopScenario({
    seed: 13,
    fault: {
      minutesAgo: BEGAN,
      failing: {
        service: 'quotes',
        share: 0.6,
        type: 'IllegalStateException',
        message: 'IllegalStateException: no tariff table for zone 7',
      },
    },
  }),
  /** Both ends of the calls from `ordering` to `delivery` are fine, the way between them is slow. */
  'shop-network': shopScenario({
    seed: 14,
    fault: { minutesAgo: BEGAN, delayed: { caller: 'ordering', callee: 'delivery', addedMs: 300 } },
  }),
  /** The pods of `pricing` use up all of their CPU. */
  'shop-cpu': shopScenario({ seed: 15, fault: { minutesAgo: BEGAN, starved: { service: 'pricing', times: 14 } } }),
  /** A rollout of `payment` makes it slow; `mailer` was rolled out too, and has nothing to do with it. */
  'shop-deploy': shopScenario({
    seed: 16,
    fault: { minutesAgo: BEGAN, slow: { service: 'payment', addedMs: 600 } },
    rollouts: [
      { service: 'payment', minutesAgo: 9, to: '6.3.0' },
      { service: 'mailer', minutesAgo: 12, to: '2.1.0' },
    ],
  }),
} satisfies Record<string, Scenario>;
