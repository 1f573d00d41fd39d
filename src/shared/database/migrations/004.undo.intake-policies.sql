drop table rca_fleet.budgets;
drop table rca_fleet.llm_spending;
drop table rca_fleet.incident_news;
drop table rca_fleet.incident_groups;
alter table rca_fleet.incident_slots
  drop column cool_until, drop column flaps_until, drop column flaps, drop column resolved;
update rca_fleet.incident_alerts set decision = 'investigate' where decision = 'hold';
alter table rca_fleet.incident_alerts drop constraint incident_alerts_decision_check;
alter table rca_fleet.incident_alerts add constraint incident_alerts_decision_check
  check (decision in ('investigate', 'join', 'suppress', 'resolve'));
drop index rca_fleet.incidents_redrive;
drop index rca_fleet.incidents_held;
drop index rca_fleet.incidents_waiting;
alter table rca_fleet.incidents
  drop column self_redrives, drop column redrive_at, drop column history, drop column forced, drop column taken_at,
  drop column turn_at, drop column held_for, drop column due_at;
create index incidents_waiting on rca_fleet.incidents (agent, priority, created_at) where state = 'received';
