import type { Alert } from '../alert.ts';
import type { Database, Row } from '../database/database.ts';
import type { DecisionKind, Incident, IncidentState } from '../incident.ts';
import type { TraceCarrier } from '../tracing/trace-carrier.ts';
import { createDeadLetterStore, type DeadLetterStore } from './dead-letter-store.ts';
import { createHeldStore, type HeldStore } from './held-store.ts';
import { isoTime, isUuid } from './iso-time.ts';
import {
  INCIDENT_FIELDS,
  type IncidentFilter,
  type IncidentItem,
  listIncidents,
  WAITING_FIELDS,
} from './list-incidents.ts';
import { createOrphanStore, type OrphanStore } from './orphan-store.ts';
import { type Pruned, pruneIncidents } from './prune-incidents.ts';
import { type CurrentRun, readCurrentRun } from './read-run.ts';

export type { DeadLetter, Fence } from './dead-letter-store.ts';
export type { IncidentFilter, IncidentItem } from './list-incidents.ts';

/** An alert of an incident with the decision that intake took for it. */
export type IncidentAlert = {
  id: string;
  receivedAt: string;
  decision: DecisionKind;
  reason: string;
  alert: Alert;
  /** The span that it came in, null where no traces are made. */
  trace?: TraceCarrier | null;
};

/** An incident that still wants its investigation and that nobody seems to work on. */
export type StaleIncident = {
  incidentId: string;
  run: number;
  agent: string;
  priority: number;
  state: IncidentState;
  /** From when on what comes later may not overtake it, epoch ms. */
  turnAt: number;
  /** The span that its work continues. */
  trace?: TraceCarrier | null;
};

/** What an incident's messages say of the alerts that it stands for. */
export type IncidentCrowd = {
  /** Names of its alerts, the most frequent first, at most 10. */
  names: string[];
  /** Firings since the report of this run, the last of them (ISO 8601), and names that are new with them. */
  since: number;
  lastAt: string | null;
  newNames: string[];
};

export type IncidentStore = DeadLetterStore &
  HeldStore &
  OrphanStore & {
    find(id: string): Promise<Incident | null>;
    /** What the messages of a run are written from, in one statement; null when the run is not the current one. */
    currentRun(id: string, run: number): Promise<CurrentRun | null>;
    /** The alert that opened the incident first, then the others as they came; at most 200. */
    alerts(id: string): Promise<IncidentAlert[]>;
    crowd(id: string, run: number): Promise<IncidentCrowd>;
    list(filter: IncidentFilter): Promise<{ items: IncidentItem[]; nextCursor: string | null }>;
    /** Marks received incidents as queued; others are left alone. */
    markQueued(ids: string[]): Promise<void>;
    /** Received incidents of an agent that are not held back and that nobody has queued for `seconds`, in their turn. */
    waiting(agent: string, seconds: number, limit: number): Promise<StaleIncident[]>;
    /** Queued incidents without a report, untouched for `seconds`, that no live lease protects, oldest first. */
    stale(seconds: number, limit: number): Promise<StaleIncident[]>;
    /** Notes that these incidents were looked at, so that the next ones get their turn. */
    touch(ids: string[]): Promise<void>;
    /** Age of the oldest open incident, from when nothing held it back any more, seconds; 0 when there is none. */
    oldestOpenSeconds(): Promise<number>;
    /**
     * Deletes what ended more than `days` ago, dead letters after `deadDays`: at most `limit` incidents and 5,000 alerts, so
     * that no statement takes long. Returns how many; when both are 0 nothing is left that is old enough.
     */
    prune(days: number, limit: number, deadDays?: number): Promise<Pruned>;
  };

const STALE = `
select ${WAITING_FIELDS}
from rca_fleet.incidents i
left join rca_fleet.investigations v on v.incident_id = i.id and v.run = i.run
where i.finished_at is null and i.state not in ('received', 'reported') and i.updated_at < now() - make_interval(secs => $1)
  and (v.lease_until is null or v.lease_until < now())
order by i.updated_at limit $2`;

const WAITING = `
select ${WAITING_FIELDS} from rca_fleet.incidents i
where i.state = 'received' and i.due_at is null and i.agent = $1 and i.updated_at < now() - make_interval(secs => $2)
order by i.turn_at limit $3`;

const ALERTS = `
select a.id, ${isoTime('a.received_at')} as "receivedAt", l.decision, l.reason, a.alert, a.trace
from rca_fleet.incident_alerts l join rca_fleet.alerts a on a.id = l.alert_id
where l.incident_id = $1
order by (a.fingerprint = (select fingerprint from rca_fleet.incidents where id = $1)) desc, a.received_at, a.id limit 200`;

/** A thread that many alerts have joined is written again and again: what is read for it stays bounded. */
const CROWD = `
with reported as (
  select finished_at as at from rca_fleet.investigations where incident_id = $1 and run = $2 and report is not null
), some_alerts as (
  select a.alert->>'name' as name, a.status, a.received_at from rca_fleet.incident_alerts l
  join rca_fleet.alerts a on a.id = l.alert_id where l.incident_id = $1 limit 20000
), firing as (
  select name, count(*)::int as count, min(received_at) as first_at, max(received_at) as last_at,
         (count(*) filter (where received_at > (select at from reported)))::int as since
  from some_alerts where status = 'firing' group by name
)
select coalesce((select array_agg(name) from (select name from firing order by count desc, name limit 10) as n), '{}') as names,
       coalesce(sum(since), 0)::int as since, ${isoTime('max(last_at)')} as "lastAt",
       coalesce(array_agg(name) filter (where first_at > (select at from reported)), '{}') as "newNames"
from firing`;

const OLDEST = `
select coalesce(extract(epoch from now() - min(coalesce(due_at, taken_at, created_at))), 0)::float8 as age
from rca_fleet.incidents where finished_at is null and (due_at is null or due_at <= now())`;

/** The repository of incidents. */
export function createIncidentStore(database: Database): IncidentStore {
  return {
    ...createDeadLetterStore(database),
    ...createHeldStore(database),
    ...createOrphanStore(database),
    async find(id) {
      if (!isUuid(id)) return null;
      const rows = await database.query(`select ${INCIDENT_FIELDS} from rca_fleet.incidents i where i.id = $1`, [id]);
      return (rows[0] as Incident | undefined) ?? null;
    },
    currentRun: (id, run) => readCurrentRun(database, id, run),
    alerts: (id) => database.query<IncidentAlert & Row>(ALERTS, [id]),
    crowd: async (id, run) => (await database.query<IncidentCrowd>(CROWD, [id, run]))[0]!,
    list: (filter) => listIncidents(database, filter),
    async markQueued(ids) {
      await database.query(
        `update rca_fleet.incidents set state = 'queued', updated_at = now() where id = any($1::uuid[]) and state = 'received'`,
        [ids],
      );
    },
    waiting: (agent, seconds, limit) => database.query<StaleIncident & Row>(WAITING, [agent, seconds, limit]),
    stale: (seconds, limit) => database.query<StaleIncident & Row>(STALE, [seconds, limit]),
    async touch(ids) {
      await database.query('update rca_fleet.incidents set updated_at = now() where id = any($1::uuid[])', [ids]);
    },
    oldestOpenSeconds: async () => (await database.query<{ age: number }>(OLDEST))[0]?.age ?? 0,
    prune: (days, limit, deadDays) => pruneIncidents(database, days, limit, deadDays),
  };
}
