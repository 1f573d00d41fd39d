comment on schema rca_fleet is null;
alter table rca_fleet.incident_slots reset (autovacuum_vacuum_scale_factor, autovacuum_analyze_scale_factor);
alter table rca_fleet.deliveries reset (autovacuum_vacuum_scale_factor, autovacuum_analyze_scale_factor);
alter table rca_fleet.investigations reset (autovacuum_vacuum_scale_factor, autovacuum_analyze_scale_factor);
alter table rca_fleet.incidents reset (autovacuum_vacuum_scale_factor, autovacuum_analyze_scale_factor);
drop index rca_fleet.incidents_self_redrive;
drop index rca_fleet.incidents_dead_reason;
drop index rca_fleet.incidents_final;
drop index rca_fleet.incidents_ended;
