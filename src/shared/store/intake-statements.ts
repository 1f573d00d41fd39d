import { MAINTENANCE_KEY } from '../intake-plan.ts';
import { isoTime } from './iso-time.ts';
import { allResolved } from './settle-resolved.ts';

/** The SQL of intake; how its parts fit together is said in intake-store.ts. */

/** A webhook without any identity counts as a repetition of the same content for so long. */
export const SAME_CONTENT_SECONDS = 600;

/**
 * $1 the alerts, $2 the keys of their groups, $3 why a stray resolution is suppressed, $4 flaps from which on an alert is
 * flapping, $5 the time in which they count (s), $6 delivery keys of the ten minutes before.
 *
 * An alert opens an incident where its slot holds an id that no incident has yet: the id is its own or its group's. Rows of
 * groups and slots are locked in key order, alerts before groups before slots, so that two batches never wait for each other.
 * An id that another batch has promised and not used is taken up by whoever comes first.
 */
export const STORE_ALERTS = `
with input as (
  select x.*, alert->>'deliveryKey' as delivery_key, alert->>'fingerprint' as fingerprint, alert->>'status' as status,
         alert->>'status' = 'firing' as fires, (classification->>'priority')::int as priority
  from jsonb_to_recordset($1::jsonb) as x(n int, alert_id uuid, incident_id uuid, alert jsonb, classification jsonb, c int,
    earlier text, join_s float8, cool_s float8, turn_s float8, hold_s float8, held_until timestamptz, held_why text, trace jsonb)
), repeated as (
  select delivery_key from rca_fleet.alerts
  where delivery_key = any($6::text[]) and received_at > now() - make_interval(secs => ${SAME_CONTENT_SECONDS})
), stored as (
  insert into rca_fleet.alerts (id, delivery_key, fingerprint, source, status, alert, trace)
  select alert_id, delivery_key, fingerprint, alert->>'source', status, alert, trace from input
  where earlier is null or earlier not in (select delivery_key from repeated)
  order by delivery_key, n
  on conflict (delivery_key) do nothing
  returning id
), taken as (
  select n, alert_id, incident_id, fingerprint, fires, priority, c, join_s, cool_s,
         case when held_until is not null then held_why || ': ' end as covered
  from input
  join stored on stored.id = input.alert_id
), keyed as (
  select k.* from jsonb_to_recordset($2::jsonb) as
    k(c int, key text, fresh uuid, rank smallint, quiet_s float8, max_s float8, hold_s float8)
  where c in (select c from taken)
), grouped as (
  insert into rca_fleet.incident_groups as g (key, incident_id, rank, live_until, ends_at, held_until)
  select key, fresh, rank, now() + make_interval(secs => least(quiet_s, max_s)), now() + make_interval(secs => max_s),
         now() + make_interval(secs => hold_s)
  from keyed order by key
  on conflict (key) do update set
    (incident_id, rank, live_until, ends_at, held_until) = (
      select case when joins then g.incident_id else excluded.incident_id end,
             case when joins then least(g.rank, excluded.rank) else excluded.rank end,
             case when joins then greatest(g.live_until, least(excluded.live_until, g.ends_at)) else excluded.live_until end,
             case when joins then g.ends_at else excluded.ends_at end,
             case when not joins then excluded.held_until
                  when excluded.rank < g.rank then least(g.held_until, excluded.held_until)
                  when g.held_until > now() then greatest(g.held_until, least(excluded.live_until, g.ends_at))
                  else g.held_until end
      -- A more urgent alert joins only what nobody works on yet: silently it must never become a member.
      from (select g.live_until > now() and (excluded.rank >= g.rank or g.held_until > now()) as joins) as fate)
  returning key, incident_id
), proposed as (
  select keyed.c, (array_agg(grouped.incident_id order by grouped.incident_id = keyed.fresh, key))[1] as incident_id,
         bool_and(grouped.incident_id = keyed.fresh) as alone
  from keyed join grouped using (key) group by keyed.c
), firing as (
  select distinct on (fingerprint) fingerprint, n, join_s, cool_s, coalesce(proposed.incident_id, taken.incident_id) as proposes,
         coalesce(proposed.alone, true) as alone, priority
  from taken left join proposed using (c) where fires order by fingerprint, priority, n
), slot as (
  insert into rca_fleet.incident_slots as s (fingerprint, incident_id, expires_at, cool_until, flaps_until)
  select fingerprint, proposes, now() + make_interval(secs => join_s), now() + make_interval(secs => join_s + cool_s),
         -- Left out where the alert has joined a new incident of its group: that breaks its cool-down.
         case when alone then now() + make_interval(secs => $5::float8) end
  from firing order by fingerprint
  on conflict (fingerprint) do update set
    (incident_id, expires_at, cool_until, flaps, flaps_until, resolved) = (
      select case when free then excluded.incident_id else s.incident_id end,
             case when free then excluded.expires_at else s.expires_at end,
             case when free then excluded.cool_until else s.cool_until end,
             flaps_now,
             case when s.resolved and (s.flaps_until is null or s.flaps_until <= now())
                  then now() + make_interval(secs => $5::float8) else s.flaps_until end,
             false
      from (
        select flaps_now, case when i.outranked then true
          else s.expires_at <= now() and i.open is not true
            and not (flaps_now >= $4::int and s.cool_until > now() and excluded.flaps_until is not null and i.dead is not true) end as free
        -- Whoever flaps does so until its cool-down is over, however the time in which flaps count falls.
        from (select s.resolved::int + case when s.flaps_until > now() or (s.flaps >= $4::int and s.cool_until > now())
                                            then s.flaps else 0 end as flaps_now) as f
        left join (
          select i.finished_at is null as open, i.state = 'dead' as dead,
                 -- What is held back is led by what is more urgent, everything else would make it a silent member.
                 i.priority > f.priority and not (i.state = 'received' and i.due_at is not null) as outranked
          from rca_fleet.incidents i join firing f on f.fingerprint = s.fingerprint where i.id = s.incident_id
        ) as i on true
      ) as fate)
  returning fingerprint, incident_id, expires_at <= now() as expired, xmax::text = '0' as added
), answered as (
  select taken.n, taken.alert_id, taken.incident_id, true as fires, taken.priority, slot.incident_id as answers, slot.expired,
         taken.n = firing.n and slot.added and slot.incident_id <> taken.incident_id as shares, covered
  from taken join firing using (fingerprint) join slot using (fingerprint) where taken.fires
  union all
  select n, alert_id, taken.incident_id, false, priority,
         coalesce(slot.incident_id, (select s.incident_id from rca_fleet.incident_slots s where s.fingerprint = taken.fingerprint)),
         false, false, null
  from taken left join slot using (fingerprint) where not taken.fires
), known as (
  -- Looked up one by one, by their key: for new alerts there is nothing to look up.
  select id from (select distinct answers as id from answered where fires and answers not in (select incident_id from input)) as w
  where (select true from rca_fleet.incidents i where i.id = w.id)
), leaders as (
  select distinct on (answers) answers, n from answered
  where fires and answers not in (select id from known)
  order by answers, priority, n
), opening as (
  select n, answers, true as fires from leaders
  union all
  select n, incident_id, false from answered where answers is null
), incidents as (
  insert into rca_fleet.incidents (id, state, reason, fingerprint, agent, class, severity, priority, classification,
                                   service, namespace, title, slack, finished_at, resolved_at, turn_at, due_at, held_for, trace)
  select o.answers, case when o.fires then 'received' else 'suppressed' end, case when o.fires then held_why else $3 end,
         fingerprint, classification->>'agent', classification->>'class',
         classification->>'severity', priority, classification,
         alert->>'service', alert->>'namespace', alert->>'title', nullif(alert->'slack', 'null'),
         case when not o.fires then now() end, case when not o.fires then now() end,
         now() + make_interval(secs => turn_s),
         case when o.fires then coalesce(held_until, now() + make_interval(secs => hold_s)) end,
         case when not o.fires then null when held_until is not null then 'maintenance' when hold_s is not null then 'hold' end,
         trace
  from opening o join input using (n)
  on conflict (id) do nothing
  returning id
), opened as (
  select l.n, held_until, hold_s, coalesce(held_why, 'no incident is open for this alert: ' || (classification->'reasons'->>0)) as why
  from leaders l join incidents on incidents.id = l.answers join input using (n)
), decided as (
  select a.n, a.alert_id, coalesce(a.answers, a.incident_id) as incident_id,
         case when o.n is not null then
                case when o.held_until is not null then 'suppress' when o.hold_s is not null then 'hold' else 'investigate' end
              when fires then 'join' when answers is null then 'suppress'
              else 'resolve' end as decision,
         case when o.n is not null then o.why
              when fires then
                case when shares then
                       coalesce(covered, '') || 'it came with other alerts of the same service, node or neighbour: it joins their incident'
                     when expired then 'the same alert comes and goes: it joins the last analysis, which shows what is new since'
                     else 'the same alert has an incident already: it joins that one' end
              when answers is null then $3
              else 'the sender says that the alert is resolved' end as reason
  from answered a left join opened o on o.n = a.n
), news as (
  insert into rca_fleet.incident_news (incident_id)
  select distinct incident_id from decided where decision in ('join', 'resolve') order by incident_id
  on conflict do nothing
), linked as (
  insert into rca_fleet.incident_alerts (alert_id, incident_id, decision, reason)
  select alert_id, incident_id, decision, reason from decided
)
select n, alert_id, incident_id, decision, reason from decided`;

