import type { AlertClass, Classification, Severity, SlackOrigin } from './alert.ts';

/**
 * The words of an incident's life.
 *
 * incident       one or many alerts that are answered together, in one Slack thread
 * investigation  one run over an incident; a redrive starts the next run
 * lease          the right of one worker to write to an investigation, held for a time, told by a token
 * delivery       one Slack message that an incident run owes (the root message or the reply), as an outbox row
 */

/** The six stages of an alert's life: file names, log fields and metric labels use these words. */
export const STAGES = ['receive', 'classify', 'enqueue', 'investigate', 'report', 'post'] as const;
export type Stage = (typeof STAGES)[number];

export const OPEN_STATES = ['received', 'queued', 'investigating', 'reported'] as const;
/** The four ends of an incident; exactly one of them is reached. */
export const FINAL_STATES = ['posted', 'suppressed', 'resolved_early', 'dead'] as const;
export const INCIDENT_STATES = [...OPEN_STATES, ...FINAL_STATES] as const;
export type IncidentState = (typeof INCIDENT_STATES)[number];

/** Why an incident ended dead. */
export const DEAD_REASONS = [
  'llm_unavailable',
  'evidence_unavailable',
  'slack_rejected',
  'slack_unavailable',
  'budget',
  'poison',
  'bug',
] as const;
export type DeadReason = (typeof DEAD_REASONS)[number];

/** What intake decided for one alert. */
export const DECISIONS = ['investigate', 'hold', 'join', 'suppress', 'resolve'] as const;
export type DecisionKind = (typeof DECISIONS)[number];

/** A decision that was taken over an incident after its first alert; `at` is ISO 8601. */
export type LaterDecision = { at: string; decision: string; reason: string };

/** An incident as it stands in the store; times are ISO 8601 in UTC. */
export type Incident = {
  id: string;
  state: IncidentState;
  /** Why it is in this state, in a sentence; null while nothing is to be said. */
  reason: string | null;
  deadReason: DeadReason | null;
  fingerprint: string;
  agent: string;
  class: AlertClass;
  severity: Severity;
  priority: number;
  classification: Classification;
  service: string | null;
  namespace: string | null;
  title: string;
  alertCount: number;
  /** Which run of the incident is the current one, from 1; a redrive adds one. */
  run: number;
  slack: SlackOrigin | null;
  /** Until when it is held back, and what for; null when it is not. */
  dueAt?: string | null;
  heldFor?: 'hold' | 'maintenance' | null;
  /** When the last of its alerts was resolved; null while one fires. */
  resolvedAt?: string | null;
  /** An operator asked for this run, or planned it: no resolution stops it. */
  forced?: boolean;
  /** An operator asked for this incident itself: no budget of the LLM stops it. */
  beyondBudget?: boolean;
  /** The trace that its work belongs to; null where no traces are made. */
  traceId?: string | null;
  /** Oldest first. */
  history?: LaterDecision[];
  createdAt: string;
  updatedAt: string;
  finishedAt: string | null;
};
