import { abortable } from '../abortable.ts';

/** How an answer came about: by a call of its own, by one that another caller had under way, or from an earlier one. */
export type AnswerOrigin = 'asked' | 'joined' | 'cached';

type Flight<T> = { answer: Promise<T>; waiting: number; controller: AbortController };
type Kept<T> = { value: T; until: number; size: number };

export type SharedCallsOptions = { now(): number; maxEntries?: number; maxSize?: number };

/**
 * One call for all who ask the same at the same time, and its answer for those who ask within the time to live. A call goes on
 * until the last who waits for it has given up; failures are shared by those who wait, and never kept.
 */
export class SharedCalls<T> {
  readonly #options: Required<SharedCallsOptions>;
  readonly #flights = new Map<string, Flight<T>>();
  readonly #kept = new Map<string, Kept<T>>();
  #size = 0;

  constructor({ now, maxEntries = 500, maxSize = 16_000_000 }: SharedCallsOptions) {
    this.#options = { now, maxEntries, maxSize };
  }

  /** `sizeOf` says how much room an answer takes (characters); `gone` makes the error of a caller who gave up. */
  async get(
    key: string,
    question: { ttlMs: number; signal: AbortSignal; gone(): unknown; sizeOf(value: T): number },
    ask: (signal: AbortSignal) => Promise<T>,
  ): Promise<{ value: T; origin: AnswerOrigin }> {
    const kept = this.#kept.get(key);
    if (kept && kept.until > this.#options.now()) return { value: kept.value, origin: 'cached' };
    const running = this.#flights.get(key);
    const flight = running ?? this.#start(key, question, ask);
    flight.waiting += 1;
    try {
      const value = await abortable(flight.answer, question.signal, question.gone);
      return { value, origin: running ? 'joined' : 'asked' };
    } finally {
      flight.waiting -= 1;
      if (flight.waiting === 0) this.#leave(key, flight);
    }
  }

  /** Forgets every answer: what was true before something was changed may not be any more. */
  clear(): void {
    this.#kept.clear();
    this.#flights.clear();
    this.#size = 0;
  }

  #start(
    key: string,
    { ttlMs, sizeOf }: { ttlMs: number; sizeOf(value: T): number },
    ask: (signal: AbortSignal) => Promise<T>,
  ): Flight<T> {
    const controller = new AbortController();
    const flight: Flight<T> = { answer: ask(controller.signal), waiting: 0, controller };
    this.#flights.set(key, flight);
    flight.answer.then(
      (value) => {
        if (this.#flights.get(key) !== flight) return;
        this.#flights.delete(key);
        this.#keep(key, value, ttlMs, sizeOf(value));
      },
      () => this.#leave(key, flight),
    );
    return flight;
  }

  #leave(key: string, flight: Flight<T>): void {
    flight.controller.abort();
    if (this.#flights.get(key) === flight) this.#flights.delete(key);
  }

  #keep(key: string, value: T, ttlMs: number, size: number): void {
    if (size > this.#options.maxSize / 4) return;
    this.#drop(key);
    this.#kept.set(key, { value, until: this.#options.now() + ttlMs, size });
    this.#size += size;
    // The oldest first: a map keeps the order in which its keys came.
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.#options.maxEntries && this.#size <= this.#options.maxSize) return;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    this.#size -= this.#kept.get(key)?.size ?? 0;
    this.#kept.delete(key);
  }
}
