export type BackoffDeps = { now(): number; random(): number };

const BASE_MS = 100;
/** Below the time for which a breaker is open: its trial has to be one, and a server that is back is not left alone for longer. */
const CAP_MS = 5_000;

/** How long to leave a failing server alone: doubles with every failure up to 5 s, with jitter from half to the whole. */
export class ReconnectBackoff {
  readonly #deps: BackoffDeps;
  #failures = 0;
  #notBefore = 0;

  constructor(deps: BackoffDeps) {
    this.#deps = deps;
  }

  /** Milliseconds until the next attempt may be made, 0 when it may be made now. */
  get waitMs(): number {
    return Math.max(0, Math.ceil(this.#notBefore - this.#deps.now()));
  }

  failed(): void {
    const ceiling = Math.min(CAP_MS, BASE_MS * 2 ** this.#failures);
    this.#failures += 1;
    this.#notBefore = this.#deps.now() + ceiling * (0.5 + this.#deps.random() / 2);
  }

  succeeded(): void {
    this.#failures = 0;
    this.#notBefore = 0;
  }
}
