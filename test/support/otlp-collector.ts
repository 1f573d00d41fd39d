import {
  jsonAnswer,
  type SandboxHttpServer,
  type SandboxService,
  startSandboxHttpServer,
} from '../../scripts/sandbox/http/sandbox-http-server.ts';
import { eventually } from './fleet.ts';
import { type CollectedSpan, readOtlpTraces } from './read-otlp-traces.ts';

/** A collector of traces that takes OTLP over HTTP (protobuf), refuses what is no OTLP, and fails as it is told to. */
export type OtlpCollector = SandboxHttpServer & {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly endpoint: string;
  readonly spans: CollectedSpan[];
  /** Why bodies were refused. */
  readonly refusals: string[];
  /** The headers of the last export. */
  headers(): Record<string, unknown>;
  /** Waits until `look` finds what it wants among the spans. */
  until<T>(what: string, look: (spans: CollectedSpan[]) => T | null | undefined | false): Promise<T>;
};

/** Starts one on a free port. */
export async function startOtlpCollector(): Promise<OtlpCollector> {
  const spans: CollectedSpan[] = [];
  const refusals: string[] = [];
  let lastHeaders: Record<string, unknown> = {};
  const refused = (status: number, why: string) => {
    refusals.push(why);
    return jsonAnswer(status, { message: why });
  };
  const service: SandboxService = {
    operationOf: () => 'export',
    handle({ method, path, headers, body }) {
      lastHeaders = headers;
      if (method !== 'POST' || path !== '/v1/traces') return refused(404, `there is nothing under ${method} ${path}`);
      const type = headers['content-type'];
      if (type !== 'application/x-protobuf') return refused(415, `${type} is not read here`);
      try {
        spans.push(...readOtlpTraces(body));
      } catch (error) {
        return refused(400, (error as Error).message);
      }
      // An empty ExportTraceServiceResponse: everything was taken.
      return { status: 200, headers: { 'content-type': 'application/x-protobuf' }, body: Buffer.alloc(0) };
    },
    refuse: (fault) => jsonAnswer(fault.kind === 'status' ? fault.status : 503, { message: 'told to refuse' }),
  };
  const server = await startSandboxHttpServer(service);
  return {
    ...server,
    endpoint: server.url,
    spans,
    refusals,
    headers: () => lastHeaders,
    until: (what, look) => eventually(what, async () => look(spans) || null, 20_000),
  };
}
