import { join } from 'node:path';
import type { BenchWorld } from '../../bench/bench-context.ts';
import { startWorld } from '../../bench/start-world.ts';
import { sandboxEnvironment } from '../../fleet-in-process.ts';
import type { LlmSandbox } from '../../sandbox/llm/start-llm-sandbox.ts';
import type { Sandbox } from '../../sandbox/start-sandbox.ts';
import { startPostgres } from '../../servers/start-postgres.ts';
import { startRedisSentinel } from '../../servers/start-redis-sentinel.ts';
import type { Limits, StuckWindow } from '../checker/observed.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { type DrillFleet, type FleetSize, startDrillFleet } from './fleet.ts';
import { type Random, randomOf } from './random.ts';
import { createSender, type Sender } from './sender.ts';
import { type DrillBackend, type DrillServers, freshBackend } from './servers.ts';
import { mountSmallDisk } from './small-disk.ts';
import { apiReader, type StateReader, serverReader } from './state-reader.ts';
import { startWatch, type Watch } from './watch.ts';
import { openWitnessLog, type WitnessLog } from './witness-log.ts';

/** Dependencies that can be put behind a fault proxy. */
export type Link = 'database' | 'redis' | 'slack' | 'llm' | 'signoz';

/** One fault and what must hold while and after it. */
export type Drill = {
  name: string;
  what: string;
  backends: readonly DrillBackend[];
  /** The backends of the short version; all when left out. */
  shortOn?: readonly DrillBackend[];
  fleet?: FleetSize;
  links?: readonly Link[];
  environment?: Record<string, string>;
  /** Laid over the environment of the first worker alone. */
  firstWorker?: Record<string, string>;
  /** PostgreSQL gets a disk of its own of so many MB. */
  diskMb?: number;
  /** Redis is a master with two replicas behind three sentinels, of this drill's own. */
  sentinel?: boolean;
  /** It measures what other drills at the same time would spoil. */
  alone?: boolean;
  limits?: Partial<Limits>;
  /** Laid over them in the long version. */
  longLimits?: Partial<Limits>;
  /** The time of the drill itself, s, without starting and coming to rest. */
  seconds: { short: number; long: number };
  run(stage: Stage): Promise<void>;
};

/** A running fleet with everything around it, for one drill on one backend. */
export type Stage = {
  backend: DrillBackend;
  long: boolean;
  random: Random;
  signal: AbortSignal;
  fleet: DrillFleet;
  servers: DrillServers;
  sandbox: Sandbox;
  llm: LlmSandbox;
  links: Partial<Record<Link, FaultProxy>>;
  sender: Sender;
  watch: Watch;
  witness: WitnessLog;
  /** Points at the servers themselves, whatever is between them and the fleet. */
  environment: Record<string, string>;
  say(line: string): void;
  /** The drill's own criterion beyond the rules. */
  expect(what: string, holds: boolean): void;
  /** The fault is over now; what is still open is due from here on. */
  healed(): void;
  /** How long it took until the fleet was back at work, s; the longest counts. */
  recovered(seconds: number): void;
  stuck(window: StuckWindow): void;
  mayDieOf(...reasons: string[]): void;
  /** Done when everything else of the drill has been closed. */
  defer(release: () => void): void;
  outcome: StageOutcome;
  /** Stops the fleet only; the rest stays for the final read. Tells who did not stop as it should. */
  close(): Promise<void>;
};

export type StageOutcome = {
  failed: string[];
  healedAt: number;
  recoverySeconds: number | null;
  stuck: StuckWindow[];
  mayDieOf: string[];
};

export type StageOptions = {
  drill: Drill;
  backend: DrillBackend;
  servers: DrillServers;
  long: boolean;
  seed: string;
  folder: string;
  signal: AbortSignal;
  say(line: string): void;
};

/** Incidents of the load that may be open at once; an outage of two minutes needs more than one of some seconds. */
const MOST_OPEN = { short: 60, long: 400 };

type Release = () => Promise<unknown>;

