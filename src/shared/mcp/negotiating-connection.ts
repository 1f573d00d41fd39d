import { DependencyError } from '../errors.ts';
import type {
  ListOptions,
  McpConnection,
  McpConnectionHealth,
  McpTool,
  McpToolResult,
  WaitOptions,
} from './mcp-connection.ts';

/** The code by which a server says that it speaks only the stateless protocol (2026-07-28). */
const UNSUPPORTED_PROTOCOL = '-32022';

/**
 * Speaks the sessions of 2025-11-25 and older until the server says that it does not, and the stateless protocol from then on. The
 * refusal comes before anything was done, so that the call itself is sent once more.
 */
export class NegotiatingConnection implements McpConnection {
  readonly #openModern: () => Promise<McpConnection>;
  readonly #listeners = new Set<() => void>();
  #current: McpConnection;
  #switching: Promise<void> | null = null;
  #isModern = false;
  #isClosed = false;
  readonly #startModern: boolean;

  /** With `startModern` the first call goes over to the stateless protocol without asking. */
  constructor(legacy: McpConnection, openModern: () => Promise<McpConnection>, startModern = false) {
    this.#current = legacy;
    this.#openModern = openModern;
    this.#startModern = startModern;
    this.#listen(legacy);
  }

  connect(options: WaitOptions): Promise<void> {
    return this.#negotiated((connection) => connection.connect(options));
  }

  listTools(options: ListOptions): Promise<McpTool[]> {
    return this.#negotiated((connection) => connection.listTools(options));
  }

  callTool(
    name: string,
    toolArguments: Record<string, unknown>,
    options: WaitOptions,
    meta?: Record<string, unknown>,
  ): Promise<McpToolResult> {
    return this.#negotiated((connection) => connection.callTool(name, toolArguments, options, meta));
  }

  health(options: WaitOptions): Promise<McpConnectionHealth> {
    return this.#negotiated((connection) => connection.health(options));
  }

  knownTools(): McpTool[] | null {
    return this.#current.knownTools();
  }

  onToolsChanged(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#switching?.catch(() => {});
    await this.#current.close();
  }

  async #negotiated<T>(ask: (connection: McpConnection) => Promise<T>): Promise<T> {
    if (this.#startModern) await this.#goModern();
    try {
      return await ask(this.#current);
    } catch (error) {
      if (this.#isClosed || !isRefusal(error)) throw error;
      await this.#goModern();
      return ask(this.#current);
    }
  }

  async #goModern(): Promise<void> {
    if (this.#isModern) return;
    this.#switching ??= this.#exchange();
    await this.#switching;
  }

  async #exchange(): Promise<void> {
    const modern = await this.#openModern();
    const legacy = this.#current;
    this.#isModern = true;
    this.#current = modern;
    this.#listen(modern);
    void legacy.close();
  }

  #listen(connection: McpConnection): void {
    connection.onToolsChanged(() => {
      for (const listener of this.#listeners) listener();
    });
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof DependencyError && error.detail === UNSUPPORTED_PROTOCOL;
}
