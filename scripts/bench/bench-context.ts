import type { LlmSandbox } from '../sandbox/llm/start-llm-sandbox.ts';
import type { Sandbox } from '../sandbox/start-sandbox.ts';
import type { BenchServers } from './bench-backends.ts';

/** How much is measured; the smaller set is for trying the bench out. */
export type BenchSizes = {
  warmUpSeconds: number;
  intakeSeconds: number;
  intakePairs: number;
  /** Alerts one at a time, and rounds of 20 at once. */
  singles: number;
  rounds: number;
  /** Incidents of a throughput run, in parts that alternate with as many jobs that do nothing. */
  incidents: number;
  parts: number;
  /** Incidents of a run with each number of worker processes, and seconds of a paced run. */
  scaleIncidents: number;
  pacedSeconds: number;
  /** Incidents that have ended, in the order in which the history grows. */
  histories: number[];
};

export const FULL_SIZES: BenchSizes = {
  warmUpSeconds: 6,
  intakeSeconds: 2,
  intakePairs: 5,
  singles: 60,
  rounds: 4,
  incidents: 500,
  parts: 5,
  scaleIncidents: 300,
  pacedSeconds: 10,
  histories: [1e3, 1e4, 1e5, 1e6],
};

export const SMALL_SIZES: BenchSizes = {
  warmUpSeconds: 1,
  intakeSeconds: 1,
  intakePairs: 2,
  singles: 10,
  rounds: 1,
  incidents: 100,
  parts: 2,
  scaleIncidents: 60,
  pacedSeconds: 3,
  histories: [1e3, 1e4],
};

/** The simulated world, answering at once and without rate limits. */
export type BenchWorld = { sandbox: Sandbox; llm: LlmSandbox; close(): Promise<void> };

export type BenchContext = {
  servers: BenchServers;
  world: BenchWorld;
  sizes: BenchSizes;
  /** Where CPU profiles of the measured processes go; null for none. */
  profileDir: string | null;
  say(line: string): void;
};
