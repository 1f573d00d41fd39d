import type { Severity } from '../alert.ts';
import type { Database, Row } from '../database/database.ts';
import { DEAD_REASONS, type DeadReason, type IncidentState, type Stage } from '../incident.ts';
import type { TraceCarrier } from '../tracing/trace-carrier.ts';
import { type Condition, conditions } from './conditions.ts';
import { isoTime, isUuid } from './iso-time.ts';
import { storableText } from './storable-json.ts';

/** An incident that ended without an answer, and how far it had come; times are ISO 8601. */
export type DeadLetter = {
  incidentId: string;
  run: number;
  agent: string;
  severity: Severity;
  deadReason: DeadReason;
  /** Where it broke. */
  stage: Stage;
  reason: string;
  lastError: string;
  attempts: number;
  title: string;
  finishedAt: string;
  /** When it is sent round again, null while nobody has asked for it. */
  redriveAt: string | null;
  /** How often that was done because what it died of works again. */
  selfRedrives: number;
};

/** Which dead letters are meant; `since` and `until` (ISO 8601) are about their end. */
export type DeadFilter = { reason?: DeadReason; since?: string; until?: string; agent?: string };

/** The lease under which somebody concludes; when another worker holds a newer one, the conclusion counts for nothing. */
export type Fence = { of: 'investigation' | 'delivery'; token: string };

export type Redriven = {
  run: number;
  agent: string;
  priority: number;
  state: IncidentState;
  /** The span that its work continues. */
  trace?: TraceCarrier | null;
};

export type DeadLetterStore = {
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
  /** The newest first. */
  deadLetters(limit: number, filter?: DeadFilter): Promise<DeadLetter[]>;
  /**
   * Sends a dead incident round again: a new run, or, when its report stands and only Slack failed, the delivery alone.
   * Null when the incident is not dead (a second redrive changes nothing).
   */
  redrive(id: string): Promise<Redriven | null>;
  /**
   * Has the dead letters of the filter redriven one after the other, `perMinute` of them, behind those that are planned
   * already; `self` counts it as our own doing. At most 10,000. Returns how many, and when the last of them is due.
   */
  planRedrives(
    filter: DeadFilter,
    perMinute: number,
    self?: { most: number },
  ): Promise<{ planned: number; lastAt: string | null }>;
  /** The dead letters whose time to be redriven has come. */
  dueRedrives(limit: number): Promise<string[]>;
  /** For which reasons incidents are dead that may be redriven without anybody asking; each waits longer after every time. */
  selfRedrivable(most: number): Promise<DeadReason[]>;
  /** Whether an LLM, or any source of evidence, has answered in the last minutes. */
  answeredLately(what: 'llm' | 'evidence'): Promise<boolean>;
};

/** Where the fault is not Slack's, the thread is owed one honest line: the reply is asked for in the same statement. */
const DIE = `
with investigating as (
  select id from rca_fleet.investigations
  where $6 = 'investigation' and incident_id = $1 and run = $2 and lease_token = $5::text::bigint for update
), delivering as (
  select id from rca_fleet.deliveries
  where $6 = 'delivery' and incident_id = $1 and run = $2 and part = 'reply' and lease_token = $5::text::bigint for update
), dead as (
  update rca_fleet.incidents set state = 'dead', dead_reason = $3, reason = $4, finished_at = now(), updated_at = now(),
    due_at = null, redrive_at = null
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
      reason = 'sent round again after: ' || coalesce(i.reason, ''), dead_reason = null, finished_at = null, updated_at = now(),
      taken_at = now(), turn_at = now(), forced = true,
      beyond_budget = i.redrive_at is null or i.redrive_at > now(), redrive_at = null
  from old where i.id = old.id and i.state = 'dead'
  returning i.id, i.run, i.agent, i.priority, i.state, i.trace
), deliveries as (
  update rca_fleet.deliveries d set state = case when d.message_ts is not null then 'sent'
                                                 when d.sending_at is not null then 'sending' else 'pending' end,
         wanted = d.wanted + (d.part = 'reply')::int, attempts = 0, updated_at = now()
  from again where d.incident_id = again.id and d.run = again.run
)
select run, agent, priority, state, trace from again`;

const dead = ({ reason, since, until, agent }: DeadFilter): Condition[] => [
  [`i.state = 'dead'`],
  reason === undefined ? null : ['i.dead_reason = $', reason],
  since === undefined ? null : ['i.finished_at >= $::timestamptz', since],
  until === undefined ? null : ['i.finished_at < $::timestamptz', until],
  agent === undefined ? null : ['i.agent = $', storableText(agent, 100)],
];

