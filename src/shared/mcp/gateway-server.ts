import { CallCounter } from './call-counts.ts';
import { type CallLimits, DEFAULT_LIMITS, gaveUp, withRetries } from './call-policies.ts';
import type { Capability } from './capabilities.ts';
import type { ConfiguredServer } from './configured-server.ts';
import { countdown } from './countdown.ts';
import { argumentNames, checkToolArguments } from './guard/check-arguments.ts';
import { checkScope } from './guard/check-scope.ts';
import { findTool, guardCapability, guardOffered, isOffered } from './guard/tool-guard.ts';
import { findMapping } from './maps/find-mapping.ts';
import type { ToolMapping } from './maps/tool-mapping.ts';
import type { McpConnection, McpTool, WaitOptions } from './mcp-connection.ts';
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
import { breakerOf, serverHealth, unwell } from './server-health.ts';
import type { ServerTarget } from './server-target.ts';
import { type Answered, isRepeatable, questionOf, sizeOfAnswer, type ToolCall } from './tool-call.ts';

export type GatewayServerDeps = {
  open(target: ServerTarget): McpConnection;
  limits?: Partial<CallLimits>;
  random(): number;
  now(): number;
  lookUp?(signal: AbortSignal): Promise<ServerTarget[]>;
  warn?(message: string, fields: Record<string, unknown>): void;
  observeEndpoint?(server: string, endpoint: Endpoint, outcome: string | null, durationMs: number): void;
  endpointGone?(server: string, endpoint: string): void;
};

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
  #asking = 0;

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
      gone: (endpoint) => deps.endpointGone?.(name, endpoint.name),
    });
    this.#lookup = discover && deps.lookUp ? this.#keepEndpoints(discover.everyMs, deps.lookUp) : null;
  }

  hasEndpoint(server: string, endpoint: string): boolean {
    return this.name === server && this.#pool.endpoints.some(({ name }) => name === endpoint);
  }

  /** Whether nobody waits for an answer of it any more. */
  get isIdle(): boolean {
    return this.#counter.running === 0 && this.#asking === 0;
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
    const tools = await this.#counted(() => this.#listAnywhere(wait));
    return tools.filter((tool) => isOffered(this.configured, tool));
  }

  /** Calls the tool under the server's policies; only what certainly reads is ever sent again. Throws DependencyError. */
  call(call: ToolCall, wait: WaitOptions): Promise<ToolAnswer> {
    return this.#counter.run(() => this.#answer(call, wait));
  }

  health(wait: WaitOptions): Promise<McpServerHealth> {
    return this.#counted(() => this.#health(wait));
  }

  async #health(wait: WaitOptions): Promise<McpServerHealth> {
    const { name, configured } = this;
    const about = { server: name, breaker: breakerOf(this.#pool.endpoints), capabilities: configured.capabilities };
    const left = countdown(wait);
    try {
      await this.#lookup?.ready(left());
    } catch (error) {
      return unwell(about, error);
    }
    const asked = this.#connections.map((connection) => connection.health(left()));
    return serverHealth(about, await Promise.allSettled(asked));
  }

  status(): McpServerStatus {
    const capabilities = (Object.keys(this.configured.capabilities) as Capability[]).flatMap((capability) => {
      const mapping = this.mappingFor(capability);
      return mapping ? [[capability, mapping.tool] as const] : [];
    });
    return {
      server: this.name,
      breaker: breakerOf(this.#pool.endpoints),
      running: this.#counter.running,
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

  /** A question that is no call, but is not to be cut off either. */
  async #counted<T>(ask: () => Promise<T>): Promise<T> {
    this.#asking += 1;
    try {
      return await ask();
    } finally {
      this.#asking -= 1;
    }
  }

  get #connections(): McpConnection[] {
    return this.#pool.endpoints.map(({ connection }) => connection);
  }

  async #answer(call: ToolCall, wait: WaitOptions): Promise<ToolAnswer> {
    const policy = this.#lanes.policyOf(call.tool);
    const within = { ...wait, deadlineMs: policy.deadlineMs ?? wait.deadlineMs };
    const ttlMs = cacheTtlMsOf(call.capability, policy.cacheTtlMs);
    if (!isRepeatable(call)) {
      // Also where it failed: it may have had its effect.
      const forget = () => this.#shared.clear();
      return { ...(await this.#attempt(call, within, false).finally(forget)), origin: 'asked' };
    }
    if (ttlMs === 0) return { ...(await this.#repeat(call, within)), origin: 'asked' };
    const question = { ttlMs, signal: within.signal, gone: () => gaveUp(this.name), sizeOf: sizeOfAnswer };
    const { value, origin } = await this.#shared.get(questionOf(call), question, (shared) =>
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
    // All waiting for its turn shares one deadline; each endpoint then gets the whole of it.
    const left = countdown(wait);
    await this.#lookup?.ready(left());
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
    return this.#lanes.run(tool, left(), over);
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
    await this.#lookup?.ready(wait);
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
}

function defined<T extends Record<string, unknown>>(object: T): Record<string, never> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Record<string, never>;
}
