drop table rca_fleet.channel_pacing;
drop table rca_fleet.deliveries;
drop table rca_fleet.evidence;
drop table rca_fleet.investigations;
drop table rca_fleet.incident_slots;
drop table rca_fleet.incident_alerts;
drop table rca_fleet.incidents;
drop table rca_fleet.alerts;
