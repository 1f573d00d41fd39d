import type { Client } from '@modelcontextprotocol/client';
import { pause } from '../../deadline.ts';
import { DependencyError } from '../../errors.ts';
import { abortable } from '../abortable.ts';
import { countdown } from '../countdown.ts';
import type {
  ListOptions,
  McpConnection,
  McpConnectionHealth,
  McpTool,
  McpToolResult,
  WaitOptions,
} from '../mcp-connection.ts';
import { requestSignal } from '../request-signal.ts';
import { ReconnectBackoff } from '../sdk/reconnect-backoff.ts';
import type { SdkConnectionOptions } from '../sdk/sdk-connection.ts';
import { ToolListing } from '../tool-listing.ts';
import { within } from '../within.ts';
import { describeModernError } from './describe-modern-error.ts';
import { type ModernSession, openModernSession, type RemoteTarget } from './modern-session.ts';

const CONNECT_DEADLINE_MS = 10_000;
const TOOLS_TTL_MS = 5 * 60_000;
const LIST_DEADLINE_MS = 10_000;
const PATIENCE_MS = 1000;
/** Default of probeMs. */
const PROBE_MS = 2000;
/** The SDK has a timer of its own; ours comes first. */
const SDK_TIMER_EXTRA_MS = 1000;
const STDERR_SHOWN = 300;

/** McpConnection by @modelcontextprotocol/client 2, for servers that speak only the stateless protocol of 2026-07-28. */
export class ModernConnection implements McpConnection {
  readonly #server: string;
  readonly #target: RemoteTarget;
  readonly #options: SdkConnectionOptions;
  readonly #now: () => number;
  readonly #backoff: ReconnectBackoff;
  readonly #ended = new AbortController();
  readonly #listeners = new Set<() => void>();
  #session: ModernSession | null = null;
  #opening: Promise<ModernSession> | null = null;
  /** Sessions that are being closed. */
  readonly #ending = new Set<Promise<void>>();
  readonly #listing: ToolListing;
  #isProbing = false;
  #known: McpTool[] | null = null;

  constructor(server: string, target: RemoteTarget, options: SdkConnectionOptions = {}) {
    this.#server = server;
    this.#target = target;
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#backoff = new ReconnectBackoff({ now: this.#now, random: options.random ?? Math.random });
    const ttlMs = options.toolsTtlMs ?? TOOLS_TTL_MS;
    this.#listing = new ToolListing({ now: this.#now, ttlMs, ask: () => this.#list(LIST_DEADLINE_MS) });
  }

  async connect(options: WaitOptions): Promise<void> {
    await this.#ready(options);
  }

  async listTools(options: ListOptions): Promise<McpTool[]> {
    const kept = this.#listing.kept(options.maxAgeMs);
    if (kept) return kept;
    return within(this.#listing.ask(), options, (by) => {
      if (by === 'caller') return this.#error('aborted', 'the caller gave up while its tools were listed');
      if (this.#session) this.#probe(this.#session);
      return this.#error('timeout', `its tools were not listed within ${options.deadlineMs} ms`);
    });
  }

  async callTool(
    name: string,
    toolArguments: Record<string, unknown>,
    options: WaitOptions,
    meta?: Record<string, unknown>,
  ): Promise<McpToolResult> {
    const params = { name, arguments: toolArguments, ...(meta && { _meta: meta }) };
    const {
      isError = false,
      structuredContent,
      content,
      _meta,
    } = await this.#ask(options, (client, wait) => client.callTool(params, wait));
    const texts = content.map((block) => (block.type === 'text' ? block.text : `[${block.type}]`));
    const isObject =
      structuredContent !== null && typeof structuredContent === 'object' && !Array.isArray(structuredContent);
    const structured = isObject ? (structuredContent as Record<string, unknown>) : undefined;
    return { isError, structured, text: texts.join('\n'), meta: _meta };
  }

  /** The protocol has no ping any more: the list of tools is its sign of life. */
  async health(options: WaitOptions): Promise<McpConnectionHealth> {
    const tools = await this.listTools({ ...options, maxAgeMs: 0 });
    const protocolVersion = this.#session?.client.getNegotiatedProtocolVersion() ?? null;
    return { protocolVersion, tools: tools.map(({ name }) => name) };
  }

  knownTools(): McpTool[] | null {
    return this.#known;
  }

