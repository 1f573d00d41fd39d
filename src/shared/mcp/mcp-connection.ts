/**
 * What the gateway needs of an MCP server, whatever SDK and protocol era is behind it. Every method that waits throws
 * DependencyError named after the server; its `ambiguous` is true where a call had left and no answer came.
 */
export type McpConnection = {
  /** Connects unless connected; a lost connection is rebuilt by the next call that needs it. */
  connect(options: WaitOptions): Promise<void>;
  /** Every page of the tool list; kept until the server says that it changed, or for the time to live, or no longer than `maxAgeMs`. */
  listTools(options: ListOptions): Promise<McpTool[]>;
  /** `meta` goes along as the request's `_meta`: trace context, for example. */
  callTool(
    name: string,
    toolArguments: Record<string, unknown>,
    options: WaitOptions,
    meta?: Record<string, unknown>,
  ): Promise<McpToolResult>;
  /** Asks the server for a sign of life. */
  health(options: WaitOptions): Promise<McpConnectionHealth>;
  /** The tools as last listed, null before the first listing. */
  knownTools(): McpTool[] | null;
  /** Calls back when the server announces another tool list; returns the function that ends it. */
  onToolsChanged(listener: () => void): () => void;
  /** Ends the connection and, for a child process, its whole process group; bounded, never throws. */
  close(): Promise<void>;
};

/** The caller's signal, and how long (ms) the connection may take on top of that. */
export type WaitOptions = { signal: AbortSignal; deadlineMs: number };

export type ListOptions = WaitOptions & { maxAgeMs?: number };

export type McpTool = {
  name: string;
  description: string;
  inputSchema: Record<string, unknown>;
  /** The server's own claim; null when it says nothing, which is to be read as "not read-only". */
  readOnlyHint: boolean | null;
};

export type McpToolResult = {
  isError: boolean;
  /** The structured content, undefined when the server sent text only. */
  structured: Record<string, unknown> | undefined;
  text: string;
  meta: Record<string, unknown> | undefined;
};

export type McpConnectionHealth = { protocolVersion: string | null; tools: string[] };
