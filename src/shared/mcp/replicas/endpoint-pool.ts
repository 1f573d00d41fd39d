import type { McpConnection } from '../mcp-connection.ts';
import type { BalanceStrategy } from '../policies/server-policy.ts';
import type { ServerTarget } from '../server-target.ts';
import { chooseEndpoint } from './choose-endpoint.ts';
import { Endpoint, type EndpointDeps } from './endpoint.ts';

export type EndpointPoolDeps = Omit<EndpointDeps, 'connection'> & {
  open(target: ServerTarget): McpConnection;
  balance: BalanceStrategy;
  random(): number;
  /** Told when no endpoint of its name is left. */
  gone?(endpoint: Endpoint): void;
  /** How often endpoints that were taken out are looked after, ms; default 1,000. */
  watchMs?: number;
  /** How long an endpoint may take to answer a ping, ms; default 2,000. */
  pingMs?: number;
};

const WATCH_MS = 1_000;
const PING_MS = 2_000;
/** How long calls on an endpoint that is no longer there may take to finish, ms. */
const DRAIN_MS = 60_000;
const DRAIN_LOOK_MS = 100;
/** An endpoint is slow where it takes this many times as long as the middle one, and at least so much longer, ms. */
const SLOW_FACTOR = 3;
const SLOW_AT_LEAST_MS = 20;
const JUDGED_AFTER_CALLS = 5;

/** The endpoints of one server: who is asked next, who is left alone for a while, and who comes back. */
export class EndpointPool {
  readonly #deps: EndpointPoolDeps;
  #endpoints: Endpoint[];
  #turn = 0;
  #timer: NodeJS.Timeout | null = null;
  readonly #ended = new AbortController();
  readonly #pinging = new Set<Endpoint>();
  /** Endpoints that are gone and finish their calls. */
  readonly #leaving = new Map<Endpoint, NodeJS.Timeout>();

  constructor(targets: readonly ServerTarget[], deps: EndpointPoolDeps) {
    this.#deps = deps;
    this.#endpoints = targets.map((target) => this.#create(target));
  }

  get endpoints(): readonly Endpoint[] {
    return this.#endpoints;
  }

