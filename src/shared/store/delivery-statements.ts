import { isoTime } from './iso-time.ts';

/** The SQL of the outbox; the parameters of each are those of its method in delivery-store.ts. */

/** Time of the lease; its holder renews it several times within. */
export const DELIVERY_LEASE_MS = 15_000;
export const LEASE_SECONDS = DELIVERY_LEASE_MS / 1000;

/** The columns of a Delivery. */
export const FIELDS = `
  id, incident_id as "incidentId", run, part, state, channel, thread_ts as "threadTs", message_ts as "messageTs",
  wanted, shown, attempts, last_error as "lastError", ${isoTime('sending_at')} as "sendingAt"`;

/** True for a reply that is behind itself, or has charts that are: they follow it under its lease. */
const BEHIND = `(r.wanted > r.shown or exists (select 1 from rca_fleet.deliveries c
  where c.incident_id = r.incident_id and c.run = r.run and c.part like 'chart-%' and c.wanted > c.shown and c.state <> 'failed'))`;

/**
 * Takes the lease of a run that is behind, by the database's clock. A claim that comes first is not seen by a statement that
 * began before: then the lease is held all the same.
 */
export const CLAIM = `
with due as (
  update rca_fleet.deliveries r set lease_token = lease_token + 1, lease_until = now() + make_interval(secs => ${LEASE_SECONDS}), updated_at = now()
  where incident_id = $1 and run = $2 and part = 'reply' and state <> 'failed' and ${BEHIND}
    and (lease_until is null or lease_until < now())
  returning lease_token::text as token, wanted
)
select due.token, due.wanted, (select trace from rca_fleet.incidents where id = $1 and due.token is not null) as trace,
       (select coalesce(extract(epoch from lease_until - now()), 0)::float8 * 1000 from rca_fleet.deliveries r
        where incident_id = $1 and run = $2 and part = 'reply' and state <> 'failed' and ${BEHIND}) as "heldMs"
from (select 1) as one left join due on true`;

/** True while the lease is the newest one: its token stands on the reply row. */
const HELD = `exists (select 1 from rca_fleet.deliveries h
  where h.incident_id = $1 and h.run = $2 and h.part = 'reply' and h.lease_token = $3::bigint)`;

/** Something of this part stands in Slack, or may: it stays where it was sent, whatever the configuration says by now. */
const BOUND = `(rca_fleet.deliveries.message_ts is not null or rca_fleet.deliveries.sending_at is not null)`;

/** Makes the row of a part, or says where the one that is there belongs. */
export const OPEN = `
with made as (
  insert into rca_fleet.deliveries (id, incident_id, run, part, channel, thread_ts)
  select gen_random_uuid(), $1, $2, $4, $5, $6 where ${HELD}
  on conflict (incident_id, run, part) do update set
    channel = case when ${BOUND} then rca_fleet.deliveries.channel else excluded.channel end,
    thread_ts = case when ${BOUND} then rca_fleet.deliveries.thread_ts else excluded.thread_ts end, updated_at = now()
    where rca_fleet.deliveries.part <> 'reply' or rca_fleet.deliveries.lease_token = $3::bigint
  returning *
)
select ${FIELDS} from made`;

/** The reply's own row is compared itself: a statement that waited for it must see a claim that came first. */
export const HELD_ON_ROW = `${HELD} and (part <> 'reply' or lease_token = $3::bigint)`;

/** Notes a message that stands; with the last that was wanted the incident ends as posted. */
export const MARK_SENT = `
with sent as (
  update rca_fleet.deliveries
  set state = 'sent', channel = $5, message_ts = $6, shown = greatest(shown, $7), last_error = null, updated_at = now()
  where incident_id = $1 and run = $2 and part = $4 and ${HELD_ON_ROW}
  returning part, wanted, shown
), posted as (
  update rca_fleet.incidents set state = 'posted', finished_at = now(), updated_at = now()
  where id = $1 and run = $2 and state = 'reported' and exists (select 1 from sent where part = 'reply' and shown >= wanted)
  returning id
)
select (select count(*)::int from posted) as posted from sent`;

/** Gives up on what is behind of a run that has ended. */
export const FAIL = `
update rca_fleet.deliveries set state = 'failed', last_error = $4, updated_at = now()
where incident_id = $1 and run = $2 and (wanted > shown or state <> 'sent') and ${HELD}
  and exists (select 1 from rca_fleet.incidents i where i.id = $1 and i.finished_at is not null)`;

/**
 * What is behind is found by an index that holds nothing else, the oldest first. The limit stands in the text: PostgreSQL
 * believes that a third of all deliveries are behind, and would read them all. Whatever was looked at is touched, due or not,
 * so that the next ones get their turn; what nobody will ever bring up to date is wanted no longer, or it would be looked at for
 * ever: the messages of a run that a newer one has left behind, and what a reply that is shown has no use for.
 */
export const due = (limit: number) => `
with behind as (
  select b.id, b.incident_id, b.run, b.part from rca_fleet.deliveries b
  where b.wanted > b.shown and b.state <> 'failed' and b.updated_at < now() - make_interval(secs => $1)
  order by b.updated_at limit ${Math.trunc(limit)} for update skip locked
), touched as (
  update rca_fleet.deliveries d set updated_at = now(),
    wanted = case when i.run > d.run then d.shown
                  when i.finished_at is not null and d.part <> 'reply' and d.part not like 'chart-%' and exists (
                    select 1 from rca_fleet.deliveries r
                    where r.incident_id = d.incident_id and r.run = d.run and r.part = 'reply' and r.shown >= r.wanted) then d.shown
                  else d.wanted end
  from behind join rca_fleet.incidents i on i.id = behind.incident_id where d.id = behind.id
)
select distinct d.incident_id as "incidentId", d.run, d.wanted, i.priority, i.state
from behind join rca_fleet.deliveries d on d.incident_id = behind.incident_id and d.run = behind.run and d.part = 'reply'
join rca_fleet.incidents i on i.id = d.incident_id and i.run = d.run
where (behind.part = 'reply' or behind.part like 'chart-%')
  and d.state <> 'failed' and d.updated_at < now() - make_interval(secs => $1) and (d.lease_until is null or d.lease_until < now())`;
