import { once } from 'node:events';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { getCACertificates } from 'node:tls';
import { DependencyError } from '../../../errors.ts';
import { type ToolDefinition, toolFor } from '../../server-definition.ts';
import type { NetworkDeps } from './network-deps.ts';
import { resolveTarget } from './resolve-target.ts';
import { runCheck } from './run-check.ts';

/** `check_http`: the status that a URL answers with; redirects are reported, never followed. */
export function httpTool(deps: NetworkDeps): ToolDefinition {
  return toolFor('http.check', {
    title: 'Check a URL',
    description:
      'Sends one GET request to a URL on an allow-listed host and returns the status; redirects are not followed and the body is not read. Failures on the wire, bad certificates included, are returned in `error`.',
    run: async ({ url }, { signal }) => {
      const parsed = parseUrl(url);
      const { value, error, durationMs } = await runCheck({ signal, timeoutMs: deps.timeoutMs }, (checkSignal) =>
        statusOf(parsed, deps, checkSignal),
      );
      const text = error ? `${error.code} ${error.message}` : `HTTP ${value}`;
      return { data: { url, status: value, error, durationMs }, text: `${url}: ${text} (${durationMs} ms)` };
    },
  });
}

function parseUrl(text: string): URL {
  const url = URL.parse(text);
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.username || url.password) {
    throw new DependencyError('network', 'bad_request', 'give an http(s) URL without user name and password');
  }
  return url;
}

async function statusOf(url: URL, deps: NetworkDeps, signal: AbortSignal): Promise<number> {
  const secure = url.protocol === 'https:';
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  const target = await resolveTarget({ host: url.hostname, port }, { ...deps, signal });
  const ca = deps.extraCa.length > 0 ? [...getCACertificates('default'), ...deps.extraCa] : undefined;
  const common = { host: target.address, port: target.port, path: url.pathname + url.search, agent: false, signal };
  const headers = { host: url.host, 'user-agent': 'rca-fleet', accept: '*/*' };
  const request = secure
    ? requestHttps({ ...common, headers, servername: isIP(target.host) ? '' : target.host, ca })
    : requestHttp({ ...common, headers });
  request.end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.on('error', () => {}).destroy();
  return response.statusCode ?? 0;
}
