import { type CallLimits, createTurns, type Turns } from '../call-policies.ts';
import { countdown } from '../countdown.ts';
import type { WaitOptions } from '../mcp-connection.ts';
import { Latencies } from './latencies.ts';
import { createRateLimit, type RateLimit } from './rate-limit.ts';
import { policyOfTool, type ServerPolicy, type ToolPolicy } from './server-policy.ts';

/** A late read is asked elsewhere after the 95th percentile, at least after so long; while nothing is known after this, ms. */
const HEDGE_AT_LEAST_MS = 10;
const HEDGE_UNKNOWN_MS = 1_000;

type Lane = { policy: ToolPolicy; turns: Turns | null; latencies: Latencies };

/** The ways on which calls of one server go: each tool has its own policy, its own turns and its own pace; all share the server's. */
export class CallLanes {
  readonly #server: string;
  readonly #policy: ServerPolicy;
  readonly #limits: CallLimits;
  readonly #turns: Turns;
  readonly #rate: RateLimit | null;
  readonly #lanes = new Map<string, Lane>();

  constructor(server: string, policy: ServerPolicy, limits: CallLimits) {
    this.#server = server;
    this.#policy = policy;
    this.#limits = limits;
    this.#turns = createTurns(server, limits.concurrency, limits.queued);
    const { ratePerSecond, burst = Math.max(1, Math.ceil(ratePerSecond ?? 1)) } = policy;
    this.#rate = ratePerSecond ? createRateLimit(server, ratePerSecond, burst, () => performance.now()) : null;
  }

  policyOf(tool: string): ToolPolicy {
    return this.#laneOf(tool).policy;
  }

  /** The limits of retries for the tool. */
  limitsOf(tool: string): CallLimits {
    const { attempts = this.#limits.attempts } = this.policyOf(tool);
    return { ...this.#limits, attempts };
  }

  /** After how long a read is asked of another endpoint as well, ms; null where the policy wants none. */
  hedgeAfterMs(tool: string): number | null {
    const { policy, latencies } = this.#laneOf(tool);
    return policy.hedge === false ? null : Math.max(HEDGE_AT_LEAST_MS, latencies.p95 ?? HEDGE_UNKNOWN_MS);
  }

  took(tool: string, durationMs: number): void {
    this.#laneOf(tool).latencies.add(durationMs);
  }

  /** Runs a call once the rate, the tool and the server have a turn for it. Throws DependencyError where that takes too long. */
  async run<T>(tool: string, wait: WaitOptions, send: () => Promise<T>): Promise<T> {
    const left = countdown(wait);
    await this.#rate?.take(left());
    const { turns } = this.#laneOf(tool);
    return turns ? turns.run(left(), () => this.#turns.run(left(), send)) : this.#turns.run(left(), send);
  }

  #laneOf(tool: string): Lane {
    const known = this.#lanes.get(tool);
    if (known) return known;
    const policy = policyOfTool(this.#policy, tool);
    const { concurrency } = policy;
    const turns = concurrency === undefined ? null : createTurns(this.#server, concurrency, this.#limits.queued);
    const lane = { policy, turns, latencies: new Latencies() };
    this.#lanes.set(tool, lane);
    return lane;
  }
}
