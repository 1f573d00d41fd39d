import type { AnySchema, SchemaOutput } from '@modelcontextprotocol/sdk/server/zod-compat.js';
import { CallToolResultSchema, EmptyResultSchema } from '@modelcontextprotocol/sdk/types.js';
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
import type { ServerTarget } from '../server-target.ts';
import { ToolListing } from '../tool-listing.ts';
import { within } from '../within.ts';
import { ask, type ClientRequest } from './ask.ts';
import { listAllTools, toToolResult } from './convert-results.ts';
import { describeSdkError } from './describe-sdk-error.ts';
import { closeSession, OpenSessionError, openSession, type Session } from './open-session.ts';
import { type BackoffDeps, ReconnectBackoff } from './reconnect-backoff.ts';

export type SdkConnectionOptions = Partial<BackoffDeps> & {
  /** How long connecting and initialising may take, ms. */
  connectDeadlineMs?: number;
  /** How long a tool list is believed without a word from the server, ms. */
  toolsTtlMs?: number;
  /** How long a server that let a call time out gets to answer a ping before it counts as hung, ms. */
  probeMs?: number;
};

const CONNECT_DEADLINE_MS = 10_000;
const TOOLS_TTL_MS = 5 * 60_000;
/** How long all pages of a tool list may take, whoever waits for it, ms. */
const LIST_DEADLINE_MS = 10_000;
/** A call waits this long for its turn to reconnect, ms; longer waits fail at once and say when to come again. */
const PATIENCE_MS = 1000;
/** A session that is lost younger than this counts as a failed attempt, so that a crash loop slows down, ms. */
const SHORT_LIVED_MS = 2000;
/** Default of probeMs. */
const PROBE_MS = 2000;
const STDERR_SHOWN = 300;

/** McpConnection by @modelcontextprotocol/sdk 1.x, which speaks the protocol up to 2025-11-25 and never reconnects by itself. */
export class SdkConnection implements McpConnection {
  readonly #server: string;
  readonly #target: ServerTarget;
  readonly #options: SdkConnectionOptions;
  readonly #now: () => number;
  readonly #backoff: ReconnectBackoff;
  readonly #ended = new AbortController();
  readonly #listeners = new Set<() => void>();
  #session: Session | null = null;
  #opening: Promise<Session> | null = null;
  #known: McpTool[] | null = null;
  readonly #probing = new Set<Session>();
  /** Sessions that are being closed. */
  readonly #ending = new Set<Promise<void>>();

  constructor(server: string, target: ServerTarget, options: SdkConnectionOptions = {}) {
    this.#server = server;
    this.#target = target;
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#backoff = new ReconnectBackoff({ now: this.#now, random: options.random ?? Math.random });
  }

  async connect(options: WaitOptions): Promise<void> {
    await this.#ready(options);
  }

  async listTools(options: ListOptions): Promise<McpTool[]> {
    const left = countdown(options);
    const session = await this.#ready(left());
    const listing = this.#listingOf(session);
    const kept = listing.kept(options.maxAgeMs);
    if (kept) return kept;
    return within(listing.ask(), left(), (by) => {
      if (by === 'caller') return this.#error('aborted', 'the caller gave up while its tools were listed');
      this.#probe(session);
      return this.#error('timeout', `its tools were not listed within ${options.deadlineMs} ms`);
    });
  }

