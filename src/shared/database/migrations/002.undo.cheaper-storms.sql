alter table rca_fleet.incident_alerts
  add constraint incident_alerts_alert_id_fkey foreign key (alert_id) references rca_fleet.alerts (id) on delete cascade,
  add constraint incident_alerts_incident_id_fkey foreign key (incident_id) references rca_fleet.incidents (id) on delete cascade;
drop index rca_fleet.incidents_waiting;
