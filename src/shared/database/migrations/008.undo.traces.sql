alter table rca_fleet.incidents drop column trace;
alter table rca_fleet.alerts drop column trace;
