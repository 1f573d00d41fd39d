import type { Severity } from '../alert.ts';
import type { Database } from '../database/database.ts';
import { type BudgetRules, budgetRefusal, type Spent, type SpentBySeverity } from '../llm-budget.ts';
import type { LlmUsage } from '../report.ts';
import { storableJson } from './storable-json.ts';

export type BudgetStore = {
  /** Sets the rules for all processes. */
  publish(rules: BudgetRules): Promise<void>;
  /**
   * Asks for one investigation with the LLM: null when it may go on (it counts from now on, once per run), else why not.
   * Investigations that ask in the same moment may exceed a limit by their number.
   */
  admit(incidentId: string, run: number, severity: Severity, forced?: boolean): Promise<string | null>;
  /** Puts what the run has really taken in the place of its estimate. */
  settle(incidentId: string, run: number, usage: LlmUsage): Promise<void>;
  /** Takes back what was asked for by a run whose LLM has answered nothing. */
  giveBack(incidentId: string, run: number): Promise<void>;
  /** Forgets what was spent more than a month ago. */
  prune(): Promise<void>;
};

const NAME = 'llm';

const STANDING = `
select rules, exists (select 1 from rca_fleet.llm_spending where incident_id = $1 and run = $2) as admitted,
  (select coalesce(json_object_agg(severity, json_build_object('investigations', n, 'tokens', t, 'costUsd', c)), '{}') from (
     select severity, count(*)::int as n, sum(tokens)::float8 as t, sum(cost_usd)::float8 as c from rca_fleet.llm_spending
     where at > now() - make_interval(secs => (rules->>'windowSeconds')::float8) group by severity) as spent) as spent
from rca_fleet.budgets where name = '${NAME}'`;

/** A few at a time: it is asked for every 15 seconds. */
const PRUNE = `
delete from rca_fleet.llm_spending where (incident_id, run) in (
  select incident_id, run from rca_fleet.llm_spending where at < now() - interval '31 days' order by at limit 5000)`;

type Standing = { rules: BudgetRules; admitted: boolean; spent: SpentBySeverity };

/** The repository of what investigations with the LLM may take, and have taken. */
export function createBudgetStore(database: Database): BudgetStore {
  return {
    async publish(rules) {
      await database.query(
        `insert into rca_fleet.budgets (name, rules) values ('${NAME}', $1::jsonb) on conflict (name) do update set rules = excluded.rules`,
        [storableJson(rules)],
      );
    },
    async admit(incidentId, run, severity, forced = false) {
      const [standing] = await database.query<Standing>(STANDING, [incidentId, run]);
      if (!standing || standing.admitted) return null;
      const refused = forced ? null : budgetRefusal(standing.rules, standing.spent, severity);
      if (refused) return refused;
      const { tokens, costUsd }: Omit<Spent, 'investigations'> = standing.rules.estimate;
      await database.query(
        `insert into rca_fleet.llm_spending (incident_id, run, severity, tokens, cost_usd) values ($1, $2, $3, $4, $5)
         on conflict do nothing`,
        [incidentId, run, severity, Math.round(tokens), costUsd],
      );
      return null;
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