  /**
   * The next endpoint that is not among those tried: one that is well, else the last that has answered of those that were taken out
   * (it may only have been slow), and before anything was tried even one whose breaker is open, which then says why. A call that
   * may not be repeated is not sent after a failure to one that is not well: a clear failure is better than an unclear one.
   */
  choose(tried: ReadonlySet<Endpoint>, repeatable: boolean): Endpoint | null {
    const open = this.#endpoints.filter((endpoint) => !tried.has(endpoint));
    const well = open.filter((endpoint) => endpoint.isAvailable);
    const takenOut = tried.size === 0 || repeatable ? open.filter((endpoint) => endpoint.mayTry) : [];
    const chances = well.length > 0 ? well : lastToAnswer(takenOut);
    const candidates = chances.length > 0 || tried.size > 0 ? chances : open;
    return chooseEndpoint(this.#deps.balance, candidates, this.#turn++, this.#deps.random);
  }

  /** Takes endpoints out that failed or were overtaken several times in a row, or are far slower, as long as another is well. */
  judge(endpoint: Endpoint): void {
    if (this.#endpoints.length < 2 || endpoint.isEjected) return;
    const { strikes } = endpoint.stats;
    if (strikes >= this.#deps.policy.ejectAfter || this.#isSlow(endpoint)) this.#takeOut(endpoint);
    // One failure may be chance: a ping tells before the next call, which may be a write, has to find out.
    else if (strikes > 0 && !this.#pinging.has(endpoint)) void this.#suspect(endpoint);
  }

  /** Makes these the endpoints: known ones stay as they are, new ones join; gone ones finish their calls and are closed. */
  update(targets: readonly ServerTarget[]): void {
    const keyOf = (target: ServerTarget) => JSON.stringify(target);
    const known = new Map(this.#endpoints.map((endpoint) => [keyOf(endpoint.target), endpoint]));
    const wanted = targets.map((target) => known.get(keyOf(target)) ?? this.#create(target));
    const gone = this.#endpoints.filter((endpoint) => !wanted.includes(endpoint));
    this.#endpoints = wanted;
    for (const endpoint of gone) this.#drain(endpoint);
  }

  async close(): Promise<void> {
    this.#ended.abort();
    if (this.#timer) clearInterval(this.#timer);
    await Promise.all([...this.#endpoints, ...this.#leaving.keys()].map((endpoint) => this.#end(endpoint)));
  }

  #create(target: ServerTarget): Endpoint {
    return new Endpoint(target, { ...this.#deps, connection: this.#deps.open(target) });
  }

  /** Where nobody else is well, it changes places with one that has answered since it did. */
  #takeOut(endpoint: Endpoint): void {
    if (endpoint.isEjected) return;
    const others = this.#endpoints.filter((other) => other !== endpoint);
    if (!others.some((other) => other.isAvailable)) {
      const [better] = lastToAnswer(others.filter(({ isEjected }) => isEjected));
      if (!better || better.stats.answeredAt <= endpoint.stats.answeredAt) return;
      better.readmit();
    }
    endpoint.eject();
    this.#watch();
  }

  async #suspect(endpoint: Endpoint): Promise<void> {
    if (!(await this.#answersPing(endpoint)) && !this.#ended.signal.aborted) this.#takeOut(endpoint);
  }

  async #answersPing(endpoint: Endpoint): Promise<boolean> {
    this.#pinging.add(endpoint);
    try {
      await endpoint.connection.health({ signal: this.#ended.signal, deadlineMs: this.#deps.pingMs ?? PING_MS });
      return true;
    } catch {
      return false;
    } finally {
      this.#pinging.delete(endpoint);
    }
  }

  #isSlow({ stats }: Endpoint): boolean {
    const known = this.#endpoints.flatMap(({ stats: one }) => one.latencyMs ?? []).sort((a, b) => a - b);
    const middle = known[Math.floor((known.length - 1) / 2)];
    if (stats.latencyMs === null || middle === undefined || stats.calls < JUDGED_AFTER_CALLS) return false;
    return stats.latencyMs > SLOW_FACTOR * middle && stats.latencyMs > middle + SLOW_AT_LEAST_MS;
  }

  /** Runs only while somebody is out. */
  #watch(): void {
    if (this.#timer || this.#ended.signal.aborted) return;
    this.#timer = setInterval(() => this.#lookAfterEjected(), this.#deps.watchMs ?? WATCH_MS);
    this.#timer.unref();
  }

  #lookAfterEjected(): void {
    const ejected = this.#endpoints.filter((endpoint) => endpoint.isEjected);
    for (const endpoint of ejected)
      if (endpoint.isDueBack && !this.#pinging.has(endpoint)) void this.#tryBack(endpoint);
    if (ejected.length > 0 || !this.#timer) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  async #tryBack(endpoint: Endpoint): Promise<void> {
    if (await this.#answersPing(endpoint)) endpoint.readmit();
    else if (!this.#ended.signal.aborted) endpoint.eject();
  }

  /** Closes an endpoint once its calls are done, or have had their time. */
  #drain(endpoint: Endpoint): void {
    const until = performance.now() + DRAIN_MS;
    const timer = setInterval(() => {
      if (endpoint.stats.inFlight === 0 || performance.now() >= until) void this.#end(endpoint);
    }, DRAIN_LOOK_MS);
    this.#leaving.set(endpoint, timer.unref());
  }

  async #end(endpoint: Endpoint): Promise<void> {
    clearInterval(this.#leaving.get(endpoint));
    this.#leaving.delete(endpoint);
    await endpoint.connection.close();
    const isNamed = this.#endpoints.some(({ name }) => name === endpoint.name);
    if (this.#ended.signal.aborted || !isNamed) this.#deps.gone?.(endpoint);
  }
}

/** Those among them that answered last; all where none ever has. */
function lastToAnswer(endpoints: readonly Endpoint[]): Endpoint[] {
  const latest = Math.max(...endpoints.map(({ stats }) => stats.answeredAt));
  return endpoints.filter(({ stats }) => stats.answeredAt === latest);
}
