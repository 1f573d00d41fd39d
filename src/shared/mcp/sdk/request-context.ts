import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';

/** One request as its transport sees it: how long it may live, and what the transport has learned about it. */
export type RequestContext = {
  /** Ends the underlying HTTP request when the call is given up, so that the server can stop working on it. */
  signal: AbortSignal;
  /** Called when the answer's stream broke: the SDK itself would wait for the deadline. */
  onLost(error?: unknown): void;
  /** The answer's Retry-After, ms. */
  retryAfterMs: number | null;
};

export type OpenTransport = {
  transport: Transport;
  /** Runs a request so that the transport knows its context. */
  run<T>(context: RequestContext, request: () => Promise<T>): Promise<T>;
  /** What is known about a failure besides the error, empty when nothing is. */
  diagnose(): string;
  /** Why it was ended from our side, null where that is not so: the SDK only says that it is closed. */
  fault(): unknown;
  /** Says goodbye where the protocol has a way to (HTTP sessions); never throws. */
  leave(signal: AbortSignal): Promise<void>;
};
