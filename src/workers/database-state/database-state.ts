/**
 * What is known of a database server from the answers of its cloud or host: metrics over time, load by statement and wait
 * (AWS Performance Insights and its like), events, and the statements of its workload.
 */

import type { CreditSeries } from './credit-series.ts';
import type { PrintedState } from './printed/printed-state.ts';
import type { ServerStatus } from './server-status.ts';

export type MetricPoint = { at: number | null; value: number };

/** One metric over time, oldest first; `at` is epoch ms where the recording tells times. */
export type MetricSeries = {
  metric: string;
  entity: string | null;
  unit: string | null;
  points: MetricPoint[];
  evidence: number;
};

export type Wait = { name: string; load: number };

export type LoadedStatement = { statement: string; load: number; waits: Wait[]; callsPerSecond: number | null };

/** Load by statement, wait, user and host; loads of one list are comparable with each other only. */
export type LoadProfile = {
  statements: LoadedStatement[];
  waits: Wait[];
  users: Wait[];
  hosts: Wait[];
  load: number[];
  /** When it was measured, epoch ms, in any order; empty where nothing tells. */
  times: number[];
  evidence: number;
};

export type DatabaseEvent = { at: string | null; message: string; about: string | null; evidence: number };

/** A statement of the workload with how often it ran; `slow` where the server called it slow. */
export type WorkloadStatement = { statement: string; calls: number | null; slow: boolean; evidence: number };

/** What a program that uses the server says of it in its log: the decisive line and the kind of failure it tells of. */
export type CallerLine = { writer: string; kind: string; text: string; evidence: number };

/** What the server printed when it was asked (psql, mysql): the rows of its tables by their lower case column names. */
export type PrintedRow = { row: Record<string, string>; evidence: number };

/** One change that somebody made in the cloud around the server, as its audit trail tells it. */
export type CloudChange = {
  at: string | null;
  /** The name of the call, such as RevokeSecurityGroupIngress. */
  name: string;
  who: string | null;
  /** The whole entry, for ports and names in it. */
  text: string;
  evidence: number;
};

export type DatabaseState = {
  /** The instance that the answers name, null where none does. */
  instance: string | null;
  series: MetricSeries[];
  profile: LoadProfile | null;
  events: DatabaseEvent[];
  workload: WorkloadStatement[];
  callers: CallerLine[];
  rows: PrintedRow[];
  changes: CloudChange[];
  /** The state in which its cloud says that the server is; null where nobody asked. */
  status: ServerStatus | null;
  /** The burst credits of machines among the telemetry. */
  credits: CreditSeries[];
  /** What servers printed for psql, mysql, redis-cli and their like. */
  printed: PrintedState;
};
