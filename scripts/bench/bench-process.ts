import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

type WatchAnswer = { kind: 'watch'; longestDelayMs: number };

/** A process of its own whose event loop and memory are watched. */
export type BenchProcess = {
  readonly child: ChildProcess;
  /** Longest delay of its event loop since the last `resetWatch`, ms. */
  longestDelayMs(): Promise<number>;
  resetWatch(): Promise<void>;
  /** Resident memory now, MB; null where /proc is not there. */
  residentMb(): number | null;
  /** Sends a message and waits for the answer of this kind. */
  ask<A extends { kind: string }>(question: unknown, kind: A['kind']): Promise<A>;
  stop(): Promise<void>;
};

const WATCH = join(import.meta.dirname, 'watch-event-loop.mjs');
/** Programs start as their npm scripts start them. */
const BOOTSTRAP = join(import.meta.dirname, '..', 'bootstrap.mjs');
const READY_TIMEOUT_MS = 60_000;
const ANSWER_TIMEOUT_MS = 120_000;

/** Starts a TypeScript program with this environment and nothing of ours but the PATH; `profileDir` keeps a CPU profile. */
export function startProcess(
  script: string,
  environment: Record<string, string>,
  profileDir: string | null,
): BenchProcess {
  const profiling = profileDir ? ['--cpu-prof', `--cpu-prof-dir=${profileDir}`] : [];
  const child = spawn(
    process.execPath,
    [
      ...profiling,
      ...(process.env.EXTRA_NODE ? process.env.EXTRA_NODE.split(' ') : []),
      ...(process.env.EXTRA_IMPORT ? process.env.EXTRA_IMPORT.split(' ').flatMap((x) => ['--import', x]) : []),
      '--import',
      WATCH,
      BOOTSTRAP,
      script,
    ],
    {
      env: {
        PATH: process.env.PATH ?? '',
        ...(process.env.SEMI ? { SEMI: '1' } : {}),
        ...environment,
        ...(process.env.MALLOC
          ? { MALLOC_ARENA_MAX: '2', MALLOC_TRIM_THRESHOLD_: '131072', MALLOC_MMAP_THRESHOLD_: '131072' }
          : {}),
      },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    },
  );
  const ask = <A extends { kind: string }>(question: unknown, kind: A['kind']) => askChild<A>(child, question, kind);
  return {
    child,
    ask,
    longestDelayMs: async () => (await ask<WatchAnswer>({ ask: 'watch' }, 'watch')).longestDelayMs,
    resetWatch: async () => void (await ask<WatchAnswer>({ ask: 'reset' }, 'watch')),
    residentMb: () => residentMb(child.pid!),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    },
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

function residentMb(pid: number): number | null {
  const path = `/proc/${pid}/status`;
  const [, kilobytes] = (existsSync(path) && /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(path, 'utf8'))) || [];
  return kilobytes ? Number(kilobytes) / 1024 : null;
}
