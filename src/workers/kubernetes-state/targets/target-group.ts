/** One machine or pod behind a load balancer, with what the load balancer says of it. */
export type Target = {
  /** Its address or the name of its machine. */
  id: string;
  port: string | null;
  /** In-between states (registering, draining, not in use) tell nothing of its health. */
  state: 'healthy' | 'unhealthy' | 'other';
  /** The load balancer's word for why, for example `Target.ResponseCodeMismatch`. */
  reason: string | null;
  says: string | null;
};

/** What a load balancer sends requests to: a target group, backend service, backend pool, or the instances of a classic one. */
export type TargetGroup = {
  /** Null where the answer does not tell it. */
  name: string | null;
  balancer: string | null;
  /** What its health check asks, for example `HTTP /healthz on port 8080`; null where it is not told. */
  check: string | null;
  targets: Target[];
  /** True where its targets were asked for, so that none means that it has none. */
  asked: boolean;
  evidence: number[];
};

/** What clouds call a target that is asked and answers, and one that does not. */
export function targetState(word: string): Target['state'] {
  if (/^(?:healthy|in_?service)$/i.test(word)) return 'healthy';
  return /^(?:unhealthy|out_?of_?service|unavailable|down)$/i.test(word) ? 'unhealthy' : 'other';
}
