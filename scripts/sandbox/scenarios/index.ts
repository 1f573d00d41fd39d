import { background } from './background.ts';
import { certificateExpiry } from './certificate-expiry.ts';
import { crashLoop } from './crash-loop.ts';
import { dnsFailure } from './dns-failure.ts';
import { hostile } from './hostile.ts';
import { noReadyEndpoints } from './no-ready-endpoints.ts';
import { oomKill } from './oom-kill.ts';
import { poolExhaustion } from './pool-exhaustion.ts';
import { slowQueries } from './slow-queries.ts';
import type { Scenario } from './telemetry-world.ts';

/** The simulated troubles by name; `background` is the healthy rest of the cluster around them. */
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

export type ScenarioName = keyof typeof SCENARIOS;
export const SCENARIO_NAMES = Object.keys(SCENARIOS) as ScenarioName[];
