import { describeError } from '../errors.ts';
import { CallCounter } from './call-counts.ts';
import { type CallLimits, DEFAULT_LIMITS, gaveUp, withRetries } from './call-policies.ts';
import type { Capability } from './capabilities.ts';
import { isReadOnly } from './capability-policy.ts';
import type { ConfiguredServer } from './configured-server.ts';
import { argumentNames, checkToolArguments } from './guard/check-arguments.ts';
import { checkScope } from './guard/check-scope.ts';
import { findTool, guardCapability, guardOffered, isOffered } from './guard/tool-guard.ts';
import { findMapping, lackingTools } from './maps/find-mapping.ts';
import type { ToolMapping } from './maps/tool-mapping.ts';
import type { McpConnection, McpTool, McpToolResult, WaitOptions } from './mcp-connection.ts';
import type { McpServerHealth, McpServerStatus } from './mcp-gateway.types.ts';
import { cacheTtlMsOf } from './policies/cache-times.ts';
import { CallLanes } from './policies/call-lanes.ts';
import { type AnswerOrigin, SharedCalls } from './policies/shared-calls.ts';
import { Relisting } from './relisting.ts';
import { DEFAULT_ENDPOINT_POLICY, type Endpoint } from './replicas/endpoint.ts';
import { EndpointPool } from './replicas/endpoint-pool.ts';
import { type KeptEndpoints, keepEndpoints } from './replicas/keep-endpoints.ts';
import { sendOverPool } from './replicas/send-over-pool.ts';
import { sendTool } from './send-tool.ts';
import type { ServerTarget } from './server-target.ts';

export type GatewayServerDeps = {
  open(target: ServerTarget): McpConnection;
  limits?: Partial<CallLimits>;
  random(): number;
  now(): number;
  lookUp?(signal: AbortSignal): Promise<ServerTarget[]>;
  warn?(message: string, fields: Record<string, unknown>): void;
  observeEndpoint?(server: string, endpoint: Endpoint, outcome: string | null, durationMs: number): void;
};

/** A call of one tool: for a capability, or (null) for the LLM. */
export type ToolCall = {
  capability: Capability | null;
  tool: string;
  arguments: Record<string, unknown>;
  /** Our own statement in the mapping that the tool only reads. */
  readOnly?: boolean;
  meta?: Record<string, unknown>;
};
type Answered = { result: McpToolResult; endpoint: string };
export type ToolAnswer = Answered & { origin: AnswerOrigin };

/** One configured server: its endpoints, and everything that holds for its calls. */
export class GatewayServer {
  readonly name: string;
  readonly configured: ConfiguredServer;
  readonly #deps: GatewayServerDeps;
  readonly #lanes: CallLanes;
  readonly #pool: EndpointPool;
  readonly #lookup: KeptEndpoints | null;
  readonly #shared: SharedCalls<Answered>;
  readonly #counter: CallCounter;
  readonly #relisting: Relisting;

