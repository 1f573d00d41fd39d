alter table rca_fleet.incidents drop column beyond_budget;
alter table rca_fleet.budgets drop column turns;
