-- The span that an alert came in, and that its incident's work continues (W3C Trace Context); null where no traces are made.
alter table rca_fleet.alerts add column trace jsonb;
alter table rca_fleet.incidents add column trace jsonb;

-- Nothing of this is known to a program of version 4, nor in its way.
comment on schema rca_fleet is 'oldest program: 4';
