import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { npmScript } from '../../bench/bench-process.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const READY_MS = 60_000;

/** One process of the fleet, which can be killed and started again on the same port. */
export type FleetProcess = {
  name: string;
  url: string;
  /** Named anew at every start, so that figures of two lives are not mixed. */
  generation(): string;
  pid(): number | null;
  /** What a load balancer knows: false before it was first ready, and in a planned restart. Nobody tells of a kill. */
  inService(): boolean;
  start(): Promise<void>;
  /** Starts it without waiting until it is ready. */
  launch(): void;
  untilReady(ms?: number): Promise<void>;
  /** Sends a signal; resolves with the exit code when the process is gone, at once for signals that end nothing. */
  signal(name: NodeJS.Signals): Promise<number | null>;
  /** From its next start on it is the program in this folder, as after a deployment. */
  deploy(root: string): void;
  /** As a rolling update does: out of service, SIGTERM, gone, started, ready, in service. Returns the exit code. */
  restart(): Promise<number | null>;
  log(): string;
  /** True while a process that it has started outlives it. */
  orphans(): boolean;
  /** Ends it and everything that it has started, at once. */
  killGroups(): void;
};

export type FleetProcessOptions = {
  name: string;
  script: 'start' | 'start:producer' | 'start:worker';
  url: string;
  environment: Record<string, string>;
  logFile: string;
};

/** How long a load balancer goes on sending after a process was taken out, ms. */
const DRAIN_MS = 500;

/** SIGUSR2 is what the preloads of the drills wait for. */
const HARMLESS: readonly NodeJS.Signals[] = ['SIGSTOP', 'SIGCONT', 'SIGUSR2'];

type Lives = {
  root: string;
  child: ChildProcess | null;
  count: number;
  inService: boolean;
  /** Process groups of its lives that may still have members. */
  groups: number[];
};

/** Describes a process of the fleet; nothing runs before `start`. */
export function createFleetProcess(options: FleetProcessOptions): FleetProcess {
  const { name, url, logFile } = options;
  const lives: Lives = { root: ROOT, child: null, count: 0, inService: false, groups: [] };
  const launch = () => launchLife(lives, options);
  const untilReady = (ms = READY_MS) => waitForReadiness(lives, options, ms);
  const signal = (what: NodeJS.Signals) => signalLife(lives, what);
  const start = async () => {
    launch();
    await untilReady();
  };
  return {
    name,
    url,
    generation: () => `${name}#${lives.count}`,
    pid: () => (isRunning(lives) ? lives.child!.pid! : null),
    inService: () => lives.inService,
    start,
    launch,
    deploy: (root) => {
      lives.root = root;
    },
    untilReady,
    signal,
    restart: async () => {
      lives.inService = false;
      await sleep(DRAIN_MS);
      const code = await signal('SIGTERM');
      await start();
      return code;
    },
    log: () => tail(logFile),
    orphans: () => lives.groups.some((group) => signalGroup(group, 0)),
    killGroups: () => {
      // Forgotten then: the number may be given to somebody else.
      for (const group of lives.groups.splice(0)) signalGroup(group, 'SIGKILL');
    },
  };
}

const isRunning = ({ child }: Lives) => child !== null && child.exitCode === null && child.signalCode === null;

function launchLife(lives: Lives, { script, environment, logFile }: FleetProcessOptions): void {
  const log = openSync(logFile, 'a');
  // A group of its own, so that what it starts can be found and ended with it.
  lives.child = spawn(process.execPath, npmScript(script), {
    cwd: lives.root,
    env: { PATH: process.env.PATH ?? '', NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, ...environment },
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  lives.groups = [...lives.groups.filter((group) => signalGroup(group, 0)), lives.child.pid!];
  lives.count++;
}

async function waitForReadiness(lives: Lives, { name, url, logFile }: FleetProcessOptions, ms: number): Promise<void> {
  for (const end = Date.now() + ms; ; await sleep(50)) {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(3_000) }).catch(() => null);
    await response?.arrayBuffer().catch(() => undefined);
    if (response?.ok) break;
    if (!isRunning(lives)) throw new Error(`${name} ended: ${tail(logFile)}`);
    if (Date.now() > end) throw new Error(`${name} is not ready after ${ms} ms: ${tail(logFile)}`);
  }
  lives.inService = true;
}

async function signalLife(lives: Lives, what: NodeJS.Signals): Promise<number | null> {
  const { child } = lives;
  if (!child || !isRunning(lives)) return child?.exitCode ?? null;
  if (HARMLESS.includes(what)) {
    child.kill(what);
    return null;
  }
  const gone = once(child, 'exit');
  child.kill(what);
  await gone;
  return child.exitCode;
}

/** False when no process of the group lives. */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
}

const tail = (file: string) => readFileSync(file, 'utf8').slice(-3_000);
