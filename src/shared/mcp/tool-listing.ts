import type { McpTool } from './mcp-connection.ts';
import { uniqueTools } from './unique-tools.ts';

export type ToolListingDeps = {
  now(): number;
  /** How long a list is believed without a word from the server, ms. */
  ttlMs: number;
  /** Asks the server for all pages; bounded by a deadline of its own. */
  ask(): Promise<McpTool[]>;
};

/** A server that is still starting may list nothing yet: such a list is believed so long, ms. */
const EMPTY_TTL_MS = 5_000;

/**
 * The tool list of one session: kept for a while, asked for once for all who need it at the same time. However often it is announced to
 * have changed, one listing is under way and at most one waits for it.
 */
export class ToolListing {
  readonly #deps: ToolListingDeps;
  #kept: { tools: McpTool[]; at: number } | null = null;
  #running: { answer: Promise<McpTool[]>; version: number } | null = null;
  #next: Promise<McpTool[]> | null = null;
  #version = 0;

  constructor(deps: ToolListingDeps) {
    this.#deps = deps;
  }

  /** The list that may still be believed, and is no older than `maxAgeMs`; null where the server has to be asked. */
  kept(maxAgeMs = Number.POSITIVE_INFINITY): McpTool[] | null {
    if (!this.#kept) return null;
    const { tools, at } = this.#kept;
    const ttlMs = tools.length === 0 ? Math.min(EMPTY_TTL_MS, this.#deps.ttlMs) : this.#deps.ttlMs;
    return this.#deps.now() - at < Math.min(ttlMs, maxAgeMs) ? tools : null;
  }

  /** What the server lists now: by the listing under way, unless that began before the last change was announced. */
  ask(): Promise<McpTool[]> {
    const running = this.#running;
    if (!running) return this.#start();
    if (running.version === this.#version) return running.answer;
    this.#next ??= running.answer
      .catch(() => {})
      .then(() => {
        this.#next = null;
        return this.#running?.answer ?? this.#start();
      });
    return this.#next;
  }

  /** The server has announced another list. */
  changed(): void {
    this.#version += 1;
    this.#kept = null;
  }

  #start(): Promise<McpTool[]> {
    const version = this.#version;
    const at = this.#deps.now();
    const asking = this.#deps.ask().then((listed) => {
      const tools = uniqueTools(listed);
      // What was announced while the list was under way may not be in it: then it is not kept.
      if (version === this.#version) this.#kept = { tools, at };
      return tools;
    });
    const answer = asking.finally(() => {
      if (this.#running?.answer === answer) this.#running = null;
    });
    this.#running = { answer, version };
    return answer;
  }
}
