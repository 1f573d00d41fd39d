import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { getDefaultEnvironment } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ReadBuffer, serializeMessage } from '@modelcontextprotocol/sdk/shared/stdio.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { MAX_ANSWER_BYTES, tooLarge } from '../../http/limit-body.ts';

export type StdioCommand = { command: string; args: string[]; env: Record<string, string>; cwd?: string };

/** How long a child may take to leave by itself, then again after SIGTERM, ms. */
const GRACE_MS = 1000;
const STDERR_TAIL = 2000;

/**
 * A child process that speaks MCP over stdin and stdout, as leader of its own process group. The SDK's transport cannot do
 * that, and leaves the real server behind where the command is only a wrapper (npx, a launcher script).
 */
export class StdioChildTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  setProtocolVersion?: (version: string) => void;
  readonly #command: StdioCommand;
  readonly #buffer = new ReadBuffer();
  #child: ChildProcessWithoutNullStreams | null = null;
  #stderr = '';
  /** Bytes of a line that is not at its end yet. */
  #pending = 0;

  constructor(command: StdioCommand) {
    this.#command = command;
  }

  /** The last that the child wrote to stderr: usually why it did not start. */
  get stderrTail(): string {
    return this.#stderr.trim();
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  async start(): Promise<void> {
    const { command, args, env, cwd } = this.#command;
    const options = { cwd, env: { ...getDefaultEnvironment(), ...env }, detached: process.platform !== 'win32' };
    const child = spawn(command, args, { ...options, stdio: 'pipe', windowsHide: true });
    this.#child = child;
    child.stdout.on('data', (chunk: Buffer) => this.#read(chunk));
    child.stderr.on('data', (chunk: Buffer) => this.#keepStderr(chunk));
    child.stdin.on('error', (error) => this.onerror?.(error));
    // A wrapper's own end leaves its child holding the pipes: without this 'close' would never come.
    child.once('exit', () => killGroup(child, 'SIGKILL'));
    child.once('close', () => this.#closed(child));
    await once(child, 'spawn');
    child.on('error', (error) => this.onerror?.(error));
  }

  async send(message: JSONRPCMessage): Promise<void> {
    const stdin = this.#child?.stdin;
    if (!stdin?.writable) throw new Error('Not connected');
    if (!stdin.write(serializeMessage(message))) await once(stdin, 'drain');
  }

  async close(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    const gone = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : Promise.resolve();
    child.stdin.end();
    await withinGrace(gone);
    if (killGroup(child, 'SIGTERM')) await withinGrace(gone);
    killGroup(child, 'SIGKILL');
    this.#closed(child);
  }

  #read(chunk: Buffer): void {
    const lastLine = chunk.lastIndexOf(10);
    this.#pending = lastLine === -1 ? this.#pending + chunk.length : chunk.length - lastLine;
    try {
      if (this.#pending > MAX_ANSWER_BYTES) throw tooLarge(MAX_ANSWER_BYTES);
      this.#buffer.append(chunk);
      for (let message = this.#next(); message !== null; message = this.#next()) {
        if (message) this.onmessage?.(message);
      }
    } catch (error) {
      this.onerror?.(error as Error);
      void this.close();
    }
  }

  /** The next whole message, undefined for a line that is none (a stray print), null when there is no further line. */
  #next(): JSONRPCMessage | undefined | null {
    try {
      return this.#buffer.readMessage();
    } catch (error) {
      this.onerror?.(error as Error);
      return undefined;
    }
  }

  #keepStderr(chunk: Buffer): void {
    this.#stderr = (this.#stderr + chunk.toString('utf8')).slice(-STDERR_TAIL);
  }

  #closed(child: ChildProcessWithoutNullStreams): void {
    if (this.#child !== child) return;
    this.#child = null;
    this.#buffer.clear();
    killGroup(child, 'SIGKILL');
    this.onclose?.();
  }
}

async function withinGrace(event: Promise<unknown>): Promise<void> {
  const timer = new AbortController();
  await Promise.race([event, sleep(GRACE_MS, undefined, { signal: timer.signal }).catch(() => {})]);
  timer.abort();
}

/** Signals what is left of the child's process group; false when nothing is. */
function killGroup(child: ChildProcessWithoutNullStreams, signal: NodeJS.Signals): boolean {
  if (child.pid === undefined) return false;
  if (process.platform === 'win32') return child.kill(signal);
  try {
    return process.kill(-child.pid, signal);
  } catch {
    return false;
  }
}
