import type { Database } from '../database/database.ts';

/** What one statement of retention has deleted. */
export type Pruned = { incidents: number; alerts: number };

/** A storm can have put any number of alerts into one incident: they go in pieces, and the incident with the last of them. */
const MAX_ALERTS = 5_000;
/** For ever, where nobody says otherwise. */
const NEVER_DAYS = 36_500;

/** What may be redriven is kept for longer and would be in the way of what may go: each is looked for in its own index. */
const PRUNE = `
with ended as (
  select id from rca_fleet.incidents where finished_at < now() - make_interval(days => $1) and state <> 'dead'
  order by finished_at limit $2 for update skip locked
), dead as (
  select id from rca_fleet.incidents where finished_at < now() - make_interval(days => $3) and state = 'dead'
  order by finished_at limit $2 for update skip locked
), old as (
  select id from ended union all select id from dead limit $2
), some_links as (
  select l.alert_id from rca_fleet.incident_alerts l where l.incident_id in (select id from old) limit ${MAX_ALERTS}
), links as (
  delete from rca_fleet.incident_alerts where alert_id in (select alert_id from some_links) returning alert_id, incident_id
), slots as (
  delete from rca_fleet.incident_slots s using links, rca_fleet.alerts a
  where a.id = links.alert_id and s.fingerprint = a.fingerprint and s.incident_id = links.incident_id
), alerts as (
  delete from rca_fleet.alerts where id in (select alert_id from links)
), incidents as (
  delete from rca_fleet.incidents where id in (select id from old) and (select count(*) from some_links) < ${MAX_ALERTS} returning id
)
select (select count(*)::int from incidents) as incidents, (select count(*)::int from links) as alerts`;

/**
 * Deletes at most `limit` incidents that ended more than `days` ago, dead ones `deadDays` ago, with all that belongs to them;
 * of more alerts than 5,000 only these, and the incidents with a later call.
 */
export async function pruneIncidents(
  database: Database,
  days: number,
  limit: number,
  deadDays = NEVER_DAYS,
): Promise<Pruned> {
  return (await database.query<Pruned>(PRUNE, [days, limit, deadDays]))[0]!;
}
