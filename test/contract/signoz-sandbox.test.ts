import { expect } from 'chai';
import { SCENARIOS } from '../../scripts/sandbox/scenarios/index.ts';
import { type SignozSandbox, startSignozSandbox } from '../../scripts/sandbox/signoz/start-signoz-sandbox.ts';

describe('the simulated SigNoz', () => {
  let signoz: SignozSandbox;

  beforeEach(async () => {
    signoz = await startSignozSandbox({ apiKey: 'key-1', scenarios: [SCENARIOS.pool] });
  });
  afterEach(() => signoz.close());

  const ask = async (body: unknown, headers: Record<string, string> = { 'signoz-api-key': 'key-1' }) => {
    const init = { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) };
    const response = await fetch(`${signoz.url}/api/v5/query_range`, init);
    return { status: response.status, body: (await response.json()) as Record<string, never> };
  };
  const raw = (spec: Record<string, unknown>, more: Record<string, unknown> = {}) => ({
    start: Date.now() - 3_600_000,
    end: Date.now(),
    requestType: 'raw',
    compositeQuery: { queries: [{ type: 'builder_query', spec: { name: 'A', signal: 'logs', ...spec } }] },
    ...more,
  });

  it('answers rows in the envelope of the v5 API', async () => {
    const { status, body } = await ask(raw({ filter: { expression: "severity_text = 'ERROR'" }, limit: 2 }));
    expect(status).to.equal(200);
    expect(body).to.have.property('status', 'success');
    expect(body).to.have.nested.property('data.type', 'raw');
    const [result] = (body as unknown as { data: { data: { results: { rows: unknown[]; nextCursor: string }[] } } })
      .data.data.results;
    expect(result?.rows).to.have.length(2);
    expect(result?.nextCursor).to.equal('');
  });

  it('goes on before the time that its cursor holds, and has one for lists by time only', async () => {
    const order = ['timestamp', 'id'].map((name) => ({ key: { name }, direction: 'desc' }));
    const page = async (spec: Record<string, unknown>) => {
      const { body } = await ask(raw(spec));
      type Rows = { data: { data: { results: [{ rows: { timestamp: string }[]; nextCursor: string }] } } };
      const [{ rows, nextCursor }] = (body as unknown as Rows).data.data.results;
      return { times: rows.map(({ timestamp }) => Date.parse(timestamp)), nextCursor };
    };
    const first = await page({ limit: 2, order });
    expect(Number(Buffer.from(first.nextCursor, 'base64').toString())).to.equal(first.times[1]);
    const second = await page({ limit: 2, order, cursor: first.nextCursor });
    expect(second.times[0]).to.be.below(first.times[1]!);
    expect(await page({ limit: 2, order: order.slice(0, 1) })).to.include({ nextCursor: '' });
    const all = await page({ limit: 10_000, order });
    expect(all.nextCursor).to.equal('');
    expect((await page({ limit: 10_000, offset: all.times.length - 1, order })).times).to.deep.equal(
      all.times.slice(-1),
    );
  });

  it('refuses fields that the API does not know', async () => {
    const top = await ask(raw({}, { surprise: true }));
    expect(top.status).to.equal(400);
    expect(top.body).to.have.nested.property('error.code', 'invalid_input');
    expect(top.body).to.have.nested.property('error.message').that.includes('surprise');
    expect((await ask(raw({ surprise: true }))).status).to.equal(400);
    expect((await ask('{')).status).to.equal(400);
    expect((await ask(raw({}, { start: 2, end: 1 }))).status).to.equal(400);
  });

  it('wants the key', async () => {
    expect((await ask(raw({}), {})).status).to.equal(401);
    expect((await ask(raw({}), { 'signoz-api-key': 'key-2' })).status).to.equal(401);
  });

  it('is open about its health and version', async () => {
    for (const path of ['/api/v2/livez', '/api/v2/readyz', '/api/v2/healthz', '/api/v1/version']) {
      expect((await fetch(`${signoz.url}${path}`)).status, path).to.equal(200);
    }
  });
});
