import type { Database } from '../database/database.ts';
import type { IncidentState } from '../incident.ts';

/** An incident that ended because all its alerts were resolved before anybody had begun with it. */
export type SettledIncident = { incidentId: string; run: number; agent: string; state: IncidentState };

/** The last word of every alert of an incident is that it is resolved; of two that came together firing counts. */
export const allResolved = (incident: string) => `not exists (select 1 from (
    select distinct on (a.fingerprint) a.status from rca_fleet.incident_alerts l join rca_fleet.alerts a on a.id = l.alert_id
    where l.incident_id = ${incident} order by a.fingerprint, a.received_at desc, (a.status = 'firing') desc) as last
  where last.status = 'firing')`;

/** Nobody has begun with it, and no operator has asked for it. */
const ENDING = `i.state in ('received', 'queued') and not i.forced and ${allResolved('i.id')}`;

const RESOLVE_SLOTS = `update rca_fleet.incident_slots set resolved = true where fingerprint = any($1::text[])`;

const MARK = `
update rca_fleet.incidents i set resolved_at = now()
where i.id = any($1::uuid[]) and i.resolved_at is null and ${allResolved('i.id')}`;

/**
 * Takes the ways into the incidents away. Whoever is just joining holds the lock of such a row: this waits for him, so that the
 * next statement sees what has joined, and what comes later opens an incident of its own.
 */
const CLOSE = `
with ending as (
  select i.id from rca_fleet.incidents i where i.id = any($1::uuid[]) and ${ENDING}
), of_incident as (
  select distinct a.fingerprint, l.incident_id from rca_fleet.incident_alerts l join rca_fleet.alerts a on a.id = l.alert_id
  where l.incident_id in (select id from ending)
), keys as (
  delete from rca_fleet.incident_groups where incident_id in (select id from ending)
), slots as (
  delete from rca_fleet.incident_slots s using of_incident f where s.fingerprint = f.fingerprint and s.incident_id = f.incident_id
)
select id from ending`;

const FINISH = `
update rca_fleet.incidents i set
  state = case when held_for = 'maintenance' then 'suppressed' else 'resolved_early' end,
  reason = case when held_for = 'maintenance' then 'resolved before its end: ' || coalesce(reason, 'a maintenance window')
                else 'all its alerts were resolved before anybody had begun with it' end,
  resolved_at = coalesce(resolved_at, now()), due_at = null, finished_at = now(), updated_at = now()
where i.id = any($1::uuid[]) and ${ENDING}
returning i.id as "incidentId", i.run, i.agent, i.state`;

/**
 * Follows up resolutions that are stored: what waits and has nothing firing any more ends without an investigation. May be
 * done any number of times.
 */
export async function settleResolved(
  database: Database,
  resolved: { fingerprint?: string; incidentId: string }[],
): Promise<SettledIncident[]> {
  if (resolved.length === 0) return [];
  const ids = [...new Set(resolved.map((item) => item.incidentId))];
  const fingerprints = [...new Set(resolved.flatMap((item) => item.fingerprint ?? []))];
  if (fingerprints.length > 0) await database.query(RESOLVE_SLOTS, [fingerprints.sort()]);
  await database.query(MARK, [ids]);
  const ending = await database.query<{ id: string }>(CLOSE, [ids]);
  if (ending.length === 0) return [];
  return await database.query<SettledIncident>(FINISH, [ending.map((row) => row.id)]);
}
