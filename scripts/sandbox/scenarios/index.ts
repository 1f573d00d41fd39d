import { background } from './background.ts';
import { certificateExpiry } from './certificate-expiry.ts';
import { crashLoop } from './crash-loop.ts';
import { dnsFailure } from './dns-failure.ts';
import { hostile } from './hostile.ts';
import { leaky, leakyAddresses } from './leaky.ts';
import { noReadyEndpoints } from './no-ready-endpoints.ts';
import { oomKill } from './oom-kill.ts';
import { poolExhaustion } from './pool-exhaustion.ts';
import { SHOP_SCENARIOS } from './shop/index.ts';
import { slowQueries } from './slow-queries.ts';
import type { Scenario } from './telemetry-world.ts';

/** The simulated troubles that fit side by side, by name; `background` is the healthy rest of the cluster around them. */
export const SCENARIOS = {
  background,
  certificate: certificateExpiry,
  pool: poolExhaustion,
  dns: dnsFailure,
  endpoints: noReadyEndpoints,
  'crash-loop': crashLoop,
  'oom-kill': oomKill,
  'slow-queries': slowQueries,
  hostile,
} satisfies Record<string, Scenario>;

export const SCENARIO_NAMES = Object.keys(SCENARIOS) as (keyof typeof SCENARIOS)[];

/**
 * Every scenario by name: those that can be told side by side, and those that are a world of their own: the service that
 * leaks secrets (it has the name of one that crashes), and the days of the shop.
 */
export const ALL_SCENARIOS = { ...SCENARIOS, leaky, 'leaky-addresses': leakyAddresses, ...SHOP_SCENARIOS };
export type ScenarioName = keyof typeof ALL_SCENARIOS;
