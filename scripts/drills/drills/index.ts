import type { Drill } from '../harness/stage.ts';
import { exitAtEveryBoundary } from './boundary-drills.ts';
import { CLOCK_DRILLS } from './clock-drills.ts';
import { DEPENDENCY_DRILLS } from './dependency-drills.ts';
import { EMBEDDED_DRILLS } from './embedded-drills.ts';
import { INTAKE_DRILLS } from './intake-drills.ts';
import { limitsUnderFaults } from './limits-drill.ts';
import { NETWORK_DRILLS } from './network-drills.ts';
import { poisonAlert } from './poison-drill.ts';
import { POSTGRES_DRILLS } from './postgres-drills.ts';
import { REDIS_DRILLS } from './redis-drills.ts';
import { rollout } from './rollout-drill.ts';
import { SOAK_DRILLS } from './soak-drill.ts';
import { storm } from './storm-drill.ts';
import { WORKER_DRILLS } from './worker-drills.ts';

/** All drills, the most telling first. */
export const DRILLS: readonly Drill[] = [
  ...WORKER_DRILLS,
  ...CLOCK_DRILLS,
  poisonAlert,
  rollout,
  ...POSTGRES_DRILLS,
  ...REDIS_DRILLS,
  exitAtEveryBoundary,
  ...INTAKE_DRILLS,
  ...NETWORK_DRILLS,
  ...DEPENDENCY_DRILLS,
  ...EMBEDDED_DRILLS,
  limitsUnderFaults,
  storm,
  ...SOAK_DRILLS,
];

/** The five scenarios of the published test of Postgres queues. */
export const PUBLISHED = [
  'kill-worker',
  'postgres-restart',
  'kill-workers-repeatedly',
  'sessions-terminated',
  'idle-connections',
];

/** The drills of a comma-separated list of names, `published` standing for five of them; throws for an unknown name. */
export function chooseDrills(only: string | undefined): readonly Drill[] {
  if (only === undefined) return DRILLS;
  const names = only.split(',').flatMap((name) => (name.trim() === 'published' ? PUBLISHED : [name.trim()]));
  const known = new Set(DRILLS.map((drill) => drill.name));
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length === 0) return DRILLS.filter((drill) => names.includes(drill.name));
  throw new Error(`--only ${unknown.join(', ')} is unknown, the names are published, ${[...known].join(', ')}`);
}
