import type { Severity } from './alert.ts';

/** Why and for how long an incident is held back: to see whether it resolves by itself, or until a maintenance window ends. */
export type HeldFor = 'hold' | 'maintenance';

/** What the intake policies say about one alert; all times in seconds. */
export type IntakePlan = {
  /** The rules that have shaped it, for people. */
  rules: string[];
  /** For how long exact duplicates join the incident of the first one. */
  joinSeconds: number;
  /** How long an incident waits before it is investigated. */
  holdSeconds: number;
  coalesce: CoalescePlan | null;
  flapping: { times: number; withinSeconds: number; coolDownSeconds: number };
  /** How long less urgent incidents can be overtaken at most by those that came later; below 0 for those that are ahead. */
  turnSeconds: number;
  maintenance: { name: string; until: string } | null;
};

/** What the keys begin with of alerts that a maintenance window holds back. */
export const MAINTENANCE_KEY = 'maintenance ';

/** How alerts that share a key become one incident. */
export type CoalescePlan = {
  keys: string[];
  quietSeconds: number;
  maxSeconds: number;
  /** An incident of so many alerts is not held any longer. */
  maxAlerts: number;
};

/**
 * By how much critical incidents are ahead of all others, s: they also overtake what may be overtaken no longer, unless its turn
 * came so long ago. In a backlog of hours they would wait for all of it otherwise.
 */
export const CRITICAL_AHEAD_SECONDS: number = 8 * 3_600;

/** How long an incident of a severity may be overtaken where no policy says otherwise, s. */
export const TURN_SECONDS: Record<Severity, number> = {
  critical: -CRITICAL_AHEAD_SECONDS,
  high: 15 * 60,
  medium: 3_600,
  low: 4 * 3_600,
  info: 8 * 3_600,
};

/** Alerts without a plan: exact duplicates join for 30 minutes, everything else is investigated at once. */
export const PLAIN_PLAN: Omit<IntakePlan, 'turnSeconds'> = {
  rules: [],
  joinSeconds: 30 * 60,
  holdSeconds: 0,
  coalesce: null,
  flapping: { times: 3, withinSeconds: 3_600, coolDownSeconds: 0 },
  maintenance: null,
};
