import type { CoalescePlan, IntakePlan } from '../../src/shared/intake-plan.ts';
import type { ClassifiedAlert } from '../../src/shared/store/intake-store.ts';
import { aClassified, aPlan } from './alerts.ts';
import type { TestStore } from './services.ts';

export const GROUPED: CoalescePlan = { keys: [], quietSeconds: 30, maxSeconds: 120, maxAlerts: 50 };

/** An alert under the given plan; `keys` are what it can share with others. */
export function aPlanned(
  { keys = [], priority = 3, ...plan }: Partial<IntakePlan> & { keys?: string[]; priority?: number } = {},
  alert: Parameters<typeof aClassified>[0] = {},
): ClassifiedAlert {
  const coalesce = keys.length > 0 ? { ...GROUPED, ...plan.coalesce, keys } : null;
  return { ...aClassified(alert, { priority }), plan: aPlan({ holdSeconds: 60, ...plan, coalesce }) };
}

/** Moves what an incident waits for into the past, as if its time had come. */
export async function makeDue({ database }: Pick<TestStore, 'database'>, id: string): Promise<void> {
  await database.query(`update rca_fleet.incidents set due_at = now() - interval '1 s' where id = $1`, [id]);
}

/** Lets the time run out in which others join the incidents of these keys. */
export async function closeGroups({ database }: Pick<TestStore, 'database'>, keys: string[]): Promise<void> {
  const past = `set live_until = now() - interval '1 s', held_until = now() - interval '1 s'`;
  await database.query(`update rca_fleet.incident_groups ${past} where key = any($1::text[])`, [keys]);
}

/** Lets the join window of a fingerprint run out. */
export async function closeWindow({ database }: Pick<TestStore, 'database'>, fingerprint: string): Promise<void> {
  const past = `update rca_fleet.incident_slots set expires_at = now() - interval '1 s' where fingerprint = $1`;
  await database.query(past, [fingerprint]);
}

/** Ends the incident as posted, with a report. */
export async function endAsPosted({ database }: Pick<TestStore, 'database'>, id: string): Promise<void> {
  await database.query(
    `update rca_fleet.incidents set state = 'posted', due_at = null, finished_at = now() where id = $1`,
    [id],
  );
}
