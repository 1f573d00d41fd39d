import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { check, RULES, type Violation } from '../checker/index.ts';
import type { Limits, Observed } from '../checker/observed.ts';
import { readFinalState, untilNoJobs } from './read-final-state.ts';
import type { DrillBackend } from './servers.ts';
import { slackEffects } from './slack-effects.ts';
import { openStage, type Stage, type StageOptions } from './stage.ts';

/** What became of one drill on one backend. */
export type DrillResult = {
  drill: string;
  backend: DrillBackend;
  what: string;
  held: boolean;
  /** Rules decided, the drill's own criteria not counted. */
  rules: number;
  violations: Violation[];
  seconds: number;
  recoverySeconds: number | null;
  alerts: number;
  statuses: Record<string, number>;
  /** Most memory of one process, MB. */
  largestMb: number;
};

const LIMITS: Limits = {
  finalWithinMs: 90_000,
  readinessWithinMs: 30_000,
  memoryMb: 500,
  memorySlopeMbPerMinute: 60,
  // Two producers and two workers, each with pools of 10 and 20.
  connections: 120,
  keysPerIncident: 8,
  investigationsPerWorker: Number.POSITIVE_INFINITY,
  startsPerMinute: Number.POSITIVE_INFINITY,
  postsPerMinute: Number.POSITIVE_INFINITY,
  llmInvestigations: Number.POSITIVE_INFINITY,
};
/** With its database a process is large, and grows into its work for minutes: its size counts, its slope says nothing yet. */
const EMBEDDED_LIMITS: Partial<Limits> = { memoryMb: 1_200, memorySlopeMbPerMinute: 1_000 };

/** Starting and coming to rest may take so long beside the drill itself, ms. */
const AROUND_MS = 150_000;
const REST_MS = 90_000;
const QUIET_MS = 15_000;
/** A job may have been put off by the wrong clock of a drill. */
const NO_JOBS_MS = 75_000;

/** Runs a drill, lets the fleet come to rest, stops it, reads what is left, and decides the rules. Never throws. */
export async function runDrill(options: Omit<StageOptions, 'signal'>): Promise<DrillResult> {
  const { drill, backend, long, say } = options;
  const started = Date.now();
  const limitMs = (long ? drill.seconds.long : drill.seconds.short) * 1000 + AROUND_MS;
  const end = new AbortController();
  const timer = setTimeout(() => end.abort(new Error(`the drill is not over after ${limitMs / 1000} s`)), limitMs);
  let stage: Stage | null = null;
  const result: DrillResult = {
    drill: drill.name,
    backend,
    what: drill.what,
    held: false,
    rules: Object.keys(RULES).length,
    violations: [],
    seconds: 0,
    recoverySeconds: null,
    alerts: 0,
    statuses: {},
    largestMb: 0,
  };
  try {
    const opening = openStage({ ...options, signal: end.signal });
    stage = await opening;
    const problems = await withinDrill(end.signal, act(stage, drill.run));
    result.violations = await judge(
      stage,
      { ...LIMITS, ...limitsOf(backend), ...drill.limits, ...(long ? drill.longLimits : {}) },
      problems,
    );
  } catch (error) {
    result.violations.push({ rule: 'the drill itself', found: [String((error as Error).stack ?? error)] });
  } finally {
    clearTimeout(timer);
    if (stage) summarise(result, stage);
    await stage?.close();
  }
  result.held = result.violations.length === 0;
  result.seconds = (Date.now() - started) / 1000;
  say(`${drill.name} on ${backend}: ${result.held ? 'held' : 'BROKEN'} in ${Math.round(result.seconds)} s`);
  return result;
}

const limitsOf = (backend: DrillBackend): Partial<Limits> => (backend === 'embedded' ? EMBEDDED_LIMITS : {});

/** The drill, and rest after it; resolves with what went wrong on the way. */
async function act(stage: Stage, run: (stage: Stage) => Promise<void>): Promise<string[]> {
  const problems: string[] = [];
  const attempt = async (work: () => Promise<unknown>) => {
    await work().catch((error: Error) => void problems.push(error.message));
  };
  await attempt(() => run(stage));
  await attempt(() => stage.sender.stop());
  await attempt(() => stage.watch.untilFinal(promised(stage), REST_MS));
  await attempt(() => untilQuiet(stage));
  if (stage.backend !== 'embedded') await attempt(() => untilNoJobs(stage.environment, NO_JOBS_MS));
  await stage.watch.stop();
  problems.push(...(await stage.fleet.stop()));
  return problems;
}

const promised = ({ sender }: Stage) => [...new Set(sender.acknowledged.flatMap((one) => one.incidentIds))];

/** Charts follow the answer, and a last card may be under way: nothing new in Slack for a while. */
async function untilQuiet({ sandbox, watch }: Stage): Promise<void> {
  let calls = -1;
  await watch.until(
    'a quiet Slack',
    async () => {
      const before = calls;
      calls = sandbox.slack.record.length;
      await sleep(1_000);
      return before === sandbox.slack.record.length;
    },
    QUIET_MS,
  );
}

async function judge(stage: Stage, limits: Limits, problems: string[]): Promise<Violation[]> {
  const { outcome, watch, witness, sandbox, environment } = stage;
  const { healedAt, stuck, mayDieOf } = outcome;
  const observed: Observed = {
    witness: witness.entries,
    slack: slackEffects(sandbox.slack.record),
    final: await readFinalState(environment),
    states: watch.states,
    readiness: watch.readiness,
    stuck,
    resources: watch.resources,
    healedAt,
    mayDieOf,
    limits,
  };
  keepSamples(stage, observed);
  const own = [...outcome.failed, ...problems];
  const violations = check(observed);
  return own.length > 0 ? [...violations, { rule: "the drill's own criteria", found: own }] : violations;
}

/** What was measured, beside the logs, for whoever wants to know why a rule did not hold. */
function keepSamples({ witness }: Stage, { resources, readiness, states }: Observed): void {
  writeFileSync(join(dirname(witness.file), 'samples.json'), JSON.stringify({ resources, readiness, states }));
}

function summarise(result: DrillResult, { outcome, sender, watch }: Stage): void {
  result.recoverySeconds = outcome.recoverySeconds;
  result.alerts = sender.acknowledged.length;
  result.statuses = sender.statuses();
  result.largestMb = Math.round(Math.max(0, ...watch.resources.flatMap((sample) => Object.values(sample.memoryMb))));
}

async function withinDrill<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
