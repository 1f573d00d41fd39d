import type { Database, MigrationSession } from '../../../src/shared/database/database.ts';

/** What a history of so many incidents holds of everything else. */
const PER_FINGERPRINT = 5;
const SERVICES = 10;
/** A budget of 300 investigations an hour, kept for 31 days, is all that is ever spent at once. */
const MAX_SPENDING = 223_200;
/** Incidents that are open at any time, of each kind: they do not grow with the history. */
const OPEN = 100;

/** Incident `n`: its ids are told by its number, its end lies somewhere in the 91 days that retention keeps. */
const id = (kind: string) => `md5('${kind} ' || n)::uuid`;
const AGE = `(n * 7919 % 1000003) / 1000003.0 * interval '91 days' + interval '1 hour'`;
/** Of a hundred incidents 90 were answered, 5 suppressed, 3 resolved by themselves, and 2 died. */
const STATE = `case when n % 100 < 90 then 'posted' when n % 100 < 95 then 'suppressed' when n % 100 < 98 then 'resolved_early' else 'dead' end`;
const INVESTIGATED = 'n % 100 not between 90 and 97';
const DEAD_REASON = `case when n % 100 < 98 then null else (array['bug', 'poison', 'llm_unavailable', 'slack_rejected'])[1 + n / 100 % 4] end`;

const FILL = [
  `insert into rca_fleet.incidents (id, state, reason, dead_reason, fingerprint, agent, class, severity, priority, classification,
     service, namespace, title, run, created_at, updated_at, finished_at, turn_at, self_redrives)
   select ${id('incident')}, ${STATE}, t.reason, ${DEAD_REASON}, 'history-' || n / ${PER_FINGERPRINT}, t.agent, t.class, t.severity,
     t.priority, t.classification, 'service-' || n % ${SERVICES}, t.namespace, t.title, 1, now() - ${AGE}, now() - ${AGE},
     now() - ${AGE}, now() - ${AGE}, 3
   from generate_series($1::bigint, $2) as n, (select * from rca_fleet.incidents where id = $3) as t`,
  `insert into rca_fleet.alerts (id, delivery_key, fingerprint, source, status, alert, received_at)
   select ${id('alert')}, 'history-' || n, 'history-' || n / ${PER_FINGERPRINT}, t.source, t.status, t.alert, now() - ${AGE}
   from generate_series($1::bigint, $2) as n, (select a.* from rca_fleet.alerts a
     join rca_fleet.incident_alerts l on l.alert_id = a.id where l.incident_id = $3 limit 1) as t`,
  `insert into rca_fleet.incident_alerts (alert_id, incident_id, decision, reason)
   select ${id('alert')}, ${id('incident')}, 'investigate', t.reason
   from generate_series($1::bigint, $2) as n, (select * from rca_fleet.incident_alerts where incident_id = $3 limit 1) as t`,
  `insert into rca_fleet.incident_slots (fingerprint, incident_id, expires_at, cool_until, flaps_until)
   select 'history-' || n / ${PER_FINGERPRINT}, ${id('incident')}, now() - ${AGE}, now() - ${AGE}, now() - ${AGE}
   from generate_series($1::bigint, $2) as n where $3::uuid is not null and n % ${PER_FINGERPRINT} = 0 on conflict do nothing`,
  `insert into rca_fleet.investigations (id, incident_id, run, lease_token, worker, attempts, progress, gaps, findings, usage,
     report, started_at, finished_at)
   select ${id('investigation')}, ${id('incident')}, 1, 1, t.worker, 1, t.progress, t.gaps, t.findings, t.usage, t.report,
     now() - ${AGE}, now() - ${AGE}
   from generate_series($1::bigint, $2) as n, (select * from rca_fleet.investigations where incident_id = $3) as t
   where ${INVESTIGATED}`,
  `insert into rca_fleet.evidence (investigation_id, number, step_key, evidence)
   select ${id('investigation')}, t.number, t.step_key, t.evidence
   from generate_series($1::bigint, $2) as n, (select e.* from rca_fleet.evidence e
     join rca_fleet.investigations v on v.id = e.investigation_id where v.incident_id = $3 and e.number = 1) as t
   where ${INVESTIGATED}`,
  `insert into rca_fleet.charts (investigation_id, number, chart)
   select ${id('investigation')}, t.number, t.chart
   from generate_series($1::bigint, $2) as n, (select c.* from rca_fleet.charts c
     join rca_fleet.investigations v on v.id = c.investigation_id where v.incident_id = $3) as t
   where ${INVESTIGATED} and n % 5 = 0`,
  `insert into rca_fleet.deliveries (id, incident_id, run, part, state, channel, thread_ts, message_ts, wanted, shown,
     lease_token, attempts, sending_at, created_at, updated_at)
   select ${id('delivery')}, ${id('incident')}, 1, 'reply', 'sent', t.channel, t.thread_ts, t.message_ts, 3, 3, 3, 1,
     now() - ${AGE}, now() - ${AGE}, now() - ${AGE}
   from generate_series($1::bigint, $2) as n, (select * from rca_fleet.deliveries where incident_id = $3 and part = 'reply') as t
   where ${INVESTIGATED}`,
  `insert into rca_fleet.llm_spending (incident_id, run, severity, at, tokens, cost_usd)
   select ${id('incident')}, 1, 'high', now() - n / ${MAX_SPENDING}.0 * interval '31 days' - interval '1 hour', 10000, 0.1
   from generate_series($1::bigint, least($2, ${MAX_SPENDING})) as n where $3::uuid is not null`,
];

