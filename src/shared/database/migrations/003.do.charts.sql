-- The charts of a run: chosen with its report, drawn when they are delivered. They go with their investigation.
create table rca_fleet.charts (
  investigation_id  uuid not null references rca_fleet.investigations (id) on delete cascade,
  number            int not null check (number between 1 and 2),
  chart             jsonb not null,
  png               bytea check (octet_length(png) <= 204800),
  -- Why it could not be drawn.
  failure           text,
  primary key (investigation_id, number)
);
