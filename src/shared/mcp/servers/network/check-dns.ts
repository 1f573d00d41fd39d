import { Resolver } from 'node:dns/promises';
import type { CapabilityInput } from '../../capabilities.ts';
import { type ToolDefinition, toolFor } from '../../server-definition.ts';
import { normalizeHost } from './host-name.ts';
import type { NetworkDeps } from './network-deps.ts';
import { runCheck } from './run-check.ts';

type RecordType = NonNullable<CapabilityInput<'dns.lookup'>['type']>;

/** `check_dns`: asks the DNS servers for records of one type. */
export function dnsTool(deps: NetworkDeps): ToolDefinition {
  return toolFor('dns.lookup', {
    title: 'Look a name up in the DNS',
    description:
      'Asks the DNS for records (A, AAAA, CNAME, SRV, TXT) of an allow-listed name. NXDOMAIN, SERVFAIL and timeouts are returned in `error` (ENOTFOUND, ESERVFAIL, ETIMEDOUT).',
    run: async ({ name, type }, { signal }) => {
      const host = normalizeHost(name);
      deps.allowList.checkHost(host);
      const { value, error, durationMs } = await runCheck({ signal, timeoutMs: deps.timeoutMs }, (checkSignal) =>
        answersOf(host, type, deps, checkSignal),
      );
      const answers = value ?? [];
      const fixed = fixedAddress(host, type, deps) !== null;
      const text = error ? `${error.code} ${error.message}` : answers.join('\n') || 'no records';
      return {
        data: { name: host, type, answers, ...(fixed && { fixed }), error, durationMs },
        text: `${host} ${type} (${durationMs} ms${fixed ? ', fixed by configuration' : ''}): ${text}`,
      };
    },
  });
}

/** The address that the configuration gives a name instead of the DNS; null where it gives none. */
function fixedAddress(host: string, type: RecordType, deps: NetworkDeps): string | null {
  return type === 'A' ? (deps.resolveOverrides[host]?.address ?? null) : null;
}

async function answersOf(host: string, type: RecordType, deps: NetworkDeps, signal: AbortSignal): Promise<string[]> {
  const fixed = fixedAddress(host, type, deps);
  if (fixed) return [fixed];
  const resolver = new Resolver({ timeout: deps.timeoutMs, tries: 1 });
  if (deps.dnsServers.length > 0) resolver.setServers(deps.dnsServers);
  const onAbort = () => resolver.cancel();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await ask(resolver, host, type);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

async function ask(resolver: Resolver, host: string, type: RecordType): Promise<string[]> {
  switch (type) {
    case 'A':
      return resolver.resolve4(host);
    case 'AAAA':
      return resolver.resolve6(host);
    case 'CNAME':
      return resolver.resolveCname(host);
    case 'SRV':
      return (await resolver.resolveSrv(host)).map(
        ({ priority, weight, port, name }) => `${priority} ${weight} ${port} ${name}`,
      );
    case 'TXT':
      return (await resolver.resolveTxt(host)).map((chunks) => chunks.join(''));
  }
}