  onToolsChanged(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#ended.abort();
    await this.#opening?.catch(() => {});
    if (this.#session) this.#discard(this.#session);
    await Promise.all(this.#ending);
  }

  async #list(deadlineMs: number): Promise<McpTool[]> {
    const answer = await this.#ask({ signal: this.#ended.signal, deadlineMs }, (client, wait) =>
      client.listTools(undefined, { ...wait, cacheMode: 'refresh' }),
    );
    this.#known = answer.tools.map(({ name, description, inputSchema, annotations }) => {
      const readOnlyHint = annotations?.readOnlyHint ?? null;
      return { name, description: description ?? '', inputSchema: inputSchema as McpTool['inputSchema'], readOnlyHint };
    });
    return this.#known;
  }

  async #ask<T>(
    options: WaitOptions,
    send: (client: Client, wait: { signal: AbortSignal; timeout: number }) => Promise<T>,
  ): Promise<T> {
    const left = countdown(options);
    const session = await this.#ready(left());
    const wait = left();
    if (wait.signal.aborted) throw this.#error('aborted', 'the caller gave up before the request was sent');
    const ending = requestSignal(wait);
    try {
      const request = send(session.client, { signal: ending.signal, timeout: wait.deadlineMs + SDK_TIMER_EXTRA_MS });
      const answer = await abortable(request, ending.signal, () => ending.signal.reason);
      this.#backoff.succeeded();
      return answer;
    } catch (cause) {
      throw this.#failure(session, cause, ending.endedBy(), wait.deadlineMs);
    } finally {
      ending.release();
    }
  }

  #failure(session: ModernSession, cause: unknown, endedBy: string | null, deadlineMs: number): DependencyError {
    if (endedBy === 'caller') return this.#error('aborted', 'the caller gave up', { sent: true });
    if (endedBy === 'deadline') {
      this.#probe(session);
      return this.#error('timeout', `no answer within ${deadlineMs} ms`, { sent: true });
    }
    const { failure, message, sent, lost, detail } = describeModernError(cause);
    const retryAfterMs = session.retryAfterMs() ?? undefined;
    if (lost) this.#discard(session);
    return this.#error(failure, message, { cause, sent, detail, retryAfterMs });
  }

  /** A server that does not even list its tools in time hangs: the next call gets a new connection, or a new child process. */
  #probe(session: ModernSession): void {
    if (this.#isProbing || this.#ended.signal.aborted) return;
    this.#isProbing = true;
    const timeout = this.#options.probeMs ?? PROBE_MS;
    const wait = { signal: AbortSignal.any([this.#ended.signal, AbortSignal.timeout(timeout)]), timeout };
    session.client
      .listTools(undefined, { ...wait, cacheMode: 'refresh' })
      .catch(() => this.#discard(session))
      .finally(() => {
        this.#isProbing = false;
      });
  }

  /** The live session, opened by whoever comes first; each caller waits by its own signal and deadline. */
  async #ready(wait: WaitOptions): Promise<ModernSession> {
    if (this.#ended.signal.aborted) throw this.#error('aborted', 'the connection is closed');
    if (this.#session) return this.#session;
    const waitMs = this.#backoff.waitMs;
    if (!this.#opening && waitMs > PATIENCE_MS) {
      throw this.#error('connection', 'is down and will be tried again later', { retryAfterMs: waitMs });
    }
    this.#opening ??= this.#open(waitMs).finally(() => {
      this.#opening = null;
    });
    return within(this.#opening, wait, (by) =>
      by === 'caller'
        ? this.#error('aborted', 'the caller gave up while connecting')
        : this.#error('timeout', `did not connect within ${wait.deadlineMs} ms`),
    );
  }

  async #open(waitMs: number): Promise<ModernSession> {
    const deadlineMs = this.#options.connectDeadlineMs ?? CONNECT_DEADLINE_MS;
    await pause(waitMs, this.#ended.signal);
    if (this.#ended.signal.aborted) throw this.#error('aborted', 'the connection is closed');
    const ending = requestSignal({ signal: this.#ended.signal, deadlineMs });
    let session: ModernSession | null = null;
    const events = { onLost: () => session && this.#drop(session), onToolsChanged: () => this.#toolsChanged() };
    const opening = openModernSession(this.#target, { signal: ending.signal, deadlineMs }, events);
    try {
      session = await abortable(opening, ending.signal, () => new Error(`did not connect within ${deadlineMs} ms`));
      this.#session = session;
      return session;
    } catch (cause) {
      this.#end(opening.then(({ client }) => client.close()));
      this.#backoff.failed();
      const { message, detail, ...described } = describeModernError(cause);
      const failure = ending.endedBy() === 'deadline' ? 'timeout' : described.failure;
      throw this.#error(failure, `cannot be connected: ${message.slice(-STDERR_SHOWN)}`, { cause, detail });
    } finally {
      ending.release();
    }
  }

  #discard(session: ModernSession): void {
    this.#drop(session);
    this.#end(session.client.close());
  }

  /** Whoever closes the connection waits for this, so that no child process outlives us. */
  #end(closing: Promise<void>): void {
    const ending = closing.catch(() => {}).finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  #drop(session: ModernSession): void {
    if (this.#session !== session) return;
    this.#session = null;
    // Another process may have other tools.
    this.#listing.changed();
  }

  #toolsChanged(): void {
    this.#listing.changed();
    for (const listener of this.#listeners) listener();
  }

  #error(
    failure: DependencyError['failure'],
    what: string,
    options: { cause?: unknown; sent?: boolean; detail?: string; retryAfterMs?: number } = {},
  ): DependencyError {
    return new DependencyError(this.#server, failure, `MCP server ${this.#server}: ${what}`, options);
  }
}
