drop index rca_fleet.incidents_waiting;