  async callTool(
    name: string,
    toolArguments: Record<string, unknown>,
    options: WaitOptions,
    meta?: Record<string, unknown>,
  ): Promise<McpToolResult> {
    const left = countdown(options);
    const session = await this.#ready(left());
    const params = { name, arguments: toolArguments, ...(meta && { _meta: meta }) };
    const request = { method: 'tools/call', params };
    return toToolResult(await this.#ask(session, request, CallToolResultSchema, left()));
  }

  async health(options: WaitOptions): Promise<McpConnectionHealth> {
    const left = countdown(options);
    const session = await this.#ready(left());
    await this.#ask(session, { method: 'ping' }, EmptyResultSchema, left());
    const tools = await this.listTools(left());
    return { protocolVersion: session.protocolVersion, tools: tools.map((tool) => tool.name) };
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
    const session = this.#session;
    this.#session = null;
    if (session) this.#end(closeSession(session));
    await Promise.all(this.#ending);
  }

  /** The live session, opened by whoever comes first; each caller waits by its own signal and deadline. */
  async #ready(wait: WaitOptions): Promise<Session> {
    if (this.#ended.signal.aborted) throw this.#error('aborted', 'the connection is closed');
    if (this.#session) return this.#session;
    const waitMs = this.#backoff.waitMs;
    if (!this.#opening && waitMs > PATIENCE_MS) {
      throw this.#error('connection', 'is down and will be tried again later', waitMs);
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

  async #open(waitMs: number): Promise<Session> {
    const deadlineMs = this.#options.connectDeadlineMs ?? CONNECT_DEADLINE_MS;
    await pause(waitMs, this.#ended.signal);
    if (this.#ended.signal.aborted) throw this.#error('aborted', 'the connection is closed');
    const ending = requestSignal({ signal: this.#ended.signal, deadlineMs });
    const opening = openSession(
      this.#target,
      { signal: ending.signal, deadlineMs, now: this.#now() },
      {
        onLost: (session) => this.#drop(session),
        onToolsChanged: (session) => this.#toolsChanged(session),
      },
    );
    const tooLate = () => this.#error('timeout', `did not connect within ${deadlineMs} ms`);
    try {
      this.#session = await abortable(opening, ending.signal, tooLate);
      return this.#session;
    } catch (error) {
      this.#end(opening.then(closeSession, () => {}));
      this.#backoff.failed();
      throw this.#connectError(error);
    } finally {
      ending.release();
    }
  }

  #connectError(error: unknown): DependencyError {
    if (this.#ended.signal.aborted) return this.#error('aborted', 'the connection is closed');
    if (error instanceof DependencyError) return error;
    const { cause, diagnosis } = error instanceof OpenSessionError ? error : { cause: error, diagnosis: '' };
    const { failure, message, detail } = describeSdkError(cause);
    const hint = detail === 'HTTP 404' ? ': is the address right?' : '';
    const said = diagnosis === '' ? '' : `; the process said: ${diagnosis.slice(-STDERR_SHOWN)}`;
    const text = `MCP server ${this.#server} cannot be connected: ${message}${hint}${said}`;
    return new DependencyError(this.#server, failure, text, { cause, detail, retryAfterMs: this.#backoff.waitMs });
  }

  async #ask<S extends AnySchema>(
    session: Session,
    request: ClientRequest,
    schema: S,
    options: WaitOptions,
  ): Promise<SchemaOutput<S>> {
    const answer = await ask(session, request, schema, options);
    if ('result' in answer) {
      this.#backoff.succeeded();
      return answer.result;
    }
    const { failure, message, sent, lost, detail, retryAfterMs, cause } = answer;
    if (lost) this.#discard(session);
    if (failure === 'timeout') this.#probe(session);
    throw new DependencyError(this.#server, failure, `MCP server ${this.#server}: ${message}`, {
      cause,
      detail,
      sent,
      retryAfterMs,
    });
  }

  /** A server that leaves even a ping unanswered hangs: the next call gets a new connection. */
  #probe(session: Session): void {
    if (this.#probing.has(session)) return;
    this.#probing.add(session);
    const options = { signal: this.#ended.signal, deadlineMs: this.#options.probeMs ?? PROBE_MS };
    void ask(session, { method: 'ping' }, EmptyResultSchema, options).then((answer) => {
      this.#probing.delete(session);
      if ('failure' in answer && !this.#ended.signal.aborted) this.#discard(session);
    });
  }

  #discard(session: Session): void {
    this.#drop(session);
    this.#end(closeSession(session));
  }

  /** Whoever closes the connection waits for this, so that no child process outlives us. */
  #end(closing: Promise<void>): void {
    const ending = closing.finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  #listingOf(session: Session): ToolListing {
    session.listing ??= new ToolListing({
      now: this.#now,
      ttlMs: this.#options.toolsTtlMs ?? TOOLS_TTL_MS,
      ask: async () => {
        const left = countdown({ signal: this.#ended.signal, deadlineMs: LIST_DEADLINE_MS });
        const tools = await listAllTools(this.#server, (request, schema) =>
          this.#ask(session, request, schema, left()),
        );
        this.#known = tools;
        return tools;
      },
    });
    return session.listing;
  }

  #drop(session: Session): void {
    if (this.#session !== session) return;
    this.#session = null;
    if (this.#now() - session.openedAt < SHORT_LIVED_MS) this.#backoff.failed();
  }

  #toolsChanged(session: Session): void {
    session.listing?.changed();
    for (const listener of this.#listeners) listener();
  }

  #error(failure: 'aborted' | 'timeout' | 'connection', what: string, retryAfterMs?: number): DependencyError {
    return new DependencyError(this.#server, failure, `MCP server ${this.#server}: ${what}`, { retryAfterMs });
  }
}
