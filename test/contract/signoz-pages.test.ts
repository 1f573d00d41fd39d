import { expect } from 'chai';
import { idOf, log, span } from '../../scripts/sandbox/scenarios/telemetry-rows.ts';
import type { Scenario } from '../../scripts/sandbox/scenarios/telemetry-world.ts';
import { type SignozSandbox, startSignozSandbox } from '../../scripts/sandbox/signoz/start-signoz-sandbox.ts';
import type { ServerDefinition } from '../../src/shared/mcp/server-definition.ts';
import { createSignozServer } from '../../src/shared/mcp/servers/signoz/signoz-server.ts';
import { allPages, secondPage } from '../support/all-pages.ts';
import { runTool } from '../support/run-tool.ts';
import { failureOf } from '../unit/shared/mcp/support/waits.ts';

const WHERE = { service: 'api', namespace: 'shop' };
const TRACES = ['a', 'b', 'c'].map((name) => idOf(name, 32));

/** 23 log rows, nine of them of one millisecond, and three traces of 2, 5 and 3 spans. */
const burst: Scenario = (now) => {
  const at = (index: number) => now - 60_000 + (index < 9 ? 0 : index * 10);
  const logs = Array.from({ length: 23 }, (_, index) => log(at(index), WHERE, 'ERROR', `row ${index}`));
  const spans = [2, 5, 3].flatMap((count, trace) =>
    Array.from({ length: count }, (_, index) => {
      const name = `span ${trace}.${index}`;
      // All of a trace start together, as spans of one request may.
      return span(now - 30_000, WHERE, { name, durationMs: 5, traceId: TRACES[trace], spanId: idOf(name, 16) });
    }),
  );
  return { logs, spans };
};

describe('the pages of the signoz server', () => {
  let signoz: SignozSandbox;
  let server: ServerDefinition;
  let range: { from: string; to: string };

  beforeEach(async () => {
    signoz = await startSignozSandbox({ apiKey: 'k', scenarios: [burst] });
    server = createSignozServer({ url: signoz.url, apiKey: 'k', timeoutMs: 5_000 });
    range = { from: new Date(Date.now() - 3_600_000).toISOString(), to: new Date(Date.now() + 60_000).toISOString() };
  });
  afterEach(() => signoz.close());

  it('are together all log rows, newest first, also of those of one millisecond', async () => {
    for (const limit of [4, 23, 22, 1]) {
      const pages = await allPages<{ body: string; at: string }>(server, 'query_logs', { ...range, limit }, 'rows');
      expect(pages.length, String(limit)).to.equal(Math.ceil(23 / limit));
      expect(new Set(pages.flat().map(({ body }) => body)).size, String(limit)).to.equal(23);
      const times = pages.flat().map(({ at }) => at);
      expect(times).to.deep.equal(times.toSorted().reverse());
    }
  });

  it('are together all spans, in every order', async () => {
    for (const order of ['newest', 'slowest', undefined]) {
      const pages = await allPages<{ name: string }>(server, 'query_traces', { ...range, order, limit: 3 }, 'spans');
      expect(new Set(pages.flat().map(({ name }) => name)).size, order).to.equal(10);
      expect(pages.flat()).to.have.length(10);
    }
  });

  it('hold whole traces where they are asked for by their ids, as far as one fits', async () => {
    const input = { ...range, traceIds: TRACES };
    const pages = await allPages<{ traceId: string }>(server, 'query_traces', { ...input, limit: 6 }, 'spans');
    expect(pages.flat()).to.have.length(10);
    for (const traceId of TRACES) {
      const holding = pages.filter((page) => page.some((one) => one.traceId === traceId));
      expect(holding, traceId).to.have.length(1);
    }
    const small = await allPages<{ name: string }>(server, 'query_traces', { ...input, limit: 2 }, 'spans');
    expect(new Set(small.flat().map(({ name }) => name)).size).to.equal(10);
  });

  it('refuse a cursor of another question, of another tool, and one that was changed', async () => {
    const cursor = await secondPage(server, 'query_logs', { ...range, limit: 4 });
    const attempts = [
      () => runTool(server, 'query_logs', { ...range, severity: 'ERROR', cursor }),
      () => runTool(server, 'query_traces', { ...range, cursor }),
      () => runTool(server, 'query_logs', { ...range, cursor: cursor.toUpperCase() }),
      () => runTool(server, 'get_service_map', { ...range, cursor }),
    ];
    for (const attempt of attempts) {
      expect(await failureOf(attempt())).to.include({ failure: 'bad_request', detail: 'invalid_cursor' });
    }
    const other = await runTool(server, 'query_logs', { ...range, limit: 100, cursor });
    expect(other.data.rows).to.have.length(19);
  });
});
