-- The incidents that wait in the store for room in their queue, in the order in which they get it.
create index incidents_waiting on rca_fleet.incidents (agent, priority, created_at) where state = 'received';

-- Intake writes an alert, its incident and this link with one statement, and retention deletes them with one: checking each
-- link against both tables once more took a fifth of the statement.
alter table rca_fleet.incident_alerts
  drop constraint incident_alerts_alert_id_fkey,
  drop constraint incident_alerts_incident_id_fkey;