const LIST = `
select i.id as "incidentId", i.run, i.agent, i.severity, i.dead_reason as "deadReason", i.reason, i.title,
       case when i.dead_reason like 'slack%' then 'post' when v.id is null then 'enqueue'
            else coalesce(v.progress->-1->>'stage', 'investigate') end as stage,
       coalesce(case when i.dead_reason like 'slack%' then d.last_error else v.error end, i.reason) as "lastError",
       coalesce(case when i.dead_reason like 'slack%' then d.attempts else v.attempts end, 0) as attempts,
       ${isoTime('i.finished_at')} as "finishedAt", ${isoTime('i.redrive_at')} as "redriveAt", i.self_redrives as "selfRedrives"
from rca_fleet.incidents i
left join rca_fleet.investigations v on v.incident_id = i.id and v.run = i.run
left join rca_fleet.deliveries d on d.incident_id = i.id and d.run = i.run and d.part = 'reply'`;

/** A dead letter that was redriven by itself waits twice as long for the next time, from a minute on. */
const SELF_REDRIVABLE = `i.state = 'dead' and i.redrive_at is null
  and i.finished_at < now() - make_interval(mins => 1 << i.self_redrives)`;

/** Asked for each reason: of those that have been sent round often enough there may be very many. */
const REASONS_TO_REDRIVE = `
select asked.reason from unnest($2::text[]) as asked(reason)
where exists (select 1 from rca_fleet.incidents i where i.dead_reason = asked.reason and i.self_redrives < $1 and ${SELF_REDRIVABLE})`;

const plan = (where: string, perMinute: string, counted: 0 | 1) => `
with start as (
  select greatest(now(), max(redrive_at) + make_interval(secs => 60 / ${perMinute}::float8)) as at
  from rca_fleet.incidents where redrive_at is not null
), chosen as (
  select i.id, row_number() over (order by i.priority, i.finished_at) - 1 as place from rca_fleet.incidents i
  where ${where} and i.redrive_at is null limit 10000
), planned as (
  update rca_fleet.incidents i set redrive_at = start.at + make_interval(secs => chosen.place * 60 / ${perMinute}::float8),
    self_redrives = i.self_redrives + ${counted}
  from chosen, start where i.id = chosen.id and i.state = 'dead' and i.redrive_at is null
  returning i.redrive_at
)
select count(*)::int as planned, ${isoTime('max(redrive_at)')} as "lastAt" from planned`;

/** What was received lately is found first, and its rows one by one: few incidents are so young. */
const ANSWERED: Record<'llm' | 'evidence', string> = {
  llm: `select exists (select 1 from rca_fleet.llm_spending s
    join rca_fleet.investigations v on v.incident_id = s.incident_id and v.run = s.run
    where s.at > now() - interval '15 minutes' and v.usage is not null and v.finished_at > now() - interval '5 minutes') as lately`,
  evidence: `select exists (select 1 from rca_fleet.incidents i join rca_fleet.investigations v on v.incident_id = i.id and v.run = i.run
    where i.created_at > now() - interval '15 minutes' and v.finished_at > now() - interval '5 minutes'
      and (select true from rca_fleet.evidence e where e.investigation_id = v.id limit 1)) as lately`,
};

/** The repository of incidents that ended without an answer. */
export function createDeadLetterStore(database: Database): DeadLetterStore {
  return {
    async die(id, run, deadReason, reason, fence) {
      const given = [id, run, deadReason, storableText(reason, 2_000), fence?.token ?? null, fence?.of ?? null];
      const rows = await database.query<{ wanted: number | null }>(DIE, given);
      return rows[0] ? { wanted: rows[0].wanted } : null;
    },
    deadLetters: (limit, filter = {}) => {
      const { where, values } = conditions(dead(filter));
      const text = `${LIST} where ${where} order by i.finished_at desc limit $${values.length + 1}`;
      return database.query<DeadLetter & Row>(text, [...values, limit]);
    },
    async redrive(id) {
      if (!isUuid(id)) return null;
      return (await database.query<Redriven & Row>(REDRIVE, [id]))[0] ?? null;
    },
    async planRedrives(filter, perMinute, self) {
      type Planned = { planned: number; lastAt: string | null };
      const byItself: Condition = self ? [`i.self_redrives < $ and ${SELF_REDRIVABLE}`, self.most] : null;
      const { where, values } = conditions([...dead(filter), byItself]);
      const text = plan(where, `$${values.length + 1}`, self ? 1 : 0);
      return (await database.query<Planned>(text, [...values, perMinute]))[0]!;
    },
    async dueRedrives(limit) {
      const rows = await database.query<{ id: string }>(
        `select id from rca_fleet.incidents where redrive_at <= now() and state = 'dead' order by redrive_at limit $1`,
        [limit],
      );
      return rows.map((row) => row.id);
    },
    async selfRedrivable(most) {
      const rows = await database.query<{ reason: DeadReason }>(REASONS_TO_REDRIVE, [most, DEAD_REASONS]);
      return rows.map((row) => row.reason);
    },
    answeredLately: async (what) => (await database.query<{ lately: boolean }>(ANSWERED[what]))[0]!.lately,
  };
}