/** Starts everything for a drill; what was started is released when a later part does not start. */
export async function openStage(options: StageOptions): Promise<Stage> {
  const releases: Release[] = [];
  const close = async () => {
    for (const release of releases.splice(0).reverse())
      await release().catch((error) => options.say(`closing: ${error}`));
  };
  try {
    return await buildStage(options, releases, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function buildStage(options: StageOptions, releases: Release[], close: () => Promise<void>): Promise<Stage> {
  const { drill, backend, long, seed, folder, signal, say } = options;
  const servers = await serversFor(options, releases);
  const fresh = await freshBackend(servers, backend);
  releases.push(fresh.remove);
  const world = await startWorld();
  releases.push(world.close);
  const { links, environment } = await openLinks(drill.links ?? [], world, fresh.environment);
  releases.push(() => Promise.all(Object.values(links).map((link) => link.close())));
  const size = backend === 'embedded' ? 'embedded' : (drill.fleet ?? { producers: 2, workers: 2 });
  const fleet = await startDrillFleet(
    size,
    { ...environment, ...drill.environment },
    join(folder, 'logs'),
    drill.firstWorker,
  );
  releases.push(async () => fleet.killNow());
  killAtExit(fleet, releases);
  const reader = readerOf(backend, fresh.environment, fleet);
  releases.push(reader.close);
  const watch = startWatch(fleet, reader);
  releases.push(watch.stop);
  const witness = openWitnessLog(join(folder, 'witness.jsonl'));
  const sender: Sender = createSender(drill.name, fleet.inService, witness, () => {
    const open = sender.acknowledged.filter((one) => one.incidentIds.some((id) => !watch.isFinal(id)));
    return open.length < (long ? MOST_OPEN.long : MOST_OPEN.short);
  });
  releases.push(sender.stop);
  const outcome: StageOutcome = { failed: [], healedAt: Date.now(), recoverySeconds: null, stuck: [], mayDieOf: [] };
  return {
    backend,
    long,
    random: randomOf(`${seed} ${drill.name} ${backend}`),
    signal,
    fleet,
    servers,
    ...world,
    links,
    sender,
    watch,
    witness,
    environment: { ...environment, ...fresh.environment },
    say,
    ...noteTakers(outcome, say),
    defer: (release) => void releases.unshift(async () => release()),
    outcome,
    close,
  };
}

/** The servers of the run, or with a PostgreSQL on a small disk, or a Redis behind sentinels, of its own. */
async function serversFor({ drill, servers }: StageOptions, releases: Release[]): Promise<DrillServers> {
  if (drill.sentinel) {
    const sentinel = (await startRedisSentinel())!;
    releases.push(sentinel.stop);
    const kill = async () => void (await sentinel.failOver());
    return { ...servers, sentinel, redis: { url: sentinel.url, kill, start: sentinel.startAll, stop: sentinel.stop } };
  }
  if (drill.diskMb === undefined) return servers;
  const disk = mountSmallDisk(drill.diskMb);
  releases.push(async () => disk.unmount());
  const postgres = await startPostgres({ durable: true, parent: disk.folder });
  releases.push(async () => await postgres?.stop());
  return { ...servers, postgres };
}

function noteTakers(outcome: StageOutcome, say: (line: string) => void) {
  return {
    expect: (what: string, holds: boolean) => {
      if (holds) return;
      outcome.failed.push(what);
      say(`NOT HELD: ${what}`);
    },
    healed: () => {
      outcome.healedAt = Date.now();
    },
    recovered: (seconds: number) => {
      outcome.recoverySeconds = Math.max(outcome.recoverySeconds ?? 0, seconds);
    },
    stuck: (window: StuckWindow) => void outcome.stuck.push(window),
    mayDieOf: (...reasons: string[]) => void outcome.mayDieOf.push(...reasons),
  };
}

/** A program that ends early must not leave a fleet behind. */
function killAtExit(fleet: DrillFleet, releases: Release[]): void {
  process.on('exit', fleet.killNow);
  releases.push(async () => void process.off('exit', fleet.killNow));
}

function readerOf(backend: DrillBackend, direct: Record<string, string>, fleet: DrillFleet): StateReader {
  return backend === 'embedded'
    ? apiReader(fleet.producers[0]!.url)
    : serverReader(direct.DATABASE_URL!, direct.REDIS_URL ?? null);
}

async function openLinks(names: readonly Link[], { sandbox, llm }: BenchWorld, direct: Record<string, string>) {
  const variables = {
    database: ['DATABASE_URL', direct.DATABASE_URL],
    redis: ['REDIS_URL', direct.REDIS_URL],
    slack: ['SLACK_API_URL', sandbox.slack.apiUrl],
    llm: ['OPENAI_BASE_URL', llm.baseUrl],
    signoz: ['SIGNOZ_URL', sandbox.signoz.url],
  } as const;
  const environment: Record<string, string> = { ...fleetEnvironment(sandbox, llm), ...direct };
  const links: Partial<Record<Link, FaultProxy>> = {};
  for (const name of names) {
    const [variable, target] = variables[name];
    if (!target) continue;
    const link = await startFaultProxy(target);
    links[name] = link;
    environment[variable] = link.url;
  }
  return { links, environment };
}

function fleetEnvironment(sandbox: Sandbox, llm: LlmSandbox): Record<string, string> {
  return {
    ...sandboxEnvironment(sandbox),
    LOG_LEVEL: 'warn',
    OPENAI_API_KEY: 'sandbox-key',
    OPENAI_BASE_URL: llm.baseUrl,
    LLM_TIMEOUT_SECONDS: '5',
    SLACK_POSTS_PER_MINUTE: '6000',
    SLACK_WORKSPACE_PER_MINUTE: '60000',
    WORKER_RATE_PER_MINUTE: '100000',
  };
}
