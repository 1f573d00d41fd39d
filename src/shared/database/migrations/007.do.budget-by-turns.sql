-- Who asks for the budget of the LLM takes a turn: of two who saw the same standing only one is let in by it.
alter table rca_fleet.budgets add column turns bigint not null default 0;

-- An operator who asks for one incident may go beyond the budget. A plan that sends many round again may not, although each of them is forced.
alter table rca_fleet.incidents add column beyond_budget boolean not null default false;
update rca_fleet.incidents set beyond_budget = true where forced and finished_at is null;

-- Nothing of this is known to a program of version 4, nor in its way.
comment on schema rca_fleet is 'oldest program: 4';
