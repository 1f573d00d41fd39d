/** How much the latest call weighs in a moving average. */
const LATEST = 0.2;
/** After so long without a call an endpoint's past says half as much about it, ms. */
const HALF_LIFE_MS = 10_000;

/** What one endpoint has shown lately: moving averages of latency (ms) and of failures (0 to 1). */
export class EndpointStats {
  inFlight = 0;
  calls = 0;
  failures = 0;
  /** Failures, or answers that another endpoint overtook, in a row. */
  strikes = 0;
  /** When it last answered, by the clock that it is told; before all time where it never has. */
  answeredAt = Number.NEGATIVE_INFINITY;
  #latencyMs: number | null = null;
  #isConnected = false;
  #errorRate = 0;
  #at = 0;

  /** Null until the second answer. */
  get latencyMs(): number | null {
    return this.#latencyMs;
  }

  answered(durationMs: number, now: number): void {
    this.#count(durationMs, 0, now);
    this.strikes = 0;
    this.answeredAt = now;
  }

  failed(durationMs: number, now: number): void {
    this.failures += 1;
    this.strikes += 1;
    // Failing at once is not being fast: it would draw the calls of all others.
    this.#count(this.#latencyMs === null ? null : Math.max(durationMs, this.#latencyMs), 1, now);
  }

  /** It was asked, and another was faster: at least this slow. */
  overtaken(durationMs: number, now: number): void {
    this.strikes += 1;
    this.#count(Math.max(durationMs, this.#latencyMs ?? 0), 0, now);
  }

  /** The share of failures as it counts now: what is long past counts less. */
  errorRate(now: number): number {
    return this.#errorRate * 0.5 ** (Math.max(0, now - this.#at) / HALF_LIFE_MS);
  }

  /** Forgets how slow it was, so that an endpoint that comes back is not judged by what ended it. */
  forgive(): void {
    this.strikes = 0;
    this.#latencyMs = null;
    this.#errorRate = 0;
  }

  #count(durationMs: number | null, failed: 0 | 1, now: number): void {
    this.calls += 1;
    const before = this.errorRate(now);
    // The first answer also waited for the connection: its duration says nothing about those that follow.
    if (durationMs !== null && this.#isConnected) this.#latencyMs = averaged(this.#latencyMs, durationMs);
    this.#isConnected ||= failed === 0;
    this.#errorRate = before + LATEST * (failed - before);
    this.#at = now;
  }
}

const averaged = (before: number | null, latest: number) =>
  before === null ? latest : before + LATEST * (latest - before);
