-- The incidents that wait in the store for room in their queue, in the order in which they get it.
create index incidents_waiting on rca_fleet.incidents (agent, priority, created_at) where state = 'received';