/** As many again that are not at their end: waiting, at work under a lease, and answered with a reply that is behind. */
const FILL_OPEN = [
  `insert into rca_fleet.incidents (id, state, fingerprint, agent, class, severity, priority, classification, service, namespace,
     title, created_at, updated_at, turn_at)
   select ${id('open')}, (array['received', 'investigating', 'reported'])[1 + n % 3], 'open-' || n, t.agent, t.class, t.severity,
     t.priority, t.classification, 'service-' || n % ${SERVICES}, t.namespace, t.title, now() - interval '2 min',
     now() - interval '1 min', now()
   from generate_series($1::bigint, $2) as n, (select * from rca_fleet.incidents where id = $3) as t`,
  `insert into rca_fleet.investigations (id, incident_id, run, lease_token, lease_until, worker, attempts)
   select ${id('open investigation')}, ${id('open')}, 1, 1, now() + interval '1 hour', t.worker, 1
   from generate_series($1::bigint, $2) as n, (select * from rca_fleet.investigations where incident_id = $3) as t
   where n % 3 > 0`,
  `insert into rca_fleet.deliveries (id, incident_id, run, part, wanted, updated_at)
   select ${id('open delivery')}, ${id('open')}, 1, 'reply', 2, now() - interval '1 min'
   from generate_series($1::bigint, $2) as n where $3::uuid is not null and n % 3 = 2`,
];

/** How many incidents stand after the rows `after` to `upTo` were added. */
export type Stretch = { after: number; upTo: number };

/**
 * Adds ended incidents to a database of one's own, with all that belongs to them, as copies of one that went the whole way.
 * To fit a disk each has one small piece of evidence, and every fifth a chart without its picture. Foreign keys are not
 * checked on the way; statistics and visibility are up to date afterwards.
 */
export async function fillHistory(database: Database, sampleId: string, { after, upTo }: Stretch): Promise<void> {
  await database.withMigrationSession(async (session) => {
    await withoutTriggers(session, async () => {
      for (const text of FILL) await session.query(text, [after + 1, upTo, sampleId]);
      if (after === 0) for (const text of FILL_OPEN) await session.query(text, [1, 3 * OPEN, sampleId]);
    });
    await session.query('vacuum (analyze)');
  });
}

/** Ends what uses of the store have left open, so that what is open stays the same while the history grows. */
export async function endLeftovers(database: Database): Promise<void> {
  await database.query(
    `update rca_fleet.incidents set state = 'suppressed', finished_at = now(), due_at = null
     where finished_at is null and fingerprint not like 'open-%'`,
  );
}

/** Foreign keys are checked by triggers. */
async function withoutTriggers(session: MigrationSession, work: () => Promise<void>): Promise<void> {
  await session.query('set session_replication_role = replica');
  try {
    await work();
  } finally {
    await session.query('reset session_replication_role');
  }
}
