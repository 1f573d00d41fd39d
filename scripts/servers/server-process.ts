import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const START_TIMEOUT_MS = 20_000;

export type ServerProcess = { child: ChildProcess; kill(signal: NodeJS.Signals): Promise<void> };

/** Starts a server's program and waits until it takes connections; throws with its last words when it does not. */
export async function startServerProcess(
  program: string,
  args: string[],
  port: number,
  options: { uid?: number; gid?: number; cwd?: string } = {},
): Promise<ServerProcess> {
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const keep = (chunk: Buffer) => (output = (output + chunk).slice(-4_000));
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const end = Date.now() + START_TIMEOUT_MS;
  while (!(await accepts(port))) {
    if (child.exitCode !== null || Date.now() > end) throw new Error(`${program} did not start: ${output}`);
    await sleep(25);
  }
  return {
    child,
    kill: async (signal) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill(signal);
      await gone;
    },
  };
}

async function accepts(port: number): Promise<boolean> {
  const socket = createConnection({ port, host: '127.0.0.1' });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
