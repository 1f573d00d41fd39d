import type { Severity } from '../alert.ts';
import type { Database } from '../database/database.ts';
import { FleetError } from '../errors.ts';
import { type BudgetRules, budgetRefusal, type Spent, type SpentBySeverity } from '../llm-budget.ts';
import type { LlmUsage } from '../report.ts';
import { storableJson } from './storable-json.ts';

export type BudgetStore = {
  /** Sets the rules for all processes. */
  publish(rules: BudgetRules): Promise<void>;
  /**
   * Asks for one investigation with the LLM: null when it may go on (it counts from now on, once per run), else why not. However many ask
   * in the same moment, no limit is exceeded, but by those that may go `beyond` it. Throws FleetError `store_unavailable` when others are let in
   * between all of its attempts.
   */
  admit(incidentId: string, run: number, severity: Severity, beyond?: boolean): Promise<string | null>;
  /** Puts what the run has really taken in the place of its estimate. */
  settle(incidentId: string, run: number, usage: LlmUsage): Promise<void>;
  /** Takes back what was asked for by a run whose LLM has answered nothing. */
  giveBack(incidentId: string, run: number): Promise<void>;
  /** Forgets what was spent more than a month ago. */
  prune(): Promise<void>;
};

const NAME = 'llm';

const STANDING = `
select rules, turns::text as turns, exists (select 1 from rca_fleet.llm_spending where incident_id = $1 and run = $2) as admitted,
  (select coalesce(json_object_agg(severity, json_build_object('investigations', n, 'tokens', t, 'costUsd', c)), '{}') from (
     select severity, count(*)::int as n, sum(tokens)::float8 as t, sum(cost_usd)::float8 as c from rca_fleet.llm_spending
     where at > now() - make_interval(secs => (rules->>'windowSeconds')::float8) group by severity) as spent) as spent
from rca_fleet.budgets where name = '${NAME}'`;

/** A few at a time: it is asked for every 15 seconds. */
const PRUNE = `
delete from rca_fleet.llm_spending where (incident_id, run) in (
  select incident_id, run from rca_fleet.llm_spending where at < now() - interval '31 days' order by at limit 5000)`;

/** Takes the turn only where nobody else has taken one since the standing was read; then nothing is counted. */
const TAKE = `
with turn as (
  update rca_fleet.budgets set turns = turns + 1 where name = '${NAME}' and turns = $6::text::bigint returning turns
), counted as (
  insert into rca_fleet.llm_spending (incident_id, run, severity, tokens, cost_usd)
  select $1::uuid, $2::int, $3::text, $4::bigint, $5::numeric from turn on conflict do nothing
)
select 1 as one from turn`;

/** So many others would have to be let in one by one, each in the moment between two statements. */
const MOST_TRIES = 200;

type Standing = { rules: BudgetRules; turns: string; admitted: boolean; spent: SpentBySeverity };

/** The repository of what investigations with the LLM may take, and have taken. */
export function createBudgetStore(database: Database): BudgetStore {
  return {
    async publish(rules) {
      await database.query(
        `insert into rca_fleet.budgets (name, rules) values ('${NAME}', $1::jsonb) on conflict (name) do update set rules = excluded.rules`,
        [storableJson(rules)],
      );
    },
    async admit(incidentId, run, severity, beyond = false) {
      for (let tries = 0; tries < MOST_TRIES; tries++) {
        const [standing] = await database.query<Standing>(STANDING, [incidentId, run]);
        if (!standing || standing.admitted) return null;
        const { rules, spent, turns } = standing;
        const refused = beyond ? null : budgetRefusal(rules, spent, severity);
        if (refused) return refused;
        const { tokens, costUsd }: Omit<Spent, 'investigations'> = rules.estimate;
        const given = [incidentId, run, severity, Math.round(tokens), costUsd, turns];
        if ((await database.query(TAKE, given)).length > 0) return null;
      }
      throw new FleetError(
        'store_unavailable',
        `the budget of the LLM was asked for by others ${MOST_TRIES} times in between`,
      );
    },
    async settle(incidentId, run, { promptTokens, completionTokens, costUsd }) {
      await database.query(
        `update rca_fleet.llm_spending set tokens = coalesce($3::bigint, tokens), cost_usd = coalesce($4::numeric, cost_usd)
         where incident_id = $1 and run = $2`,
        [
          incidentId,
          run,
          promptTokens === null ? null : promptTokens + (completionTokens ?? 0),
          costUsd === undefined ? null : costUsd,
        ],
      );
    },
    async giveBack(incidentId, run) {
      await database.query('delete from rca_fleet.llm_spending where incident_id = $1 and run = $2', [incidentId, run]);
    },
    async prune() {
      await database.query(PRUNE);
    },
  };
}
