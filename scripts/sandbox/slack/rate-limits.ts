/** How much a method may be called: `perMinute` in the long run, `burst` at once. */
export type RateLimit = { perMinute: number; burst: number };

export type SlackRateLimits = {
  /** chat.postMessage, per channel. */
  posting: RateLimit;
  /** Every other method with a tier, per method. */
  methods: Record<string, RateLimit>;
};

/** About one post per second and channel with a short burst, and Slack's tiers 2 (20 a minute), 3 (50) and 4 (100). */
export const SLACK_RATE_LIMITS: SlackRateLimits = {
  posting: { perMinute: 60, burst: 5 },
  methods: {
    'chat.update': { perMinute: 50, burst: 50 },
    'chat.delete': { perMinute: 50, burst: 50 },
    'conversations.replies': { perMinute: 50, burst: 50 },
    'conversations.history': { perMinute: 50, burst: 50 },
    'conversations.info': { perMinute: 50, burst: 50 },
    'conversations.list': { perMinute: 20, burst: 20 },
    'files.getUploadURLExternal': { perMinute: 100, burst: 100 },
    'files.completeUploadExternal': { perMinute: 100, burst: 100 },
    'files.delete': { perMinute: 50, burst: 50 },
  },
};

type Bucket = { tokens: number; at: number };

/** Token buckets: answers null when the call may pass, else after how many whole seconds to try again. */
export function createRateLimiter(limits: SlackRateLimits, now: () => number = Date.now) {
  const buckets = new Map<string, Bucket>();
  const take = (key: string, { perMinute, burst }: RateLimit): number | null => {
    const perMs = perMinute / 60_000;
    const bucket = buckets.get(key) ?? { tokens: burst, at: now() };
    const tokens = Math.min(burst, bucket.tokens + (now() - bucket.at) * perMs);
    const passes = tokens >= 1;
    buckets.set(key, { tokens: passes ? tokens - 1 : tokens, at: now() });
    return passes ? null : Math.max(1, Math.ceil((1 - tokens) / perMs / 1000));
  };
  return (method: string, channel: string): number | null => {
    if (method === 'chat.postMessage') return take(`${method} ${channel}`, limits.posting);
    const limit = limits.methods[method];
    return limit ? take(method, limit) : null;
  };
}
