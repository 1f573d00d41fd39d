import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** What its event loop did since the last reset, ms: `longestMs` waited for, `busiestMs` of processor time without a break. */
export type LoopDelay = { longestMs: number; busiestMs: number };
type WatchAnswer = LoopDelay & { kind: 'watch' };

/** A process of its own whose event loop, memory and processor time are watched. */
export type BenchProcess = {
  readonly child: ChildProcess;
  loopDelay(): Promise<LoopDelay>;
  resetWatch(): Promise<void>;
  /** Resident memory now, MB; null where /proc is not there. */
  residentMb(): number | null;
  /** Processor time so far, ms; null where /proc is not there. */
  cpuMs(): number | null;
  /** Sends a message and waits for the answer of this kind. */
  ask<A extends { kind: string }>(question: unknown, kind: A['kind']): Promise<A>;
  stop(): Promise<void>;
};

const ROOT = join(import.meta.dirname, '..', '..');
const WATCH = join(import.meta.dirname, 'watch-event-loop.mjs');
const READY_TIMEOUT_MS = 60_000;
const ANSWER_TIMEOUT_MS = 120_000;
/** Linux counts processor time in hundredths of a second. */
const TICK_MS = 10;

/** The arguments with which an npm script starts Node. */
export function npmScript(name: string): string[] {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  return scripts[name]!.split(' ').slice(1);
}

/** The arguments that start a program of the bench's own in the same way. */
export const ownProgram = (file: string) => ['scripts/bootstrap.mjs', `scripts/bench/${file}`];

const running = new Set<ChildProcess>();

/** Has a child end with the bench when that is broken off (`stopAllChildren`). */
export function keepTrackOf<Child extends ChildProcess>(child: Child): Child {
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** Ends every child that still runs: a bench that is broken off leaves nothing behind. */
export async function stopAllChildren(): Promise<void> {
  await Promise.all([...running].map(stopChild));
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}

/** Starts Node with this environment and nothing of ours but the PATH; `profileDir` keeps a CPU profile. */
export function startProcess(
  args: string[],
  environment: Record<string, string>,
  profileDir: string | null,
): BenchProcess {
  const profiling = profileDir ? ['--cpu-prof', `--cpu-prof-dir=${profileDir}`] : [];
  const child = keepTrackOf(
    spawn(process.execPath, [...profiling, '--import', WATCH, ...args], {
      cwd: ROOT,
      env: { PATH: process.env.PATH ?? '', ...environment },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    }),
  );
  const ask = <A extends { kind: string }>(question: unknown, kind: A['kind']) => askChild<A>(child, question, kind);
  return {
    child,
    ask,
    loopDelay: () => ask<WatchAnswer>({ ask: 'watch' }, 'watch'),
    resetWatch: async () => void (await ask<WatchAnswer>({ ask: 'reset' }, 'watch')),
    residentMb: () => residentMb(child.pid!),
    cpuMs: () => cpuMs(child.pid!),
    stop: () => stopChild(child),
  };
}

/** Waits until the address answers 200; throws when the process ends before, or after a minute. */
export async function untilReady({ child }: Pick<BenchProcess, 'child'>, url: string): Promise<void> {
  const end = Date.now() + READY_TIMEOUT_MS;
  for (;;) {
    const response = await fetch(url).catch(() => null);
    await response?.arrayBuffer();
    if (response?.ok) return;
    if (child.exitCode !== null || Date.now() > end) throw new Error(`${url} did not become ready`);
    await sleep(25);
  }
}

async function askChild<A extends { kind: string }>(child: ChildProcess, question: unknown, kind: string): Promise<A> {
  const { promise, resolve, reject } = Promise.withResolvers<A>();
  const onMessage = (answer: unknown) => {
    if ((answer as A).kind === kind) resolve(answer as A);
  };
  const onExit = () => reject(new Error(`a measured process ended before it answered (${kind})`));
  const timer = setTimeout(() => reject(new Error(`a measured process did not answer (${kind})`)), ANSWER_TIMEOUT_MS);
  child.on('message', onMessage).once('exit', onExit);
  child.send(question as object);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    child.off('message', onMessage).off('exit', onExit);
  }
}

function readProc(pid: number, file: string): string {
  const path = `/proc/${pid}/${file}`;
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

function residentMb(pid: number): number | null {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readProc(pid, 'status'))?.[1];
  return kilobytes ? Number(kilobytes) / 1024 : null;
}

/** Fields 14 and 15 of proc(5) stat: user and system time; counted behind the name, which may hold spaces. */
function cpuMs(pid: number): number | null {
  const fields = readProc(pid, 'stat').split(') ').at(-1)!.split(' ');
  return fields.length > 13 ? (Number(fields[11]) + Number(fields[12])) * TICK_MS : null;
}
