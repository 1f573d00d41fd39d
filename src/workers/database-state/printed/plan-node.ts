/** One step of a plan that a server printed (`EXPLAIN`, `EXPLAIN ANALYZE`); numbers are of one loop, null where they are not told. */
export type PlanNode = {
  kind: string;
  relation: string | null;
  estimated: number;
  rows: number | null;
  loops: number;
  ms: number | null;
  cost: number;
  /** What each row was tested with after it had been read; for a step that reads by an index, not what it was found by. */
  filter: string | null;
  /** Rows that the filter threw away in one loop. */
  removed: number | null;
  /** What it was found by. */
  condition: string | null;
  /** The subplan (`SubPlan 1`) whose first step it is; initial plans run once and are none. */
  subplan: string | null;
  /** How a sort or a hash went to the disk, as the plan says it; null where it stayed in memory. */
  disk: string | null;
  workers: number;
  children: PlanNode[];
  /** How long it took on the clock with and without what stands below it, ms; zero where the plan was not run. */
  wall: number;
  own: number;
};

/** A plan as it was printed, before its times are shared out among its steps; `totalMs` is null for a plan that was only made. */
export type ToldPlan = { root: PlanNode; totalMs: number | null };
