-- What waits in the store before it is queued: due_at is the durable timer, held_for says what it waits for. turn_at is when
-- an incident may no longer be overtaken: its receipt and what its severity can wait. history is every later decision.
alter table rca_fleet.incidents
  add column due_at      timestamptz,
  add column held_for    text check (held_for in ('hold', 'maintenance')),
  add column turn_at     timestamptz not null default now(),
  add column taken_at    timestamptz,
  add column forced      boolean not null default false,
  add column history     jsonb,
  -- Dead letters: when this one is to be sent round again, and how often that was done without anybody asking.
  add column redrive_at  timestamptz,
  add column self_redrives int not null default 0;
drop index rca_fleet.incidents_waiting;
create index incidents_waiting on rca_fleet.incidents (agent, turn_at) where state = 'received' and due_at is null;
create index incidents_held on rca_fleet.incidents (due_at) where state = 'received' and due_at is not null;
create index incidents_redrive on rca_fleet.incidents (redrive_at) where redrive_at is not null;

alter table rca_fleet.incident_alerts drop constraint incident_alerts_decision_check;
alter table rca_fleet.incident_alerts add constraint incident_alerts_decision_check
  check (decision in ('investigate', 'hold', 'join', 'suppress', 'resolve'));

-- A firing after its resolution counts as one flap; while it flaps, it joins its last incident until cool_until.
alter table rca_fleet.incident_slots
  add column resolved     boolean not null default false,
  add column flaps        int not null default 0,
  add column flaps_until  timestamptz,
  add column cool_until   timestamptz;

-- Which incident an alert that shares a service, a node or an edge joins for the next moments. Losing these rows in a crash
-- of PostgreSQL costs an investigation more, never an alert: they need no write-ahead log.
create unlogged table rca_fleet.incident_groups (
  key          text primary key,
  incident_id  uuid not null,
  -- Of its most urgent alert, 1 is critical.
  rank         smallint not null,
  -- It takes alerts until live_until, which grows with each, at most to ends_at; before held_until nobody investigates.
  live_until   timestamptz not null,
  ends_at      timestamptz not null,
  held_until   timestamptz not null
);

-- Incidents whose thread is to be brought up to date quietly: alerts have joined, or were resolved.
create table rca_fleet.incident_news (
  incident_id  uuid primary key,
  at           timestamptz not null default now()
);

-- What investigations with the LLM have taken of the budget; the estimate stands until the answer is there.
create table rca_fleet.llm_spending (
  incident_id  uuid not null,
  run          int not null,
  severity     text not null,
  at           timestamptz not null default now(),
  tokens       bigint not null default 0,
  cost_usd     numeric not null default 0,
  primary key (incident_id, run)
);
create index llm_spending_at on rca_fleet.llm_spending (at);

-- The budgets that the producers were started with, for all workers.
create table rca_fleet.budgets (
  name   text primary key,
  rules  jsonb not null
);
