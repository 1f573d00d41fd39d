import { DependencyError, describeError } from '../errors.ts';
import { type CallLimits, type CallPolicies, createCallPolicies } from './call-policies.ts';
import type { Capability } from './capabilities.ts';
import { isReadOnly, mayWrite } from './capability-policy.ts';
import type { ConfiguredServer } from './configured-server.ts';
import { countdown } from './countdown.ts';
import type { McpConnection, McpTool, McpToolResult, WaitOptions } from './mcp-connection.ts';
import type { McpServerHealth } from './mcp-gateway.types.ts';
import { fromToolFailure } from './tool-failure.ts';
import { unambiguous } from './unambiguous.ts';

export type GatewayServerDeps = { connection: McpConnection; limits: CallLimits; random(): number };

export type ToolCall = { capability: Capability; tool: string; arguments: Record<string, unknown> };

/** How long a changed tool list may take to arrive in the background, ms. */
const RELIST_MS = 10_000;

/** One configured server with its connection and its policies. */
export class GatewayServer {
  readonly name: string;
  readonly #configured: ConfiguredServer;
  readonly #connection: McpConnection;
  readonly #policies: CallPolicies;

  constructor(configured: ConfiguredServer, { connection, limits, random }: GatewayServerDeps) {
    this.name = configured.name;
    this.#configured = configured;
    this.#connection = connection;
    this.#policies = createCallPolicies(configured.name, limits, random);
    connection.onToolsChanged(() => {
      const wait = { signal: new AbortController().signal, deadlineMs: RELIST_MS };
      // Whoever calls next lists again if this fails.
      connection.listTools(wait).catch(() => {});
    });
  }

  /** The tool that answers the capability; null when none is mapped, or the server is known not to have it. */
  toolFor(capability: Capability): string | null {
    const tool = this.#configured.capabilities[capability];
    if (tool === undefined) return null;
    const known = this.#connection.knownTools() ?? this.#ownTools();
    return known === null || known.some(({ name }) => name === tool) ? tool : null;
  }

  /** Calls the tool under the server's policies; only a read-only capability is ever sent again. Throws DependencyError. */
  async call(call: ToolCall, wait: WaitOptions): Promise<McpToolResult> {
    const send = () => this.#send(call, wait);
    return isReadOnly(call.capability) ? this.#policies.repeatable(wait, send) : this.#policies.once(wait, send);
  }

  async health(wait: WaitOptions): Promise<McpServerHealth> {
    const { breaker } = this.#policies;
    try {
      const { protocolVersion, tools } = await this.#connection.health(wait);
      const missing = Object.values(this.#configured.capabilities).filter((tool) => !tools.includes(tool));
      const lacking = missing.length > 0 ? `, without ${missing.join(', ')}` : '';
      const detail = `${tools.length} tools, protocol ${protocolVersion ?? 'unknown'}${lacking}`;
      return { server: this.name, ok: true, detail, protocolVersion, tools, breaker };
    } catch (error) {
      const detail = describeError(error).split('\n')[0]!;
      return { server: this.name, ok: false, detail, protocolVersion: null, tools: [], breaker };
    }
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  async #send({ capability, tool, arguments: args }: ToolCall, wait: WaitOptions): Promise<McpToolResult> {
    const left = countdown(wait);
    this.#guard(capability, tool, await this.#listed(left()));
    const result = await this.#connection.callTool(tool, args, left());
    if (result.isError) throw fromToolFailure(this.name, result.meta, result.text);
    return result;
  }

  async #listed(wait: WaitOptions): Promise<McpTool[]> {
    try {
      return await this.#connection.listTools(wait);
    } catch (error) {
      throw error instanceof DependencyError ? unambiguous(error) : error;
    }
  }

  /** Our own statement decides; for a server that is not ours the tool has to claim it as well. */
  #guard(capability: Capability, tool: string, listed: McpTool[]): void {
    const found = listed.find(({ name }) => name === tool);
    if (!found) {
      throw new DependencyError(
        this.name,
        'not_configured',
        `MCP server ${this.name} has no tool ${tool} for ${capability}`,
      );
    }
    if (!isReadOnly(capability)) {
      if (mayWrite(capability)) return;
      throw new DependencyError(
        this.name,
        'refused',
        `${capability} writes and is not one of the declared writing capabilities`,
      );
    }
    if (found.readOnlyHint === true || this.#configured.target.kind === 'in-process') return;
    throw new DependencyError(
      this.name,
      'refused',
      `tool ${tool} of MCP server ${this.name} does not declare readOnlyHint: true, so ${capability} may not call it`,
    );
  }

  #ownTools(): { name: string }[] | null {
    const { target } = this.#configured;
    return target.kind === 'in-process' ? target.definition.tools : null;
  }
}
