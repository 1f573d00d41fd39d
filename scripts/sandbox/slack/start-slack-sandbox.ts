import type { Fault, FaultPlan } from '../http/faults.ts';
import { type SandboxHttpServer, startSandboxHttpServer } from '../http/sandbox-http-server.ts';
import { answerChannelPage } from './channel-page.ts';
import { createRateLimiter, SLACK_RATE_LIMITS, type SlackRateLimits } from './rate-limits.ts';
import { createSlackActors, type SlackActors } from './slack-actors.ts';
import { createSlackDeliveries, type SlackDeliveries } from './slack-deliveries.ts';
import { createSlackService, type SlackApiCall } from './slack-service.ts';
import { DEFAULT_IDENTITY, type SlackIdentity } from './slack-wire.ts';
import { createSlackWorld, type SlackChannel, type SlackMessage } from './slack-world.ts';

export type SlackSandboxOptions = {
  signingSecret: string;
  botToken: string;
  /** Channels by id and name; the bot is a member unless said otherwise. Default: C0ALERTS01, named alerts. */
  channels?: (Pick<SlackChannel, 'id' | 'name'> & Partial<SlackChannel>)[];
  /** Where events are sent; may be set later with `setRequestUrl`. */
  requestUrl?: string;
  /** null switches rate limits off, for benches. Default: Slack's own. */
  rateLimits?: SlackRateLimits | null;
  retryDelaysMs?: number[];
  answerTimeoutMs?: number;
  identity?: Partial<SlackIdentity>;
  /** The scopes of the bot token. Default: those that the app manifest of rca-fleet asks for. */
  scopes?: readonly string[];
  /** How long after its completion an upload is seen in the channel, ms; Slack takes some seconds. Default: at once. */
  shareDelayMs?: number;
};

const DEFAULT_SCOPES = [
  'chat:write',
  'channels:history',
  'groups:history',
  'channels:read',
  'groups:read',
  'files:write',
] as const;

/** The simulated Slack: `apiUrl` goes into `slackApiUrl`, a browser opens `url`. */
export type SlackSandbox = FaultPlan &
  Omit<SlackDeliveries, 'close'> &
  SlackActors & {
    url: string;
    apiUrl: string;
    identity: SlackIdentity;
    /** Every Web API call so far, oldest first. */
    record: SlackApiCall[];
    /** The calls of one method that were let through to it (rate-limited and refused ones are in `record` only). */
    calls(method: string): SlackApiCall[];
    /** Root messages of a channel, oldest first. */
    messages(channel: string): SlackMessage[];
    /** A root and its replies, oldest first. */
    thread(channel: string, ts: string): SlackMessage[];
    setChannel(channel: SlackChannel): void;
    /** Waits until the function answers something that is neither null, undefined nor false; asked after every change. */
    waitFor<T>(look: () => T | null | undefined | false, signal?: AbortSignal): Promise<T>;
    stop(): Promise<void>;
    start(): Promise<void>;
    close(): Promise<void>;
  };

const DEFAULT_CHANNELS = [{ id: 'C0ALERTS01', name: 'alerts' }];

type Emitter = ReturnType<typeof createSlackWorld>['events'];

function createWaitFor(events: Emitter): SlackSandbox['waitFor'] {
  return (look, signal) =>
    new Promise((resolve, reject) => {
      const end = () => {
        events.off('change', check);
        signal?.removeEventListener('abort', abort);
      };
      const abort = () => {
        end();
        reject(signal?.reason);
      };
      const check = () => {
        const found = look();
        if (found === null || found === undefined || found === false) return;
        end();
        resolve(found);
      };
      if (signal?.aborted) return abort();
      events.on('change', check);
      signal?.addEventListener('abort', abort, { once: true });
      check();
    });
}

const succeeded = (fault: Fault['kind'] | null) => fault === null || fault === 'answer_late' || fault === 'drop_answer';

/** Starts the simulated Slack on a free loopback port. */
export async function startSlackSandbox(options: SlackSandboxOptions): Promise<SlackSandbox> {
  const { signingSecret, botToken, rateLimits = SLACK_RATE_LIMITS, requestUrl = null } = options;
  const identity = { ...DEFAULT_IDENTITY, ...options.identity };
  const channels = options.channels ?? DEFAULT_CHANNELS;
  const world = createSlackWorld(channels.map((one) => ({ isMember: true, isArchived: false, ...one })));
  world.events.setMaxListeners(0);
  const record: SlackApiCall[] = [];
  const limiter = rateLimits ? createRateLimiter(rateLimits) : () => null;
  const { retryDelaysMs, answerTimeoutMs } = options;
  const { close: closeDeliveries, ...deliveries } = createSlackDeliveries(world, identity, {
    signingSecret,
    requestUrl,
    retryDelaysMs,
    answerTimeoutMs,
  });
  const service = createSlackService({
    world,
    identity,
    botToken,
    limiter,
    record,
    baseUrl: () => server.url,
    scopes: options.scopes ?? DEFAULT_SCOPES,
    shareDelayMs: options.shareDelayMs ?? 0,
    page: (request) => answerChannelPage(world, request),
  });
  const server: SandboxHttpServer = await startSandboxHttpServer(service);
  return {
    ...server,
    ...deliveries,
    ...createSlackActors(world),
    apiUrl: `${server.url}/api/`,
    identity,
    record,
    calls: (method) => record.filter((call) => call.method === method && succeeded(call.fault)),
    messages: world.roots,
    thread: world.thread,
    setChannel: world.setChannel,
    waitFor: createWaitFor(world.events),
    async close() {
      closeDeliveries();
      await server.close();
    },
  };
}
