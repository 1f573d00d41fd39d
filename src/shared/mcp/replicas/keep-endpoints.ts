import { withDeadline } from '../../deadline.ts';
import { DependencyError, describeError } from '../../errors.ts';
import { gaveUp } from '../call-policies.ts';
import type { WaitOptions } from '../mcp-connection.ts';
import type { ServerTarget } from '../server-target.ts';
import { within } from '../within.ts';

export type KeepEndpointsDeps = {
  server: string;
  everyMs: number;
  lookUp(signal: AbortSignal): Promise<ServerTarget[]>;
  update(targets: ServerTarget[]): void;
  warn(message: string, fields: Record<string, unknown>): void;
};

const LOOKUP_DEADLINE_MS = 5_000;

/** Endpoints that are looked up again and again; a lookup that fails or finds nothing leaves those that are known. */
export type KeptEndpoints = {
  /** Waits for the first lookup. Throws DependencyError `connection` where it has failed, `timeout` or `aborted` where that ends the wait. */
  ready(wait: WaitOptions): Promise<void>;
  close(): void;
};

export function keepEndpoints({ server, everyMs, lookUp, update, warn }: KeepEndpointsDeps): KeptEndpoints {
  const ended = new AbortController();
  let known = false;
  let running: Promise<void> | null = null;
  const refresh = async () => {
    const targets = await withDeadline(`looking up ${server}`, LOOKUP_DEADLINE_MS, lookUp, ended.signal);
    if (targets.length === 0 && known) return;
    update(targets);
    known ||= targets.length > 0;
  };
  const start = () => {
    running ??= refresh().finally(() => {
      running = null;
    });
    return running;
  };
  const timer = setInterval(() => {
    start().catch((error) => {
      if (!ended.signal.aborted) warn('endpoints could not be looked up', { server, error: describeError(error) });
    });
  }, everyMs);
  timer.unref();
  return {
    ready: async (wait) => {
      if (known) return;
      try {
        await within(start(), wait, (by) =>
          by === 'caller'
            ? gaveUp(server)
            : new DependencyError(server, 'timeout', `the endpoints of MCP server ${server} were not found in time`),
        );
      } catch (cause) {
        if (cause instanceof DependencyError) throw cause;
        const message = `the endpoints of MCP server ${server} cannot be looked up: ${describeError(cause)}`;
        throw new DependencyError(server, 'connection', message, { cause });
      }
    },
    close: () => {
      ended.abort();
      clearInterval(timer);
    },
  };
}
