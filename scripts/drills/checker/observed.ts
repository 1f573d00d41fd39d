import type { IncidentState } from '../../../src/shared/incident.ts';

/**
 * One line of the sender's log. `invoked` stands before the request goes out; `failed` is an answer that is no 2xx or a
 * connection that was never made; `unknown` is a request whose answer was lost, so that it may have been stored.
 */
export type WitnessEntry = {
  at: number;
  /** Names the alert; it is the service that the alert tells of, so that the stored row can be found. */
  key: string;
  /** What makes a repetition the same delivery. */
  delivery: string;
  outcome: 'invoked' | 'acknowledged' | 'failed' | 'unknown';
  status: number | null;
  ids: { alertId: string; incidentId: string }[];
  why: string | null;
};

/** What one call did to the simulated Slack, oldest first; ids are those of the message's metadata. */
export type SlackEffect = {
  at: number;
  kind: 'post' | 'edit' | 'delete';
  channel: string;
  ts: string;
  threadTs: string | null;
  incidentId: string | null;
  run: number | null;
  part: string | null;
};

export type StoredAlert = { id: string; key: string | null; incidentId: string | null; receivedAt: number };
export type StoredIncident = {
  id: string;
  state: IncidentState;
  deadReason: string | null;
  run: number;
  attempts: number;
  /** The alert's own message in Slack; null when it did not come from there. */
  slack: { channel: string; ts: string } | null;
  createdAt: number;
  finishedAt: number | null;
};
export type StoredDelivery = {
  incidentId: string;
  run: number;
  part: string;
  state: string;
  channel: string | null;
  messageTs: string | null;
  wanted: number;
  shown: number;
};
export type LiveJob = { queue: string; id: string; incidentId: string; run: number };

/** The one read of database and queues after everything has come to rest. */
export type FinalState = {
  at: number;
  alerts: StoredAlert[];
  incidents: StoredIncident[];
  deliveries: StoredDelivery[];
  jobs: LiveJob[];
  /** When each investigation was begun first. */
  starts: number[];
  /** Investigations that were admitted to the LLM's budget. */
  llmInvestigations: number;
};

/** An incident seen in a state that it was not in before. */
export type StateSample = { at: number; incidentId: string; state: IncidentState; run: number };
export type ReadinessSample = { at: number; process: string; ready: boolean };
/** While this lasts, the process can't consume: its readiness has to say so, and to come back by itself afterwards. */
export type StuckWindow = { process: string; from: number; until: number; what: string };
export type ResourceSample = {
  at: number;
  /** Resident memory per process generation (a restart begins a new one), MB. */
  memoryMb: Record<string, number>;
  connections: number | null;
  keys: number | null;
  /** Investigations under way by the worker that holds their lease; null where it can't be asked. */
  held: Record<string, number> | null;
};

export type Limits = {
  /** From acceptance, or from the end of the last fault when that is later, to a final state. */
  finalWithinMs: number;
  readinessWithinMs: number;
  memoryMb: number;
  memorySlopeMbPerMinute: number;
  connections: number;
  keysPerIncident: number;
  /** The limits that the fleet was configured with; infinite where the drill sets none. */
  investigationsPerWorker: number;
  startsPerMinute: number;
  postsPerMinute: number;
  llmInvestigations: number;
};

/** Everything that the checker decides from. */
export type Observed = {
  witness: WitnessEntry[];
  slack: SlackEffect[];
  final: FinalState;
  states: StateSample[];
  readiness: ReadinessSample[];
  stuck: StuckWindow[];
  resources: ResourceSample[];
  /** When the last fault had ended. */
  healedAt: number;
  /** Reasons of death that the injected fault accounts for. */
  mayDieOf: string[];
  limits: Limits;
};

/** Names what it found broken, one line each; empty when the rule holds. */
export type Rule = (observed: Observed) => string[];
