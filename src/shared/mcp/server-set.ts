import { describeError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { CallLimits } from './call-policies.ts';
import type { ConfiguredServer } from './configured-server.ts';
import { GatewayServer } from './gateway-server.ts';
import { openConnection } from './open-connection.ts';
import { type EndpointLookupDeps, lookUpEndpoints } from './replicas/look-up-endpoints.ts';
import type { SdkConnectionOptions } from './sdk/sdk-connection.ts';

/** One attempt at one endpoint, and how the endpoint stands then. */
export type EndpointRecord = {
  server: string;
  endpoint: string;
  /** Null when it begins. */
  outcome: string | null;
  durationMs: number;
  inFlight: number;
  breaker: 'closed' | 'open' | 'half_open';
  ejected: boolean;
};

export type ServerSetDeps = {
  servers: ConfiguredServer[];
  logger?: Logger;
  observeEndpoint?: (record: EndpointRecord) => void;
  /** Called when an endpoint is no longer there, so that nothing is shown of it for ever. */
  endpointGone?: (server: string, endpoint: string) => void;
  limits?: Partial<CallLimits>;
  connection?: SdkConnectionOptions;
  lookup?: EndpointLookupDeps;
  now?: () => number;
  random?: () => number;
};

/** How long calls on a server that was replaced may take to finish, and how often it is looked, ms. */
const DRAIN_MS = 120_000;
const LOOK_MS = 50;

/** The servers of a gateway, which may be exchanged while calls are under way. */
export class ServerSet {
  readonly #deps: ServerSetDeps;
  readonly #draining = new Map<GatewayServer, NodeJS.Timeout>();
  #servers: GatewayServer[];

  constructor(deps: ServerSetDeps) {
    this.#deps = deps;
    this.#servers = deps.servers.map((configured) => this.#create(configured));
  }

  get servers(): readonly GatewayServer[] {
    return this.#servers;
  }

  /** Servers whose configuration stays the same stay; others begin, or end once their calls are done. */
  replace(servers: ConfiguredServer[]): void {
    const before = [...this.#servers];
    this.#servers = servers.map((configured) => {
      const index = before.findIndex((server) => isSame(server.configured, configured));
      return index === -1 ? this.#create(configured) : before.splice(index, 1)[0]!;
    });
    for (const server of before) this.#drain(server);
  }

  async close(): Promise<void> {
    for (const timer of this.#draining.values()) clearInterval(timer);
    await Promise.allSettled([...this.#servers, ...this.#draining.keys()].map((server) => server.close()));
    this.#draining.clear();
  }

  #create(configured: ConfiguredServer): GatewayServer {
    const {
      limits,
      now = Date.now,
      random = Math.random,
      connection,
      lookup = {},
      logger,
      observeEndpoint,
      endpointGone,
    } = this.#deps;
    const { name, discover, target } = configured;
    return new GatewayServer(configured, {
      limits,
      now,
      random,
      open: (one) => openConnection(name, one, { now, random, ...connection }),
      lookUp: discover && ((signal) => lookUpEndpoints(discover, target, lookup, signal)),
      warn: (message, fields) => logger?.warn(message, fields),
      observeEndpoint: (server, endpoint, outcome, durationMs) => {
        const { name: address, breaker, isEjected: ejected, stats } = endpoint;
        const { inFlight } = stats;
        const record = { server, endpoint: address, outcome, durationMs, inFlight, breaker, ejected };
        this.#told(() => observeEndpoint?.(record));
      },
      endpointGone: (server, endpoint) => {
        // Its name may go on under another configuration of the server.
        const isNamed = this.#servers.some((one) => one.configured !== configured && one.hasEndpoint(server, endpoint));
        if (!isNamed) this.#told(() => endpointGone?.(server, endpoint));
      },
    });
  }

  /** A fault in metrics must not turn a call that had its effect into a failed one. */
  #told(tell: () => void): void {
    try {
      tell();
    } catch (error) {
      this.#deps.logger?.error('the observer of endpoints failed', { error: describeError(error) });
    }
  }

  #drain(server: GatewayServer): void {
    const until = performance.now() + DRAIN_MS;
    const look = () => {
      if (!server.isIdle && performance.now() < until) return;
      clearInterval(timer);
      this.#draining.delete(server);
      void server.close();
    };
    const timer = setInterval(look, LOOK_MS);
    timer.unref();
    this.#draining.set(server, timer);
    look();
  }
}

/** Definitions in this process are the same only where they are the same object; readers count by their names. */
function isSame(a: ConfiguredServer, b: ConfiguredServer): boolean {
  if (a.target.kind === 'in-process' || b.target.kind === 'in-process') {
    return a.target.kind === b.target.kind && a.name === b.name && sameDefinition(a, b);
  }
  return JSON.stringify(a, withFunctions) === JSON.stringify(b, withFunctions);
}

const withFunctions = (_key: string, value: unknown) => (typeof value === 'function' ? value.name : value);

function sameDefinition(a: ConfiguredServer, b: ConfiguredServer): boolean {
  return (
    a.target.kind === 'in-process' && b.target.kind === 'in-process' && a.target.definition === b.target.definition
  );
}
