import { join } from 'node:path';
import { onPostgres } from '../harness/servers.ts';
import type { Drill, Stage } from '../harness/stage.ts';
import { untilBusy, wait } from './steps.ts';

const AT_ONCE = 2;
const STARTS_PER_MINUTE = 10;
const POSTS_PER_MINUTE = 60;
const LLM_INVESTIGATIONS = 12;
/** Pools that investigate. */
const POOLS = 2;
const LOAD_S = 45;

const FAULTS: ((stage: Stage) => Promise<unknown>)[] = [
  async ({ fleet }) => {
    await fleet.workers[0]!.signal('SIGKILL');
    fleet.workers[0]!.launch();
  },
  async ({ servers }) => {
    await servers.redis?.kill();
    await servers.redis?.start();
  },
  ({ servers }) => servers.postgres!.restart(),
];

/** Tight limits everywhere, judged by the checker: at once, per minute, per channel, and in the LLM's budget. */
export const limitsUnderFaults: Drill = {
  name: 'limits-under-faults',
  what: 'tight limits of everything while a worker is killed and Redis and PostgreSQL are restarted',
  backends: ['redis', 'postgres'],
  shortOn: ['redis'],
  environment: {
    WORKER_CONCURRENCY: String(AT_ONCE),
    WORKER_RATE_PER_MINUTE: String(STARTS_PER_MINUTE),
    SLACK_POSTS_PER_MINUTE: String(POSTS_PER_MINUTE),
    INTAKE_POLICIES: join(import.meta.dirname, '..', 'policies', 'tight-budget.yaml'),
  },
  limits: {
    finalWithinMs: 300_000,
    investigationsPerWorker: AT_ONCE * POOLS,
    startsPerMinute: STARTS_PER_MINUTE * POOLS,
    postsPerMinute: POSTS_PER_MINUTE,
    llmInvestigations: LLM_INVESTIGATIONS,
  },
  seconds: { short: 300, long: 300 },
  async run(stage) {
    const { sender, watch, healed, expect, environment, say } = stage;
    sender.start(0.7);
    await untilBusy(stage, 1);
    for (const fault of FAULTS) {
      await fault(stage);
      await wait(stage, LOAD_S / FAULTS.length);
    }
    await sender.stop();
    healed();
    await watch.untilFinal(
      sender.acknowledged.flatMap((one) => one.incidentIds),
      240_000,
    );
    const [row] = await onPostgres<{ llm: number; all: number }>(
      environment.DATABASE_URL!,
      `select count(*) filter (where report->>'tier' = 'llm')::int as llm, count(*)::int as all from rca_fleet.investigations`,
    );
    say(`${row!.llm} of ${row!.all} reports with the LLM, whose budget is ${LLM_INVESTIGATIONS}`);
    expect('the limits were reached, or nothing was tried', row!.all > LLM_INVESTIGATIONS);
  },
};
