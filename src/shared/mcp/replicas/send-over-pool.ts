import { DependencyError, type FailureClass } from '../../errors.ts';
import type { WaitOptions } from '../mcp-connection.ts';
import { type Endpoint, OVERTAKEN } from './endpoint.ts';
import type { EndpointPool } from './endpoint-pool.ts';

export type PoolCall<T> = {
  server: string;
  wait: WaitOptions;
  /** Whether the call may be sent more than once. */
  repeatable: boolean;
  /** After how long a repeatable call is asked of a second endpoint as well, ms; null for never. */
  hedgeAfterMs: number | null;
  send(endpoint: Endpoint, wait: WaitOptions): Promise<T>;
};

/** What another endpoint may do better: one may lack the tool or the secret while all are being exchanged. */
const ELSEWHERE: ReadonlySet<FailureClass> = new Set([
  'connection',
  'timeout',
  'overload',
  'rate_limit',
  'breaker_open',
  'protocol',
  'auth',
  'not_configured',
]);

/** Sends a call to an endpoint, and to another where the first fails: a call that may have had an effect is not sent again. */
export async function sendOverPool<T>(pool: EndpointPool, call: PoolCall<T>): Promise<T> {
  const tried = new Set<Endpoint>();
  for (let failure: unknown = null; ; ) {
    const endpoint = pool.choose(tried, call.repeatable);
    if (!endpoint) throw failure ?? new DependencyError(call.server, 'connection', noEndpoint(call.server));
    tried.add(endpoint);
    try {
      return await sendHedged(pool, endpoint, tried, call);
    } catch (error) {
      failure = error;
      if (call.wait.signal.aborted || !mayGoElsewhere(error, call.repeatable)) throw error;
    }
  }
}

function mayGoElsewhere(error: unknown, repeatable: boolean): boolean {
  if (!(error instanceof DependencyError) || !ELSEWHERE.has(error.failure)) return false;
  return repeatable || !error.ambiguous;
}

/** Asks a second endpoint where the first is late; the first answer counts, and whoever is late is told to stop. */
async function sendHedged<T>(pool: EndpointPool, first: Endpoint, tried: Set<Endpoint>, call: PoolCall<T>): Promise<T> {
  const { hedgeAfterMs, repeatable } = call;
  if (!repeatable || hedgeAfterMs === null || pool.endpoints.length < 2) return sendTo(pool, first, call, call.wait);
  const race = new AbortController();
  const wait = { ...call.wait, signal: AbortSignal.any([call.wait.signal, race.signal]) };
  const { promise: late, resolve: isLate } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => isLate(true), hedgeAfterMs);
  const primary = sendTo(pool, first, call, wait);
  // A failure before that is for the caller, who may turn elsewhere at once.
  primary.catch(() => {}).finally(() => isLate(false));
  const secondary = late.then((isNeeded) => (isNeeded ? sendToOthers(pool, tried, call, wait, primary) : primary));
  try {
    return await firstAnswer([primary, secondary]);
  } finally {
    clearTimeout(timer);
    race.abort(OVERTAKEN);
  }
}

/** The first answer, or the first failure that no endpoint would spare us; where all have failed otherwise, the first one's failure. */
function firstAnswer<T>(sent: readonly Promise<T>[]): Promise<T> {
  return new Promise((resolve, reject) => {
    const failed = (error: unknown) => {
      if (!mayGoElsewhere(error, true)) reject(error);
    };
    for (const one of sent) one.then(resolve, failed);
    void Promise.allSettled(sent).then(([first]) => {
      if (first?.status === 'rejected') reject(first.reason);
    });
  });
}

/** The first of the others that answers; where none is left, whatever becomes of the call that is late. */
async function sendToOthers<T>(
  pool: EndpointPool,
  tried: Set<Endpoint>,
  call: PoolCall<T>,
  wait: WaitOptions,
  late: Promise<T>,
): Promise<T> {
  for (;;) {
    const endpoint = pool.choose(tried, true);
    if (!endpoint) return late;
    tried.add(endpoint);
    try {
      return await sendTo(pool, endpoint, call, wait);
    } catch (error) {
      if (wait.signal.aborted || !mayGoElsewhere(error, true)) throw error;
    }
  }
}

async function sendTo<T>(pool: EndpointPool, endpoint: Endpoint, call: PoolCall<T>, wait: WaitOptions): Promise<T> {
  try {
    return await endpoint.run(wait, () => call.send(endpoint, wait));
  } finally {
    pool.judge(endpoint);
  }
}

const noEndpoint = (server: string) => `MCP server ${server} has no endpoint: none was found where they are looked up`;
