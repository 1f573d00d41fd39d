-- What intake writes down: one row per delivery of an alert, and which incident it belongs to.
create table rca_fleet.alerts (
  id            uuid primary key,
  delivery_key  text not null unique,
  fingerprint   text not null,
  source        text not null,
  status        text not null check (status in ('firing', 'resolved')),
  alert         jsonb not null,
  received_at   timestamptz not null default now()
);

create table rca_fleet.incidents (
  id              uuid primary key,
  state           text not null check (state in
                    ('received', 'queued', 'investigating', 'reported', 'posted', 'suppressed', 'resolved_early', 'dead')),
  reason          text,
  dead_reason     text,
  fingerprint     text not null,
  agent           text not null,
  class           text not null,
  severity        text not null,
  priority        int not null,
  classification  jsonb not null,
  service         text,
  namespace       text,
  title           text not null,
  run             int not null default 1,
  slack           jsonb,
  resolved_at     timestamptz,
  created_at      timestamptz(3) not null default now(),
  updated_at      timestamptz not null default now(),
  finished_at     timestamptz
);
create index incidents_newest on rca_fleet.incidents (created_at desc, id desc);
create index incidents_open on rca_fleet.incidents (updated_at) where finished_at is null;
create index incidents_dead on rca_fleet.incidents (finished_at) where state = 'dead';
create index incidents_service on rca_fleet.incidents (service, created_at desc);

create table rca_fleet.incident_alerts (
  alert_id     uuid primary key references rca_fleet.alerts (id) on delete cascade,
  incident_id  uuid not null references rca_fleet.incidents (id) on delete cascade,
  decision     text not null check (decision in ('investigate', 'join', 'suppress', 'resolve')),
  reason       text not null
);
create index incident_alerts_incident on rca_fleet.incident_alerts (incident_id);

-- Which incident a firing with this fingerprint joins; the row's lock is what makes de-duplication exact.
create table rca_fleet.incident_slots (
  fingerprint  text primary key,
  incident_id  uuid not null,
  expires_at   timestamptz not null
);

-- One run over an incident. The lease token fences every write of the worker that holds it.
create table rca_fleet.investigations (
  id            uuid primary key,
  incident_id   uuid not null references rca_fleet.incidents (id) on delete cascade,
  run           int not null,
  lease_token   bigint not null default 0,
  lease_until   timestamptz,
  worker        text,
  attempts      int not null default 0,
  progress      jsonb not null default '[]',
  gaps          jsonb not null default '[]',
  findings      jsonb not null default '[]',
  usage         jsonb,
  report        jsonb,
  error         text,
  started_at    timestamptz not null default now(),
  finished_at   timestamptz,
  unique (incident_id, run)
);

create table rca_fleet.evidence (
  investigation_id  uuid not null references rca_fleet.investigations (id) on delete cascade,
  number            int not null,
  step_key          text not null,
  evidence          jsonb not null,
  primary key (investigation_id, number),
  unique (investigation_id, step_key)
);

-- The outbox: one row per Slack message that an incident run owes. wanted and shown are revisions: what should be seen
-- and what is seen; a row with wanted > shown is work.
create table rca_fleet.deliveries (
  id           uuid primary key,
  incident_id  uuid not null references rca_fleet.incidents (id) on delete cascade,
  run          int not null,
  part         text not null,
  state        text not null default 'pending' check (state in ('pending', 'sending', 'sent', 'failed')),
  channel      text,
  thread_ts    text,
  message_ts   text,
  wanted       int not null default 1,
  shown        int not null default 0,
  lease_token  bigint not null default 0,
  lease_until  timestamptz,
  attempts     int not null default 0,
  last_error   text,
  sending_at   timestamptz,
  created_at   timestamptz not null default now(),
  updated_at   timestamptz not null default now(),
  unique (incident_id, run, part)
);
create index deliveries_due on rca_fleet.deliveries (updated_at) where wanted > shown and state <> 'failed';

-- When a Slack channel may take the next call (generic cell rate algorithm), shared by all post workers.
create table rca_fleet.channel_pacing (
  channel             text primary key,
  theoretical_arrival timestamptz not null
);
