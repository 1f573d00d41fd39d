const KEPT = 128;
const ENOUGH = 16;

/** The durations of the latest calls of one tool, ms, for the delay after which a late read is asked of another endpoint as well. */
export class Latencies {
  readonly #kept: number[] = [];
  #next = 0;
  #p95: number | null = null;

  add(durationMs: number): void {
    this.#kept[this.#next] = durationMs;
    this.#next = (this.#next + 1) % KEPT;
    // Sorting once in a while is enough for a delay.
    if (this.#next % ENOUGH === 0)
      this.#p95 = [...this.#kept].sort((a, b) => a - b)[Math.floor(this.#kept.length * 0.95)]!;
  }

  /** The 95th percentile, ms; null while too few calls are known. */
  get p95(): number | null {
    return this.#p95;
  }
}