export const FIND_DELIVERED = `
select a.delivery_key, l.alert_id, l.incident_id, l.decision, l.reason
from rca_fleet.alerts a join rca_fleet.incident_alerts l on l.alert_id = a.id
where a.delivery_key = any($1)`;

/**
 * What alerts that have joined change of their incident: one that was resolved fires again, one that is held waits for more
 * of them to come, up to the limits of its group, and what is more urgent than the leader takes the lead. A maintenance window
 * holds back only what it covers, until its end as it is known now. Returns the incidents that wait no longer.
 */
export const AFTER_JOINS = `
with joined as (
  select * from jsonb_to_recordset($1::jsonb) as j(incident_id uuid, alert jsonb, classification jsonb, turn_s float8,
    hold_s float8, held_until timestamptz, held_why text, quiet_s float8, max_s float8, max_alerts int)
), fates as (
  select i.id, j.*, i.held_for = 'hold' or j.held_until is null as held,
         (j.classification->>'priority')::int < i.priority as leads,
         case when i.held_for = 'maintenance' then j.held_until is null
           else ((j.classification->>'priority')::int < i.priority and coalesce(j.hold_s, 0) = 0)
             or (select count(*) from (select 1 from rca_fleet.incident_alerts l where l.incident_id = i.id limit j.max_alerts) as first_ones)
                >= j.max_alerts end as at_once
  from rca_fleet.incidents i join joined j on j.incident_id = i.id
  where i.finished_at is null and i.state = 'received' and i.due_at is not null
  order by i.id for update of i
), led as (
  update rca_fleet.incidents i set
    due_at = case when not f.held then greatest(i.due_at, f.held_until) when f.at_once then null
                  else greatest(i.due_at, least(now() + make_interval(secs => f.quiet_s), i.created_at + make_interval(secs => f.max_s))) end,
    held_for = case when f.at_once then null else i.held_for end,
    taken_at = case when f.at_once then now() end,
    reason = case when f.at_once then null when not f.held and f.held_until > i.due_at then f.held_why else i.reason end,
    resolved_at = null,
    updated_at = now(),
    fingerprint = case when f.leads then f.alert->>'fingerprint' else i.fingerprint end,
    agent = case when f.leads then f.classification->>'agent' else i.agent end,
    class = case when f.leads then f.classification->>'class' else i.class end,
    severity = case when f.leads then f.classification->>'severity' else i.severity end,
    priority = case when f.leads then (f.classification->>'priority')::int else i.priority end,
    classification = case when f.leads then f.classification else i.classification end,
    service = case when f.leads then f.alert->>'service' else i.service end,
    namespace = case when f.leads then f.alert->>'namespace' else i.namespace end,
    title = case when f.leads then f.alert->>'title' else i.title end,
    slack = case when f.leads then coalesce(nullif(f.alert->'slack', 'null'), i.slack) else i.slack end,
    -- What goes on waiting has its turn reckoned from the end of that.
    turn_at = least(i.turn_at, case when f.at_once then now() else i.created_at end + make_interval(secs => f.turn_s)),
    history = case when f.at_once then coalesce(i.history, '[]') || jsonb_build_array(jsonb_build_object('at', ${isoTime('now()')}, 'decision', 'investigate',
      'reason', case when i.held_for = 'maintenance' then 'no maintenance window covers it any more: it waits no longer'
                     when f.leads then 'a more urgent alert has joined and takes the lead: it waits no longer'
                     else 'so many alerts have joined that it waits no longer' end)) else i.history end
  from fates f where i.id = f.id
  returning i.id, i.run, i.agent, i.priority, i.trace, f.at_once
), keys as (
  -- What a maintenance window goes on holding back must not join what it no longer does.
  delete from rca_fleet.incident_groups g using led where g.incident_id = led.id and led.at_once and g.key like '${MAINTENANCE_KEY}%'
), firing_again as (
  update rca_fleet.incidents i set resolved_at = null
  where i.id in (select incident_id from joined) and i.resolved_at is not null and i.id not in (select id from fates)
    -- What has joined may be an old firing that is delivered once more.
    and not (${allResolved('i.id')})
)
select id as "incidentId", run, agent, priority, trace from led where at_once`;

/** Keys of a group that were promised to an incident which was not opened then point to the one that was joined. */
export const MEND_GROUPS = `
update rca_fleet.incident_groups g set incident_id = m.answers
from jsonb_to_recordset($1::jsonb) as m(key text, fresh uuid, answers uuid)
where g.key = m.key and g.incident_id = m.fresh`;
