import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { environmentOfRun } from './environment-of-run.ts';

const SCRIPT = join(import.meta.dirname, '..', '..', 'scripts', 'mcp-server.ts');

/** One of our own MCP servers as a process of its own that serves Streamable HTTP, as a replica is run. */
export type McpProcess = { url: string; port: number; child: ChildProcess; kill(): Promise<void> };

/** Starts it on the port (0: any) and waits until it listens. Throws with what it said where it ends before. */
export async function startMcpProcess(
  name: string,
  environment: Record<string, string>,
  port = 0,
): Promise<McpProcess> {
  const child = spawn(process.execPath, [SCRIPT, name, '--http', String(port)], {
    env: { ...environmentOfRun(), ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stderr! })) {
    said.push(line);
    const url = / listens on (\S+)/.exec(line)?.[1];
    if (!url) continue;
    child.stderr!.resume();
    return { url, port: Number(new URL(url).port), child, kill: () => kill(child) };
  }
  throw new Error(`the MCP server ${name} did not start: ${said.join('; ')}`);
}

/** SIGKILL ends one that is stopped (SIGSTOP) as well. */
async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
