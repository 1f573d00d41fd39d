-- What is asked for again and again must cost the same however many incidents have ended: retention looks for what is old
-- enough, the API for the newest of a final state, the rounds of the producers for dead letters of a reason.
create index incidents_ended on rca_fleet.incidents (finished_at) where finished_at is not null and state <> 'dead';
create index incidents_final on rca_fleet.incidents (state, created_at desc, id desc) where finished_at is not null;
create index incidents_final_of_service on rca_fleet.incidents (service, state, created_at desc, id desc) where finished_at is not null;
create index incidents_dead_reason on rca_fleet.incidents (dead_reason, finished_at) where state = 'dead';
create index incidents_self_redrive on rca_fleet.incidents (dead_reason, self_redrives) where state = 'dead' and redrive_at is null;

-- These rows are written several times each. With the default, a fifth of a table may be dead before it is vacuumed and
-- analysed: of a million incidents that is more than a day's work, which the indexes of what is open carry along.
alter table rca_fleet.incidents set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
alter table rca_fleet.investigations set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
alter table rca_fleet.deliveries set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
alter table rca_fleet.incident_slots set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

-- Nothing of this is known to a program of version 4, nor in its way.
comment on schema rca_fleet is 'oldest program: 4';
