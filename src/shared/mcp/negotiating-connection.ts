import { DependencyError } from '../errors.ts';
import type {
  ListOptions,
  McpConnection,
  McpConnectionHealth,
  McpTool,
  McpToolResult,
  WaitOptions,
} from './mcp-connection.ts';

/** How a server says that it does not speak the one protocol, and the second SDK that it does not speak the other. */
const SPEAKS_ONLY_MODERN = '-32022';
const SPEAKS_NO_MODERN = 'ERA_NEGOTIATION_FAILED';

export type Protocols = { legacy(): Promise<McpConnection>; modern(): Promise<McpConnection> };

/**
 * Speaks the sessions of 2025-11-25 and older until the server says that it does not, then the stateless protocol, and the other again
 * where an older version of the server is put back. The refusal comes before anything was done, so that the call itself is sent once more.
 */
export class NegotiatingConnection implements McpConnection {
  readonly #protocols: Protocols;
  readonly #listeners = new Set<() => void>();
  /** Connections that are being left. */
  readonly #leaving = new Set<Promise<void>>();
  readonly #fixed: boolean;
  #current: McpConnection | null = null;
  #spoken: keyof Protocols;
  #opening: Promise<McpConnection> | null = null;
  #isClosed = false;

  /** With `fixed` it speaks that protocol and no other. */
  constructor(protocols: Protocols, fixed: keyof Protocols | null = null) {
    this.#protocols = protocols;
    this.#fixed = fixed !== null;
    this.#spoken = fixed ?? 'legacy';
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
    return this.#current?.knownTools() ?? null;
  }

  onToolsChanged(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#opening?.catch(() => {});
    await Promise.all([this.#current?.close(), ...this.#leaving]);
  }

  async #negotiated<T>(ask: (connection: McpConnection) => Promise<T>): Promise<T> {
    const asked = this.#current ?? (await this.#open());
    try {
      return await ask(asked);
    } catch (error) {
      if (this.#isClosed || this.#fixed || !isRefusal(error)) throw error;
      if (this.#current === asked) this.#leave(asked);
      return ask(this.#current ?? (await this.#open()));
    }
  }

  /** Opens a connection of the protocol that is spoken now; it connects with its first call. */
  #open(): Promise<McpConnection> {
    this.#opening ??= this.#create().finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  async #create(): Promise<McpConnection> {
    const connection = await this.#protocols[this.#spoken]();
    connection.onToolsChanged(() => {
      for (const listener of this.#listeners) listener();
    });
    // Closed meanwhile: what is asked of it fails as it should.
    if (this.#isClosed) await connection.close();
    this.#current = connection;
    return connection;
  }

  #leave(connection: McpConnection): void {
    this.#spoken = this.#spoken === 'legacy' ? 'modern' : 'legacy';
    this.#current = null;
    const leaving = connection.close().finally(() => this.#leaving.delete(leaving));
    this.#leaving.add(leaving);
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof DependencyError && (error.detail === SPEAKS_ONLY_MODERN || error.detail === SPEAKS_NO_MODERN);
}
