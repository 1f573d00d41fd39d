import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { environmentOfRun } from './environment-of-run.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const START_TIMEOUT_MS = 30_000;

export type LogLine = { message: string; level: string } & Record<string, unknown>;

/** A role of the fleet as a process of its own, as in production. */
export type RoleProcess = {
  child: ChildProcess;
  /** Every line it has logged. */
  log: LogLine[];
  /** Waits for a log line; throws with the last lines when it does not come in time. */
  untilLogged(message: string, ms?: number): Promise<LogLine>;
  /** Ends it and waits until it is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>;
};

/** Starts `src/<file>` with this environment alone, and waits until it says that it is up. */
export async function startRole(
  file: 'producer/main.ts' | 'workers/main.ts' | 'main.ts',
  environment: Record<string, string>,
  logLevel = 'info',
): Promise<RoleProcess> {
  const role = spawnRole(file, environment, logLevel);
  await role.untilLogged(file === 'workers/main.ts' ? 'the workers are up' : 'the producer listens', START_TIMEOUT_MS);
  return role;
}

/** Starts `src/<file>` without waiting for anything. */
export function spawnRole(file: string, environment: Record<string, string>, logLevel = 'info'): RoleProcess {
  const child = spawn(process.execPath, [join(ROOT, 'src', file)], {
    cwd: ROOT,
    env: { ...environmentOfRun(), ...environment, LOG_LEVEL: logLevel },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const log: LogLine[] = [];
  createInterface({ input: child.stderr! }).on('line', (line) => {
    log.push(parseLine(line));
    child.emit('logged');
  });
  return {
    child,
    log,
    untilLogged: (message, ms = 15_000) => untilLogged(child, log, message, ms),
    kill: async (signal = 'SIGTERM') => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill(signal);
      await gone;
    },
  };
}

function parseLine(line: string): LogLine {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return { message: line, level: 'raw' };
  }
}

async function untilLogged(child: ChildProcess, log: LogLine[], message: string, ms: number): Promise<LogLine> {
  const timeout = AbortSignal.timeout(ms);
  for (;;) {
    const found = log.find((line) => line.message.includes(message));
    if (found) return found;
    if (child.exitCode !== null || timeout.aborted)
      throw new Error(`"${message}" was not logged; exit code ${child.exitCode}; ${JSON.stringify(log.slice(-10))}`);
    await Promise.race([once(child, 'logged', { signal: timeout }), once(child, 'exit', { signal: timeout })]).catch(
      () => undefined,
    );
  }
}
