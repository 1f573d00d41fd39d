import { SEVERITIES, type Severity } from './alert.ts';

/** What investigations with the LLM may take within a window, in all; null is no limit. */
export type BudgetRules = {
  windowSeconds: number;
  investigations: number | null;
  tokens: number | null;
  costUsd: number | null;
  /** Kept for a severity and what is worse, in percent of each limit. */
  reserve: Record<Severity, number>;
  /** What an investigation counts for until it is done. */
  estimate: { tokens: number; costUsd: number };
};

/** What was taken within the window, by severity. */
export type Spent = { investigations: number; tokens: number; costUsd: number };
export type SpentBySeverity = Partial<Record<Severity, Spent>>;

const NOTHING: Spent = { investigations: 0, tokens: 0, costUsd: 0 };

const LIMITS = ['investigations', 'tokens', 'costUsd'] as const;
const UNITS: Record<(typeof LIMITS)[number], string> = {
  investigations: 'investigations',
  tokens: 'tokens',
  costUsd: 'US dollars',
};

/**
 * Why the budget has no room for another investigation of this severity, null when it has. What is reserved for worse ones and
 * not taken by them yet is left alone; a reserve is used before the common part.
 */
export function budgetRefusal(rules: BudgetRules, spent: SpentBySeverity, severity: Severity): string | null {
  for (const limit of LIMITS) {
    const most = rules[limit];
    if (most === null) continue;
    const next = limit === 'investigations' ? 1 : rules.estimate[limit];
    const room = most - usedOf(spent, limit) - keptFromOthers(rules, spent, severity, limit, most);
    if (next > room) return refusal(rules, limit, most, severity);
  }
  return null;
}

function usedOf(spent: SpentBySeverity, limit: (typeof LIMITS)[number]): number {
  return SEVERITIES.reduce((sum, name) => sum + (spent[name] ?? NOTHING)[limit], 0);
}

/** What worse severities still have of their reserves. */
function keptFromOthers(
  { reserve }: BudgetRules,
  spent: SpentBySeverity,
  severity: Severity,
  limit: (typeof LIMITS)[number],
  most: number,
): number {
  const worse = SEVERITIES.slice(0, SEVERITIES.indexOf(severity));
  return worse.reduce(
    (sum, name) => sum + Math.max(0, (most * reserve[name]) / 100 - (spent[name] ?? NOTHING)[limit]),
    0,
  );
}

function refusal(rules: BudgetRules, limit: (typeof LIMITS)[number], most: number, severity: Severity): string {
  const window = rules.windowSeconds % 3_600 === 0 ? `${rules.windowSeconds / 3_600} h` : `${rules.windowSeconds} s`;
  return `budget: of the ${most} ${UNITS[limit]} within ${window} nothing is left for ${severity} alerts`;
}
