import type { Capability, CapabilityInput, CapabilityOutput } from './capabilities.ts';

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
