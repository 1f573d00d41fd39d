import type { CallCounts } from './call-counts.ts';
import type { Capability, CapabilityInput, CapabilityOutput } from './capabilities.ts';
import type { ConfiguredServer } from './configured-server.ts';

/** What a tool call brought back: validated structured content and the readable text beside it. */
export type CapabilityResult<C extends Capability = Capability> = {
  capability: C;
  server: string;
  tool: string;
  arguments: Record<string, unknown>;
  data: CapabilityOutput<C>;
  text: string;
  durationMs: number;
};

export type CallOptions = {
  /** The caller owns the deadline; the gateway adds its own per-call deadline on top. */
  signal: AbortSignal;
  /** For the audit line and the logs. */
  incidentId?: string;
  /** W3C trace context of the caller; without it the calls of an incident share a trace of their own. */
  traceparent?: string;
};

export type McpServerHealth = {
  server: string;
  ok: boolean;
  /** What is wrong, in one line, or what was found (number of tools, protocol version). */
  detail: string;
  protocolVersion: string | null;
  tools: string[];
  breaker: 'closed' | 'open' | 'half_open';
};

/** The only door to the outside: maps capabilities to tools and owns deadlines, retries, breakers and the read-only guard. */
export type McpGateway = {
  /** Capabilities that some configured server answers; the others are gaps from the start. */
  has(capability: Capability): boolean;
  /**
   * Calls the tool behind a capability. Throws DependencyError: its `failure` says why, `ambiguous` says whether a call
   * with an effect may have had it. Calls that are not read-only are never sent twice.
   */
  call<C extends Capability>(
    capability: C,
    input: CapabilityInput<C>,
    options: CallOptions,
  ): Promise<CapabilityResult<C>>;
  health(signal: AbortSignal): Promise<McpServerHealth[]>;
  close(): Promise<void>;
};

/** A tool beyond the capabilities that the LLM may be offered: on a server's allow-list, and read-only. */
export type OfferedTool = {
  /** Its name within OpenAI's rules, unique over all servers; `callTool` takes it back. */
  alias: string;
  server: string;
  tool: string;
  /** The server's own words, which are not to be trusted. */
  description: string;
  /** JSON Schema of its arguments. */
  inputSchema: Record<string, unknown>;
};

/** A tool by the names that its server and it have themselves. */
export type ToolName = Pick<OfferedTool, 'server' | 'tool'>;

export type ToolCallResult = {
  server: string;
  tool: string;
  arguments: Record<string, unknown>;
  /** What the server sent as structured content, null where it sent text only. */
  structured: Record<string, unknown> | null;
  text: string;
  durationMs: number;
};

/** What is known of a server without asking it. */
export type McpServerStatus = CallCounts & {
  server: string;
  breaker: McpServerHealth['breaker'];
  /** Calls under way. */
  running: number;
  /** The capabilities that it is asked for, each with its tool. */
  capabilities: Partial<Record<Capability, string>>;
  /** Null before the first listing. */
  tools: number | null;
  endpoints: {
    endpoint: string;
    breaker: McpServerHealth['breaker'];
    /** Taken out for a while, because it failed or was far slower than the others. */
    ejected: boolean;
    inFlight: number;
    calls: number;
    failures: number;
    /** Moving average, ms; null before the second answer, since the first call also connects. */
    latencyMs: number | null;
  }[];
};

/** The gateway with what the LLM's tools, operators and a reload need of it. */
export type ToolGateway = McpGateway & {
  /** The tools that the LLM may be offered now; a server that cannot be listed offers none, which `unlisted` is told. */
  tools(signal: AbortSignal, unlisted?: (server: string, error: unknown) => void): Promise<OfferedTool[]>;
  /**
   * Calls a tool, by the alias of the last listing or by its own name: names stay what they are when another listing gives an alias
   * to another tool. Throws DependencyError, `refused` where it is not, or no longer, on offer.
   */
  callTool(tool: string | ToolName, args: Record<string, unknown>, options: CallOptions): Promise<ToolCallResult>;
  status(): McpServerStatus[];
  /** Other servers from now on; those that stay the same keep their connections, and calls under way finish where they are. */
  replaceServers(servers: ConfiguredServer[]): void;
};
