import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { getDefaultEnvironment } from '@modelcontextprotocol/sdk/client/stdio.js';
import { deserializeMessage, serializeMessage } from '@modelcontextprotocol/sdk/shared/stdio.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { MAX_ANSWER_BYTES, tooLarge } from '../../http/limit-body.ts';

export type StdioCommand = { command: string; args: string[]; env: Record<string, string>; cwd?: string };

/** How long a child may take to leave by itself, then again after SIGTERM, ms. */
const GRACE_MS = 1000;
const STDERR_TAIL = 2000;
const NEWLINE = 10;

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
  #child: ChildProcessWithoutNullStreams | null = null;
  #stderr = '';
  /** A line that is not at its end yet: put together once, since a long one comes in a thousand pieces. */
  #pieces: Buffer[] = [];
  #pendingBytes = 0;
  #drained: Promise<unknown> | null = null;
  #fault: Error | null = null;
  #closing: Promise<void> | null = null;

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
    if (stdin.write(serializeMessage(message))) return;
    // One wait for all: a child that reads nothing would have a listener for every call.
    this.#drained ??= once(stdin, 'drain').finally(() => {
      this.#drained = null;
    });
    await this.#drained;
  }

  async close(): Promise<void> {
    if (this.#child) this.#closing ??= this.#end(this.#child);
    await this.#closing;
  }

  async #end(child: ChildProcessWithoutNullStreams): Promise<void> {
    const isRunning = child.exitCode === null && child.signalCode === null;
    const gone = isRunning ? once(child, 'exit').catch(() => {}) : Promise.resolve();
    child.stdin.end();
    await withinGrace(gone);
    if (killGroup(child, 'SIGTERM')) await withinGrace(gone);
    if (killGroup(child, 'SIGKILL')) await withinGrace(gone);
    this.#closed(child);
  }

  /** What ended it from our side, null where nothing has. */
  get fault(): Error | null {
    return this.#fault;
  }

  #read(chunk: Buffer): void {
    if (this.#fault) return;
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end > 0) this.#readLines(Buffer.concat([...this.#pieces.splice(0), chunk.subarray(0, end)]));
    if (end < chunk.length) this.#pieces.push(chunk.subarray(end));
    this.#pendingBytes = (end > 0 ? 0 : this.#pendingBytes) + chunk.length - end;
    if (this.#pendingBytes <= MAX_ANSWER_BYTES) return;
    this.#pieces = [];
    this.#fault = tooLarge(MAX_ANSWER_BYTES);
    this.onerror?.(this.#fault);
    void this.close();
  }

  #readLines(lines: Buffer): void {
    for (
      let start = 0, end = lines.indexOf(NEWLINE);
      end !== -1;
      start = end + 1, end = lines.indexOf(NEWLINE, start)
    ) {
      const message = this.#parse(lines.toString('utf8', start, end));
      if (message) this.onmessage?.(message);
    }
  }

  /** Null for a line that is no message: a stray print. */
  #parse(line: string): JSONRPCMessage | null {
    try {
      return deserializeMessage(line);
    } catch (error) {
      this.onerror?.(error as Error);
      return null;
    }
  }

  #keepStderr(chunk: Buffer): void {
    this.#stderr = (this.#stderr + chunk.toString('utf8')).slice(-STDERR_TAIL);
  }

  #closed(child: ChildProcessWithoutNullStreams): void {
    if (this.#child !== child) return;
    this.#child = null;
    this.#pieces = [];
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
