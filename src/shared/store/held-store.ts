import type { Database, Row } from '../database/database.ts';
import type { IncidentState } from '../incident.ts';
import type { TraceCarrier } from '../tracing/trace-carrier.ts';
import { isoTime, isUuid } from './iso-time.ts';
import { WAITING_FIELDS } from './list-incidents.ts';
import { allResolved, type SettledIncident, settleResolved } from './settle-resolved.ts';

/** An incident that wants its job now; `turnAt` is epoch ms. */
export type TakenUp = {
  incidentId: string;
  run: number;
  agent: string;
  priority: number;
  state: IncidentState;
  turnAt: number;
  /** The span that its work continues. */
  trace?: TraceCarrier | null;
};

/** A thread that is to be brought up to date: the revision of its reply that is wanted now. */
export type WantedReply = { incidentId: string; run: number; wanted: number; priority: number };

export type HeldStore = {
  /**
   * Ends the waiting of incidents whose time has come: those that have nothing firing any more end, the others are taken up.
   * Many may do it at once; each incident is taken by one of them, and one that is killed loses nothing.
   */
  takeUpDue(limit: number): Promise<{ taken: TakenUp[]; ended: SettledIncident[] }>;
  /**
   * "Investigate anyway": ends the waiting of a held incident, or starts a new run of one that has ended (but not of a dead
   * one, see `redrive`). Null when there is no such incident; `taken` is null where it is at work already, or dead.
   */
  investigateAnyway(id: string): Promise<{ was: IncidentState; taken: TakenUp | null } | null>;
  /** Asks for the replies of incidents that alerts have joined (or were resolved of) `seconds` ago, once for all of them. */
  takeNews(seconds: number, limit: number): Promise<WantedReply[]>;
  /** Forgets groups that take no alerts any more. */
  pruneGroups(): Promise<void>;
};

/** The history of `rca_fleet.incidents i` with one more decision; both are SQL. */
export const note = (decision: string, reason: string) =>
  `coalesce(i.history, '[]') || jsonb_build_array(jsonb_build_object('at', ${isoTime('now()')}, 'decision', ${decision}::text, 'reason', ${reason}::text))`;

const DUE = `select id from rca_fleet.incidents where state = 'received' and due_at <= now() order by due_at limit $1`;

const WHY_TAKEN = `case i.held_for when 'maintenance' then 'the maintenance window is over, and it still fires'
  else 'it did not resolve by itself while it was held back' end`;

const TAKE_UP = `
with due as (
  select i.id from rca_fleet.incidents i
  where i.id = any($1::uuid[]) and i.state = 'received' and i.due_at <= now()
    and (i.forced or not (${allResolved('i.id')}))
  for update skip locked
)
update rca_fleet.incidents i set due_at = null, held_for = null, taken_at = now(), reason = null, updated_at = now(),
  turn_at = now() + (i.turn_at - i.created_at), history = ${note("'investigate'", WHY_TAKEN)}
from due where i.id = due.id
returning ${WAITING_FIELDS}`;

const BY_HAND = 'an operator asked for it';

const ANYWAY = `
with old as (
  select id, state, held_for from rca_fleet.incidents where id = $1 for update
), again as (
  update rca_fleet.incidents i set
    state = 'received', run = case when old.state = 'received' then i.run else i.run + 1 end,
    due_at = null, held_for = null, forced = true, beyond_budget = true, taken_at = now(), turn_at = now(), finished_at = null, updated_at = now(),
    reason = '${BY_HAND}, after: ' || coalesce(i.reason, old.state),
    history = ${note("'investigate'", `'${BY_HAND}: it was ' || old.state || coalesce(' (' || i.reason || ')', '')`)}
  from old where i.id = old.id
    and ((old.state = 'received' and i.due_at is not null) or old.state in ('suppressed', 'resolved_early', 'posted'))
  returning ${WAITING_FIELDS}
), keys as (
  -- What a maintenance window holds back from now on must wait for its end by itself.
  delete from rca_fleet.incident_groups g using old where g.incident_id = old.id and old.held_for = 'maintenance'
)
select old.state as was, again.* from old left join again on again."incidentId" = old.id`;

/** A run whose reply was never begun shows the newest state anyway once it is. */
const NEWS = `
with due as (
  select incident_id from rca_fleet.incident_news where at <= now() - make_interval(secs => $1)
  order by at limit $2 for update skip locked
), gone as (
  delete from rca_fleet.incident_news n using due where n.incident_id = due.incident_id returning n.incident_id
)
update rca_fleet.deliveries d set wanted = d.wanted + 1, updated_at = now()
from gone join rca_fleet.incidents i on i.id = gone.incident_id
where d.incident_id = i.id and d.run = i.run and d.part = 'reply' and d.state <> 'failed'
returning d.incident_id as "incidentId", d.run, d.wanted, i.priority`;

/** The repository of what waits: held incidents, and threads with news. */
export function createHeldStore(database: Database): HeldStore {
  return {
    async takeUpDue(limit) {
      const due = await database.query<{ id: string }>(DUE, [limit]);
      if (due.length === 0) return { taken: [], ended: [] };
      const ids = due.map((row) => row.id);
      const ended = await settleResolved(
        database,
        ids.map((incidentId) => ({ incidentId })),
      );
      return { taken: await database.query<TakenUp & Row>(TAKE_UP, [ids]), ended };
    },
    async investigateAnyway(id) {
      if (!isUuid(id)) return null;
      const [row] = await database.query<TakenUp & Row & { was: IncidentState }>(ANYWAY, [id]);
      if (!row) return null;
      const { was, ...taken } = row;
      return { was, taken: taken.incidentId === null ? null : (taken as TakenUp) };
    },
    takeNews: (seconds, limit) => database.query<WantedReply & Row>(NEWS, [seconds, limit]),
    async pruneGroups() {
      await database.query(`delete from rca_fleet.incident_groups where live_until < now() - interval '1 minute'`);
    },
  };
}