  constructor(configured: ConfiguredServer, deps: GatewayServerDeps) {
    const { name, policy = {}, target, replicas = [], discover } = configured;
    this.name = name;
    this.configured = configured;
    this.#deps = deps;
    const limits = { ...DEFAULT_LIMITS, ...deps.limits, ...defined(policy) };
    this.#lanes = new CallLanes(name, policy, limits);
    this.#shared = new SharedCalls({ now: deps.now });
    this.#counter = new CallCounter(deps.now);
    this.#relisting = new Relisting(deps.now);
    this.#pool = new EndpointPool(discover ? [] : [target, ...replicas], {
      server: name,
      limits,
      policy: { ...DEFAULT_ENDPOINT_POLICY, ...defined(policy) },
      balance: policy.balance ?? 'weighted',
      now: deps.now,
      random: deps.random,
      open: (one) => this.#open(one),
      observe: (endpoint, outcome, ms) => deps.observeEndpoint?.(name, endpoint, outcome, ms),
    });
    this.#lookup = discover && deps.lookUp ? this.#keepEndpoints(discover.everyMs, deps.lookUp) : null;
  }

  /** Calls under way. */
  get running(): number {
    return this.#counter.running;
  }

  /** False where every endpoint is left alone for now: another server should be asked first. */
  get isWell(): boolean {
    return this.#pool.endpoints.length === 0 || this.#pool.endpoints.some((endpoint) => endpoint.isAvailable);
  }

  /** The tool that answers the capability; null when none is mapped, or the server is known not to have it. */
  mappingFor(capability: Capability): ToolMapping | null {
    const { capabilities } = this.configured;
    const mapping = findMapping(capabilities, capability, this.knownTools());
    if (mapping === null && capabilities[capability] !== undefined) this.#relisting.lookAgain(this.#connections);
    return mapping;
  }

  /** The tools as last listed, by any endpoint where there are several; null before the first listing. */
  knownTools(): readonly { name: string }[] | null {
    const { target } = this.configured;
    const lists = this.#connections.map((connection) => connection.knownTools()).filter((tools) => tools !== null);
    if (lists.length === 0) return target.kind === 'in-process' ? target.definition.tools : null;
    return lists.length === 1 ? lists[0]! : [...new Map(lists.flat().map((tool) => [tool.name, tool])).values()];
  }

  /** The tools that the LLM may be offered: listed now, on the allow-list, read-only. Throws DependencyError. */
  async offeredTools(wait: WaitOptions): Promise<McpTool[]> {
    if ((this.configured.tools?.allow ?? []).length === 0) return [];
    const tools = await this.#listAnywhere(wait);
    return tools.filter((tool) => isOffered(this.configured.tools, tool));
  }

  /** Calls the tool under the server's policies; only what certainly reads is ever sent again. Throws DependencyError. */
  call(call: ToolCall, wait: WaitOptions): Promise<ToolAnswer> {
    return this.#counter.run(() => this.#answer(call, wait));
  }

  async health(wait: WaitOptions): Promise<McpServerHealth> {
    const breaker = this.#breaker();
    try {
      await this.#lookup?.ready();
      const results = await Promise.allSettled(this.#pool.endpoints.map(({ connection }) => connection.health(wait)));
      const well = results.filter((result) => result.status === 'fulfilled').map(({ value }) => value);
      if (!well[0])
        throw results.find((result) => result.status === 'rejected')?.reason ?? new Error('no endpoint was found');
      const { protocolVersion, tools } = well[0];
      const detail = `${tools.length} tools, protocol ${protocolVersion ?? 'unknown'}${lackingTools(this.configured.capabilities, tools)}`;
      const among = results.length > 1 ? `, ${well.length} of ${results.length} endpoints answer` : '';
      return { server: this.name, ok: true, detail: `${detail}${among}`, protocolVersion, tools, breaker };
    } catch (error) {
      const detail = describeError(error).split('\n')[0]!;
      return { server: this.name, ok: false, detail, protocolVersion: null, tools: [], breaker };
    }
  }

  status(): McpServerStatus {
    const capabilities = (Object.keys(this.configured.capabilities) as Capability[]).flatMap((capability) => {
      const mapping = this.mappingFor(capability);
      return mapping ? [[capability, mapping.tool] as const] : [];
    });
    return {
      server: this.name,
      breaker: this.#breaker(),
      running: this.running,
      ...this.#counter.counts(),
      capabilities: Object.fromEntries(capabilities),
      tools: this.knownTools()?.length ?? null,
      endpoints: this.#pool.endpoints.map((endpoint) => endpoint.status()),
    };
  }

  async close(): Promise<void> {
    this.#lookup?.close();
    this.#relisting.close();
    await this.#pool.close();
  }

  get #connections(): McpConnection[] {
    return this.#pool.endpoints.map(({ connection }) => connection);
  }

  async #answer(call: ToolCall, wait: WaitOptions): Promise<ToolAnswer> {
    const policy = this.#lanes.policyOf(call.tool);
    const within = { ...wait, deadlineMs: policy.deadlineMs ?? wait.deadlineMs };
    const ttlMs = policy.cacheTtlMs ?? (call.capability === null ? 0 : cacheTtlMsOf(call.capability));
    if (!isRepeatable(call)) {
      const answer = await this.#attempt(call, within, false);
      this.#shared.clear();
      return { ...answer, origin: 'asked' };
    }
    if (ttlMs === 0) return { ...(await this.#repeat(call, within)), origin: 'asked' };
    const question = { ttlMs, signal: within.signal, gone: () => gaveUp(this.name), sizeOf: sizeOfAnswer };
    const { value, origin } = await this.#shared.get(keyOf(call), question, (shared) =>
      this.#repeat(call, { ...within, signal: shared }),
    );
    return { ...value, origin };
  }

  #repeat(call: ToolCall, wait: WaitOptions): Promise<Answered> {
    const limits = this.#lanes.limitsOf(call.tool);
    return withRetries(wait.signal, limits, this.#deps.random, () => this.#attempt(call, wait, true));
  }

  /** One attempt: waits for its turn, then goes to an endpoint, or to another. */
  async #attempt(call: ToolCall, wait: WaitOptions, repeatable: boolean): Promise<Answered> {
    await this.#lookup?.ready();
    const { tool } = call;
    const send = async (endpoint: Endpoint, within: WaitOptions) => {
      const started = performance.now();
      const result = await sendTool(this.name, endpoint.connection, call, within, (listed) =>
        this.#guard(call, listed),
      );
      this.#lanes.took(tool, performance.now() - started);
      return { result, endpoint: endpoint.name };
    };
    const hedgeAfterMs = this.#lanes.hedgeAfterMs(tool);
    const over = () => sendOverPool(this.#pool, { server: this.name, wait, repeatable, hedgeAfterMs, send });
    return this.#lanes.run(tool, wait, over);
  }

  /** Throws unless the tool, as the endpoint lists it now, may be called with these arguments. */
  #guard(call: ToolCall, listed: readonly McpTool[]): void {
    const { configured, name } = this;
    const tool = findTool(name, listed, call.tool, call.capability ?? 'the LLM');
    // What was offered to the LLM may have changed since: the server's word of now counts.
    if (call.capability === null) guardOffered(configured, tool);
    else guardCapability(configured, call.capability, tool, call.readOnly);
    if (configured.target.kind !== 'in-process') checkToolArguments(name, tool.name, tool.inputSchema, call.arguments);
    checkScope(name, configured.scope, call.arguments, argumentNames(tool.inputSchema));
  }

  async #listAnywhere(wait: WaitOptions): Promise<McpTool[]> {
    await this.#lookup?.ready();
    const send = (endpoint: Endpoint, within: WaitOptions) => endpoint.connection.listTools(within);
    return sendOverPool(this.#pool, { server: this.name, wait, repeatable: true, hedgeAfterMs: null, send });
  }

  #open(target: ServerTarget): McpConnection {
    const connection = this.#deps.open(target);
    this.#relisting.follow(connection);
    return connection;
  }

  #keepEndpoints(everyMs: number, lookUp: (signal: AbortSignal) => Promise<ServerTarget[]>): KeptEndpoints {
    const update = (targets: ServerTarget[]) => this.#pool.update(targets);
    return keepEndpoints({ server: this.name, everyMs, lookUp, update, warn: (...line) => this.#deps.warn?.(...line) });
  }

  #breaker(): McpServerHealth['breaker'] {
    const words = this.#pool.endpoints.map(({ breaker }) => breaker);
    if (words.length === 0 || words.includes('closed')) return 'closed';
    return words.includes('half_open') ? 'half_open' : 'open';
  }
}

/** A tool that the LLM was offered only reads: the guard has seen to that. */
function isRepeatable({ capability }: ToolCall): boolean {
  return capability === null || isReadOnly(capability);
}

function keyOf({ tool, arguments: args }: ToolCall): string {
  return `${tool} ${JSON.stringify(Object.entries(args).sort(([a], [b]) => (a < b ? -1 : 1)))}`;
}

function sizeOfAnswer({ result }: Answered): number {
  return result.text.length * (result.structured === undefined ? 1 : 2) + 200;
}

function defined<T extends Record<string, unknown>>(object: T): Record<string, never> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Record<string, never>;
}
