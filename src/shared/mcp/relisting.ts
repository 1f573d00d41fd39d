import type { McpConnection } from './mcp-connection.ts';

/** Announcements that come together cost one listing: so long is waited for more, ms. */
const GATHER_MS = 100;
/** How long a list may take to arrive in the background, ms. */
const RELIST_MS = 10_000;
/** How often a server is looked at again for a tool that it lacks, ms. */
export const LOOK_AGAIN_MS = 5_000;

/**
 * Has tools listed again in the background: when a server announces others, and while one is missed, since a server that was asked
 * too early may never say that it has more now. Where that fails, whoever calls next lists them.
 */
export class Relisting {
  readonly #now: () => number;
  readonly #timers = new Map<McpConnection, NodeJS.Timeout>();
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Lists again what the connection announces, until `close`. */
  follow(connection: McpConnection): void {
    connection.onToolsChanged(() => {
      if (this.#timers.has(connection)) return;
      const timer = setTimeout(() => {
        this.#timers.delete(connection);
        list(connection);
      }, GATHER_MS);
      this.#timers.set(connection, timer.unref());
    });
  }

  /** To be called when a tool that should be there is not. */
  lookAgain(connections: readonly McpConnection[]): void {
    if (this.#now() - this.#lookedAt < LOOK_AGAIN_MS) return;
    this.#lookedAt = this.#now();
    for (const connection of connections) list(connection, LOOK_AGAIN_MS);
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }
}

function list(connection: McpConnection, maxAgeMs?: number): void {
  const wait = { signal: new AbortController().signal, deadlineMs: RELIST_MS, maxAgeMs };
  connection.listTools(wait).catch(() => {});
}
