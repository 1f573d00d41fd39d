import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type DrillResult, runDrill } from './run-drill.ts';
import { type DrillBackend, type DrillServers, isAvailable, startDrillServers } from './servers.ts';
import { canMount } from './small-disk.ts';
import type { Drill } from './stage.ts';

/** One drill on one backend. */
export type PlannedDrill = { drill: Drill; backend: DrillBackend };

export type LanesOptions = {
  /** How many drills go on at once, each with servers of its own. */
  lanes: number;
  long: boolean;
  seed: string;
  /** One folder per drill comes to lie in it. */
  folder: string;
  say(line: string): void;
  /** Called after each drill. */
  onResult(result: DrillResult): void;
  /** Told of servers that run, so that whoever ends the program can end them. */
  running: DrillServers[];
};

/**
 * Runs the plan, the longest drills first, so that no lane is left with one at the end; those that want the machine for
 * themselves come after all others.
 */
export async function runLanes(plan: readonly PlannedDrill[], options: LanesOptions): Promise<void> {
  const { lanes } = options;
  await runShared(lanes > 1 ? plan.filter(({ drill }) => !drill.alone) : plan, options);
  if (lanes > 1)
    await runShared(
      plan.filter(({ drill }) => drill.alone),
      { ...options, lanes: 1 },
    );
}

async function runShared(plan: readonly PlannedDrill[], options: LanesOptions): Promise<void> {
  if (plan.length === 0) return;
  const { lanes, long } = options;
  const seconds = ({ drill }: PlannedDrill) => (long ? drill.seconds.long : drill.seconds.short);
  const queue = lanes > 1 ? [...plan].sort((a, b) => seconds(b) - seconds(a)) : [...plan];
  const count = Math.max(1, Math.min(lanes, queue.length));
  await Promise.all(Array.from({ length: count }, (_, lane) => runLane(queue, lane, count, options)));
}

async function runLane(queue: PlannedDrill[], lane: number, lanes: number, options: LanesOptions): Promise<void> {
  const { running, folder, onResult, ...rest } = options;
  const servers = await startDrillServers([...new Set(queue.map(({ backend }) => backend))]);
  running.push(servers);
  const say = lanes > 1 ? (line: string) => options.say(`[${lane + 1}] ${line}`) : options.say;
  try {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const { drill, backend } = next;
      const missing = whatIsMissing(servers, next);
      if (missing) {
        say(`SKIPPED ${drill.name} on ${backend}: ${missing}`);
        continue;
      }
      say(`${drill.name} on ${backend}: ${drill.what}`);
      const own = join(folder, `${drill.name}-${backend}`);
      rmSync(own, { recursive: true, force: true });
      onResult(await runDrill({ ...rest, drill, backend, servers, folder: own, say }));
    }
  } finally {
    await servers.stop();
  }
}

function whatIsMissing(servers: DrillServers, { drill, backend }: PlannedDrill): string | null {
  if (!isAvailable(servers, backend)) return "its servers are not installed and can't be installed here";
  if (drill.diskMb !== undefined && !canMount()) return 'it needs a disk of its own, and nothing can be mounted here';
  return null;
}
