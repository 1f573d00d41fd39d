import type { Alert } from '../alert.ts';
import type { Database, Row } from '../database/database.ts';
import type { DeadReason, DecisionKind, Incident, IncidentState } from '../incident.ts';
import type { Report } from '../report.ts';
import { storableText } from './storable-json.ts';

/** An alert of an incident with the decision that intake took for it. */
export type IncidentAlert = { id: string; receivedAt: string; decision: DecisionKind; reason: string; alert: Alert };

/** An incident as the list of the API shows it. */
export type IncidentItem = Pick<
  Incident,
  | 'id'
  | 'state'
  | 'reason'
  | 'agent'
  | 'class'
  | 'severity'
  | 'service'
  | 'title'
  | 'alertCount'
  | 'createdAt'
  | 'finishedAt'
> & {
  verdict: Report['verdict'] | null;
  conclusion: string | null;
  slack: { channel: string | null; threadTs: string | null; messageTs: string | null };
};

export type IncidentFilter = { limit: number; cursor?: string; state?: string; service?: string };
export type DeadLetter = {
  incidentId: string;
  run: number;
  deadReason: DeadReason;
  reason: string;
  title: string;
  finishedAt: string;
};

/** The lease under which somebody concludes; when another worker holds a newer one, the conclusion counts for nothing. */
export type Fence = { of: 'investigation' | 'delivery'; token: string };

/** An incident that still wants its investigation and that nobody seems to work on. */
export type StaleIncident = {
  incidentId: string;
  run: number;
  agent: string;
  priority: number;
  state: IncidentState;
};

export type IncidentStore = {
  find(id: string): Promise<Incident | null>;
  alerts(id: string): Promise<IncidentAlert[]>;
  list(filter: IncidentFilter): Promise<{ items: IncidentItem[]; nextCursor: string | null }>;
  /** Marks received incidents as queued; others are left alone. */
  markQueued(ids: string[]): Promise<void>;
  /** Received incidents of an agent that nobody has queued for `seconds`, the most urgent first, then the oldest. */
  waiting(agent: string, seconds: number, limit: number): Promise<StaleIncident[]>;
  /** Queued incidents without a report, untouched for `seconds`, that no live lease protects, oldest first. */
  stale(seconds: number, limit: number): Promise<StaleIncident[]>;
  /**
   * Ends an open incident as dead. Null when it had ended already, its run is another one or the fence does not hold;
   * `wanted` is the revision of the reply that says so in the thread, null where Slack itself is the reason: then the same
   * statement gives up on the run's messages.
   */
  die(
    id: string,
    run: number,
    deadReason: DeadReason,
    reason: string,
    fence?: Fence,
  ): Promise<{ wanted: number | null } | null>;
  /** Notes that these incidents were looked at, so that the next ones get their turn. */
  touch(ids: string[]): Promise<void>;
  deadLetters(limit: number): Promise<DeadLetter[]>;
  /**
   * Sends a dead incident round again: a new run, or, when its report stands and only Slack failed, the delivery alone.
   * Null when the incident is not dead (a second redrive changes nothing).
   */
  redrive(id: string): Promise<{ run: number; agent: string; priority: number; state: IncidentState } | null>;
  countsByState(): Promise<Record<string, number>>;
  /** Age of the oldest open incident, seconds; 0 when none is open. */
  oldestOpenSeconds(): Promise<number>;
  /** Deletes what ended more than `days` ago, at most `limit` incidents; returns how many. */
  prune(days: number, limit: number): Promise<number>;
};

const INCIDENT_FIELDS = `
  i.id, i.state, i.reason, i.dead_reason as "deadReason", i.fingerprint, i.agent, i.class, i.severity, i.priority,
  i.classification, i.service, i.namespace, i.title, i.run, i.slack,
  (select count(*)::int from rca_fleet.incident_alerts l where l.incident_id = i.id) as "alertCount",
  ${isoTime('i.created_at')} as "createdAt", ${isoTime('i.updated_at')} as "updatedAt", ${isoTime('i.finished_at')} as "finishedAt"`;

const LIST = `
select ${INCIDENT_FIELDS}, v.report->>'verdict' as verdict, v.report->'rootCause'->>'statement' as conclusion,
       d.channel, d.thread_ts, d.message_ts
from rca_fleet.incidents i
left join rca_fleet.investigations v on v.incident_id = i.id and v.run = i.run
left join rca_fleet.deliveries d on d.incident_id = i.id and d.run = i.run and d.part = 'reply'
where ($1::text is null or i.state = $1) and ($2::text is null or i.service = $2)
  and ($3::timestamptz is null or (i.created_at, i.id) < ($3, $4::uuid))
order by i.created_at desc, i.id desc limit $5`;

