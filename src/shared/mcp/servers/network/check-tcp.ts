import { type ToolDefinition, toolFor } from '../../server-definition.ts';
import type { NetworkDeps } from './network-deps.ts';
import { resolveTarget } from './resolve-target.ts';
import { runCheck } from './run-check.ts';
import { openSocket } from './wire.ts';

/** `check_tcp`: whether a TCP connection can be made. */
export function tcpTool(deps: NetworkDeps): ToolDefinition {
  return toolFor('tcp.check', {
    title: 'Check a TCP port',
    description:
      'Connects to a port of an allow-listed host and closes at once. A refused or timed-out connection is returned in `error` (ECONNREFUSED, ETIMEDOUT, EHOSTUNREACH, ENOTFOUND).',
    run: async ({ host, port }, { signal }) => {
      const { error, durationMs } = await runCheck({ signal, timeoutMs: deps.timeoutMs }, async (checkSignal) => {
        const target = await resolveTarget({ host, port }, { ...deps, signal: checkSignal });
        (await openSocket(target, checkSignal)).destroy();
      });
      const text = error ? `${error.code} ${error.message}` : 'connected';
      return {
        data: { host, port, connected: error === null, error, durationMs },
        text: `${host}:${port}: ${text} (${durationMs} ms)`,
      };
    },
  });
}
