-- What each process sees of the MCP servers, overwritten every few seconds and worthless after a minute: not worth a log.
create unlogged table rca_fleet.mcp_status (
  process     text primary key check (length(process) <= 200),
  role        text not null,
  started_at  timestamptz not null,
  at          timestamptz not null default now(),
  servers     jsonb not null check (length(servers::text) <= 400000)
);
