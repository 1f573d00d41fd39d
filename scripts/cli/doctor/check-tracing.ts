import type { Config } from '../../../src/shared/config.ts';
import type { TracingConfig } from '../../../src/shared/tracing-config.ts';
import { describeFault } from '../describe-fault.ts';
import { type Check, failed, type Line, off, ok } from './check.ts';

const WHAT = 'traces';
const ADDRESS = 'OTEL_EXPORTER_OTLP_ENDPOINT (or OTEL_EXPORTER_OTLP_TRACES_ENDPOINT)';

/** The collector of traces by an export without spans. */
export function checkTracing({ tracing }: Pick<Config, 'tracing'>): Check {
  return { what: WHAT, run: async (signal) => [tracing ? await askCollector(tracing, signal) : NONE] };
}

const NONE = off(WHAT, 'not configured (none are made; set OTEL_EXPORTER_OTLP_ENDPOINT for them)');

async function askCollector({ endpoint, headers }: TracingConfig, signal: AbortSignal): Promise<Line> {
  const { host } = new URL(endpoint);
  try {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/x-protobuf' },
      // In protobuf a message without fields has no bytes.
      body: new Uint8Array(),
      redirect: 'manual',
      signal,
    });
    await response.body?.cancel();
    const { status, ok: taken } = response;
    return taken ? ok(WHAT, `${host} takes them`) : failed(WHAT, `${host} answered ${status}`, remedyFor(status));
  } catch (error) {
    return failed(WHAT, `${host}: ${describeFault(error)}`, `check ${ADDRESS}, and that it can be reached from here`);
  }
}

function remedyFor(status: number): string {
  if (status === 401 || status === 403) return 'check OTEL_EXPORTER_OTLP_HEADERS';
  if (status === 429 || status >= 500) return 'it has too much to do right now, or is not well: look at the collector';
  return `check ${ADDRESS}: it wants the OTLP/HTTP receiver, usually port 4318, with the path /v1/traces`;
}