const STALE = `
select i.id as "incidentId", i.run, i.agent, i.priority, i.state
from rca_fleet.incidents i
left join rca_fleet.investigations v on v.incident_id = i.id and v.run = i.run
where i.finished_at is null and i.state not in ('received', 'reported') and i.updated_at < now() - make_interval(secs => $1)
  and (v.lease_until is null or v.lease_until < now())
order by i.updated_at limit $2`;

const WAITING = `
select id as "incidentId", run, agent, priority, state from rca_fleet.incidents
where state = 'received' and agent = $1 and updated_at < now() - make_interval(secs => $2)
order by priority, created_at limit $3`;

/** Where the fault is not Slack's, the thread is owed one honest line: the reply is asked for in the same statement. */
const DIE = `
with investigating as (
  select id from rca_fleet.investigations
  where $6 = 'investigation' and incident_id = $1 and run = $2 and lease_token = $5::text::bigint for update
), delivering as (
  select id from rca_fleet.deliveries
  where $6 = 'delivery' and incident_id = $1 and run = $2 and part = 'reply' and lease_token = $5::text::bigint for update
), dead as (
  update rca_fleet.incidents set state = 'dead', dead_reason = $3, reason = $4, finished_at = now(), updated_at = now()
  where id = $1 and run = $2 and finished_at is null
    and ($5::text is null or exists (select 1 from investigating) or exists (select 1 from delivering))
  returning id, run
), given_up as (
  update rca_fleet.deliveries d set state = 'failed', last_error = left($4, 1000), updated_at = now()
  from dead where d.incident_id = dead.id and d.run = dead.run and $3 like 'slack%'
), wanted as (
  insert into rca_fleet.deliveries as d (id, incident_id, run, part)
  select gen_random_uuid(), id, run, 'reply' from dead where $3 not like 'slack%'
  on conflict (incident_id, run, part) do update set wanted = d.wanted + 1, updated_at = now()
  returning wanted
)
select id, (select wanted from wanted) as wanted from dead`;

const REDRIVE = `
with old as (
  select i.id, i.run, i.dead_reason like 'slack%' and v.report is not null as deliver_only
  from rca_fleet.incidents i left join rca_fleet.investigations v on v.incident_id = i.id and v.run = i.run
  where i.id = $1 and i.state = 'dead'
), again as (
  update rca_fleet.incidents i
  set state = case when old.deliver_only then 'reported' else 'received' end,
      run = case when old.deliver_only then i.run else i.run + 1 end,
      reason = 'sent round again after: ' || coalesce(i.reason, ''), dead_reason = null, finished_at = null, updated_at = now()
  from old where i.id = old.id and i.state = 'dead'
  returning i.id, i.run, i.agent, i.priority, i.state
), deliveries as (
  update rca_fleet.deliveries d set state = case when d.message_ts is not null then 'sent'
                                                 when d.sending_at is not null then 'sending' else 'pending' end,
         wanted = d.wanted + 1, attempts = 0, updated_at = now()
  from again where d.incident_id = again.id and d.run = again.run
)
select run, agent, priority, state from again`;

const PRUNE = `
with old as (
  delete from rca_fleet.incidents where id in (
    select id from rca_fleet.incidents where finished_at < now() - make_interval(days => $1) and state <> 'dead' limit $2)
  returning id
), links as (
  delete from rca_fleet.incident_alerts where incident_id in (select id from old) returning alert_id
), gone as (
  delete from rca_fleet.alerts where id in (select alert_id from links)
), slots as (
  delete from rca_fleet.incident_slots where incident_id in (select id from old)
)
select count(*)::int as count from old`;

