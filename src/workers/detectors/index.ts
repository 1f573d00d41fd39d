import { FleetError } from '../../shared/errors.ts';
import { alertStorm } from './alert-storm.ts';
import { certificateExpiry } from './certificate-expiry.ts';
import { connectionFailure } from './connection-failure.ts';
import { crashLoop } from './crash-loop.ts';
import { databaseState } from './database-state.ts';
import type { Detector } from './detector.ts';
import { dnsFailure } from './dns-failure.ts';
import { endpointsNotReady } from './endpoints-not-ready.ts';
import { kubernetesState } from './kubernetes-state.ts';
import { oomKill } from './oom-kill.ts';
import { poisonInput } from './poison-input.ts';
import { poolExhaustion } from './pool-exhaustion.ts';
import { recentChange } from './recent-change.ts';
import { slowQueries } from './slow-queries.ts';
import { whereItBegan } from './where-it-began.ts';

/** Every detector by the name that an agent's YAML calls it. */
export const DETECTORS = {
  'certificate-expiry': certificateExpiry,
  'dns-failure': dnsFailure,
  'connection-failure': connectionFailure,
  'endpoints-not-ready': endpointsNotReady,
  'pool-exhaustion': poolExhaustion,
  'slow-queries': slowQueries,
  'crash-loop': crashLoop,
  'oom-kill': oomKill,
  'poison-input': poisonInput,
  'recent-change': recentChange,
  'kubernetes-state': kubernetesState,
  'database-state': databaseState,
  'where-it-began': whereItBegan,
  'alert-storm': alertStorm,
} as const satisfies Record<string, Detector>;

/** The detector of that name. Throws FleetError `config_invalid` that lists the valid names. */
export function detectorNamed(name: string): Detector {
  if (Object.hasOwn(DETECTORS, name)) return DETECTORS[name as keyof typeof DETECTORS];
  throw new FleetError(
    'config_invalid',
    `there is no detector ${name}; there are ${Object.keys(DETECTORS).join(', ')}`,
  );
}
