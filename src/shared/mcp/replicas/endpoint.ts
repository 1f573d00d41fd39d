import { type CallBreaker, type CallLimits, createBreaker, isHealthFailure } from '../call-policies.ts';
import type { McpConnection, WaitOptions } from '../mcp-connection.ts';
import type { McpServerStatus } from '../mcp-gateway.types.ts';
import { describeTarget, type ServerTarget } from '../server-target.ts';
import type { EndpointLoad } from './choose-endpoint.ts';
import { EndpointStats } from './endpoint-stats.ts';

export type EndpointPolicy = { ejectAfter: number; ejectMs: number; slowStartMs: number };

export const DEFAULT_ENDPOINT_POLICY: EndpointPolicy = { ejectAfter: 3, ejectMs: 5_000, slowStartMs: 10_000 };

/** An ejection lasts longer each time, up to this many times the first. */
const MOST_EJECT_FACTOR = 12;

export type EndpointDeps = {
  server: string;
  connection: McpConnection;
  limits: CallLimits;
  policy: EndpointPolicy;
  now(): number;
  /** Told when a call begins (outcome null) and when it ends, for metrics. */
  observe?(endpoint: Endpoint, outcome: string | null, durationMs: number): void;
};

/** A caller that has found a faster endpoint aborts the others with this reason. */
export const OVERTAKEN = 'another endpoint was faster';

/** One address of a server: its connection, its breaker, what it has shown, and whether calls go there now. */
export class Endpoint {
  readonly name: string;
  readonly target: ServerTarget;
  readonly connection: McpConnection;
  readonly stats = new EndpointStats();
  readonly #deps: EndpointDeps;
  readonly #breaker: CallBreaker;
  #ejectedUntil: number | null = null;
  #ejections = 0;
  #backSince = Number.NEGATIVE_INFINITY;

  constructor(target: ServerTarget, deps: EndpointDeps) {
    this.name = describeTarget(target);
    this.target = target;
    this.connection = deps.connection;
    this.#deps = deps;
    this.#breaker = createBreaker(deps.server, deps.limits);
  }

  get breaker(): CallBreaker['state'] {
    return this.#breaker.state;
  }

  get isEjected(): boolean {
    return this.#ejectedUntil !== null;
  }

  /** Whether calls should go here while there are others. */
  get isAvailable(): boolean {
    return !this.isEjected && this.mayTry;
  }

  /** Whether its breaker lets a call through. */
  get mayTry(): boolean {
    return this.#breaker.mayTry;
  }

  /** Whether its time out is over; it then has to answer a ping before calls come back. */
  get isDueBack(): boolean {
    return this.#ejectedUntil !== null && this.#deps.now() >= this.#ejectedUntil;
  }

  load(): EndpointLoad {
    const now = this.#deps.now();
    const { slowStartMs } = this.#deps.policy;
    const warmth = slowStartMs === 0 ? 1 : Math.min(1, (now - this.#backSince) / slowStartMs);
    const { inFlight, latencyMs } = this.stats;
    return { inFlight, latencyMs, errorRate: this.stats.errorRate(now), warmth };
  }

  status(): McpServerStatus['endpoints'][number] {
    const { inFlight, calls, failures, latencyMs } = this.stats;
    const rounded = latencyMs === null ? null : Math.round(latencyMs * 10) / 10;
    const { name: endpoint, breaker, isEjected: ejected } = this;
    return { endpoint, breaker, ejected, inFlight, calls, failures, latencyMs: rounded };
  }

  /** Takes it out of the choice; longer each time. */
  eject(): void {
    this.#ejections = Math.min(MOST_EJECT_FACTOR, this.#ejections + 1);
    this.#ejectedUntil = this.#deps.now() + this.#deps.policy.ejectMs * this.#ejections;
  }

  /** Back among the others, slowly. */
  readmit(): void {
    if (!this.isEjected) return;
    this.#ejectedUntil = null;
    this.#backSince = this.#deps.now();
    this.stats.forgive();
  }

  /** Runs a call here and remembers how it went. */
  async run<T>(wait: WaitOptions, send: () => Promise<T>): Promise<T> {
    const started = performance.now();
    this.stats.inFlight += 1;
    this.#deps.observe?.(this, null, 0);
    const settle = (count: (durationMs: number, now: number) => void, outcome: string) => {
      const durationMs = performance.now() - started;
      this.stats.inFlight -= 1;
      count(durationMs, this.#deps.now());
      this.#deps.observe?.(this, outcome, durationMs);
    };
    try {
      const answer = await this.#breaker.run(wait, send);
      settle((ms, now) => this.#answered(ms, now), 'ok');
      return answer;
    } catch (error) {
      const outcome = (error as { failure?: string }).failure ?? 'tool_error';
      if (isHealthFailure(error)) settle((ms, now) => this.stats.failed(ms, now), outcome);
      else if (wait.signal.reason === OVERTAKEN) settle((ms, now) => this.stats.overtaken(ms, now), 'overtaken');
      // Callers that give up, and refusals, say nothing about the endpoint.
      else settle(() => {}, outcome);
      throw error;
    }
  }

  #answered(durationMs: number, now: number): void {
    this.stats.answered(durationMs, now);
    const isWarm = now - this.#backSince > 3 * this.#deps.policy.slowStartMs;
    if (isWarm) this.#ejections = 0;
  }
}