/** SQL that writes a timestamp as ISO 8601 in UTC with milliseconds, the same from both drivers. */
export function isoTime(column: string): string {
  return `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

/** The repository of incidents. */
export function createIncidentStore(database: Database): IncidentStore {
  return {
    async find(id) {
      if (!isUuid(id)) return null;
      const rows = await database.query(`select ${INCIDENT_FIELDS} from rca_fleet.incidents i where i.id = $1`, [id]);
      return (rows[0] as Incident | undefined) ?? null;
    },
    alerts: (id) =>
      database.query<IncidentAlert & Row>(
        `select a.id, ${isoTime('a.received_at')} as "receivedAt", l.decision, l.reason, a.alert
         from rca_fleet.incident_alerts l join rca_fleet.alerts a on a.id = l.alert_id
         where l.incident_id = $1 order by a.received_at, a.id limit 200`,
        [id],
      ),
    list: (filter) => list(database, filter),
    async markQueued(ids) {
      await database.query(
        `update rca_fleet.incidents set state = 'queued', updated_at = now() where id = any($1::uuid[]) and state = 'received'`,
        [ids],
      );
    },
    waiting: (agent, seconds, limit) => database.query<StaleIncident & Row>(WAITING, [agent, seconds, limit]),
    stale: (seconds, limit) => database.query<StaleIncident & Row>(STALE, [seconds, limit]),
    async die(id, run, deadReason, reason, fence) {
      const values = [id, run, deadReason, storableText(reason, 2_000), fence?.token ?? null, fence?.of ?? null];
      const rows = await database.query<{ wanted: number | null }>(DIE, values);
      return rows[0] ? { wanted: rows[0].wanted } : null;
    },
    async touch(ids) {
      await database.query('update rca_fleet.incidents set updated_at = now() where id = any($1::uuid[])', [ids]);
    },
    deadLetters: (limit) =>
      database.query<DeadLetter & Row>(
        `select id as "incidentId", run, dead_reason as "deadReason", reason, title, ${isoTime('finished_at')} as "finishedAt"
         from rca_fleet.incidents where state = 'dead' order by finished_at desc limit $1`,
        [limit],
      ),
    async redrive(id) {
      if (!isUuid(id)) return null;
      const rows = await database.query(REDRIVE, [id]);
      return (rows[0] as Awaited<ReturnType<IncidentStore['redrive']>>) ?? null;
    },
    async countsByState() {
      const rows = await database.query<{ state: string; count: number }>(
        'select state, count(*)::int as count from rca_fleet.incidents group by state',
      );
      return Object.fromEntries(rows.map((row) => [row.state, row.count]));
    },
    async oldestOpenSeconds() {
      const rows = await database.query<{ age: number }>(
        `select coalesce(extract(epoch from now() - min(created_at)), 0)::float8 as age
         from rca_fleet.incidents where finished_at is null`,
      );
      return rows[0]?.age ?? 0;
    },
    async prune(days, limit) {
      return (await database.query<{ count: number }>(PRUNE, [days, limit]))[0]?.count ?? 0;
    },
  };
}

async function list(database: Database, filter: IncidentFilter) {
  const [at, id] = readCursor(filter.cursor);
  const service = filter.service === undefined ? null : storableText(filter.service, 300);
  const rows = await database.query(LIST, [filter.state ?? null, service, at, id, filter.limit + 1]);
  const page = rows.slice(0, filter.limit);
  const last = page.at(-1);
  const nextCursor = rows.length > filter.limit && last ? writeCursor(last) : null;
  return { items: page.map(toItem), nextCursor };
}

function toItem(row: Row): IncidentItem {
  const incident = row as unknown as Incident;
  const { id, state, reason, agent, severity, service, title, alertCount, createdAt, finishedAt } = incident;
  const slack = {
    channel: (row.channel as string | null) ?? incident.slack?.channel ?? null,
    threadTs: (row.thread_ts as string | null) ?? incident.slack?.ts ?? null,
    messageTs: (row.message_ts as string | null) ?? null,
  };
  const verdict = (row.verdict as IncidentItem['verdict']) ?? null;
  const conclusion = (row.conclusion as string | null) ?? null;
  return {
    id,
    state,
    reason,
    agent,
    class: incident.class,
    severity,
    service,
    title,
    alertCount,
    verdict,
    conclusion,
    slack,
    createdAt,
    finishedAt,
  };
}

const writeCursor = (row: Row) => Buffer.from(`${row.createdAt}|${row.id}`).toString('base64url');

/** A cursor that we did not write reads as the beginning of the list. */
function readCursor(cursor: string | undefined): [string | null, string | null] {
  const [at, id] = Buffer.from(cursor ?? '', 'base64url')
    .toString()
    .split('|');
  return at && id && isIsoTime(at) && isUuid(id) ? [at, id] : [null, null];
}

/** A time as `isoTime` writes it, of a year and a day that PostgreSQL has too. */
const isIsoTime = (text: string) =>
  /^[1-9]\d{3}-/.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString() === text;

const isUuid = (text: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
