import { request as httpRequest } from 'node:http';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { type InProcessFleet, startInProcess, WEBHOOK_TOKEN } from '../../scripts/fleet-in-process.ts';
import { signRequest } from '../../src/producer/verify-signature.ts';
import { type FreshBackend, preparedBackend } from '../support/backends.ts';

const SECRET = 'test-signing-secret';

describe('POST /alerts/:source', function () {
  this.timeout(30_000);
  let backend: FreshBackend;
  let fleet: InProcessFleet;
  before(async () => {
    backend = await preparedBackend('embedded');
    fleet = await startInProcess({
      ...backend.environment,
      HOST: '127.0.0.1',
      PORT: '0',
      WORKER_PORT: '0',
      LOG_LEVEL: 'silent',
      WEBHOOK_TOKEN,
      ADMIN_TOKEN: 'admin',
      SLACK_SIGNING_SECRET: SECRET,
    });
  });
  after(async () => {
    await fleet.close();
    await backend.remove();
  });

  const token = { authorization: `Bearer ${WEBHOOK_TOKEN}` };
  const json = { 'content-type': 'application/json' };
  const send = (source: string, body: string | Buffer, headers: Record<string, string>) =>
    fetch(`${fleet.producer}/alerts/${source}`, { method: 'POST', body: body as never, headers });
  const stored = async () =>
    (await fleet.services.database.query<{ n: number }>('select count(*)::int as n from rca_fleet.alerts'))[0]!.n;

  const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;
  const hostile: [string, string, string | Buffer, Record<string, string>, number, RegExp][] = [
    ['a body that is no JSON', 'generic', '{"title": "x"', { ...token, ...json }, 400, /not valid JSON/],
    ['an empty body', 'generic', '', { ...token, ...json }, 400, /no body/],
    ['a body that nests too deeply', 'generic', deep, { ...token, ...json }, 400, /nests deeper/],
    [
      'a body that is too large',
      'generic',
      `{"title":"${'x'.repeat(1_100_000)}"}`,
      { ...token, ...json },
      413,
      /larger than 1 MiB/,
    ],
    [
      'a small body that unpacks to a huge one',
      'generic',
      gzipSync(Buffer.alloc(20_000_000, 0x20)),
      { ...token, ...json, 'content-encoding': 'gzip' },
      413,
      /larger than 1 MiB/,
    ],
    [
      'a broken gzip body',
      'generic',
      'not gzip',
      { ...token, ...json, 'content-encoding': 'gzip' },
      400,
      /does not decode/,
    ],
    [
      'an unknown encoding',
      'generic',
      '{}',
      { ...token, ...json, 'content-encoding': 'compress' },
      415,
      /gzip, deflate or br/,
    ],
    [
      'text that is not UTF-8',
      'generic',
      Buffer.from([0x7b, 0xff, 0xfe, 0x7d]),
      { ...token, ...json },
      400,
      /not valid UTF-8/,
    ],
    [
      'a wrong media type',
      'generic',
      '<x/>',
      { ...token, 'content-type': 'application/xml' },
      415,
      /application\/json/,
    ],
    ['a body of another form', 'generic', '[1,2,3]', { ...token, ...json }, 422, /./],
    ['an unknown source', 'nagios9', '{}', { ...token, ...json }, 404, /the sources are/],
    ['a missing token', 'generic', '{"title":"x"}', json, 401, /Authorization header is missing/],
    ['a wrong token', 'generic', '{"title":"x"}', { ...json, authorization: 'Bearer wrong' }, 401, /./],
    ['an unsigned Slack request', 'slack', '{"type":"url_verification","challenge":"c"}', json, 401, /./],
    [
      'a Slack request signed for another body',
      'slack',
      '{"a":1}',
      { ...json, ...signRequest('{"a":2}', SECRET, new Date()) },
      401,
      /./,
    ],
    [
      'a Slack request from an hour ago',
      'slack',
      '{"a":1}',
      { ...json, ...signRequest('{"a":1}', SECRET, new Date(Date.now() - 3_600_000)) },
      401,
      /./,
    ],
  ];
  for (const [what, source, body, headers, status, detail] of hostile) {
    it(`answers ${status} with a helpful problem document to ${what}, and stores nothing`, async () => {
      const before = await stored();
      const response = await send(source, body, headers);
      expect(response.status).to.equal(status);
      expect(response.headers.get('content-type')).to.match(/^application\/problem\+json/);
      const problem = (await response.json()) as { status: number; title: string; detail: string };
      expect(problem).to.include({ status });
      expect(problem.detail).to.match(detail);
      expect(JSON.stringify(problem)).to.not.match(/at .*\.ts|node_modules|SyntaxError/);
      expect(await stored()).to.equal(before);
    });
  }

  it('answers the challenge of Slack', async () => {
    const body = JSON.stringify({ type: 'url_verification', challenge: 'abc123', token: 'x' });
    const response = await send('slack', body, { ...json, ...signRequest(body, SECRET, new Date()) });
    expect([response.status, await response.text()]).to.deep.equal([200, 'abc123']);
  });

  it('takes basic auth with the token as password, and gzip', async () => {
    const authorization = `Basic ${Buffer.from(`any:${WEBHOOK_TOKEN}`).toString('base64')}`;
    const response = await send('generic', gzipSync('{"title":"Packet loss on edge-1"}'), {
      ...json,
      authorization,
      'content-encoding': 'gzip',
    });
    expect(response.status).to.equal(202);
  });

  it('takes many alerts in one body, firing and resolved, and answers for each', async () => {
    const alert = (name: string, status: string) => ({
      status,
      labels: { alertname: name, severity: 'critical' },
      annotations: {},
      startsAt: '2026-01-01T00:00:00Z',
      endsAt: '0001-01-01T00:00:00Z',
      fingerprint: name,
    });
    const body = {
      version: '4',
      status: 'firing',
      groupKey: 'g',
      receiver: 'r',
      groupLabels: {},
      commonLabels: {},
      commonAnnotations: {},
      externalURL: '',
      alerts: [alert('A', 'firing'), alert('B', 'resolved'), alert('C', 'firing')],
    };
    const response = await send('alertmanager', JSON.stringify(body), { ...token, ...json });
    const answer = (await response.json()) as {
      alerts: { decision: string; reason: string; incidentId: string }[];
      ignored: unknown[];
    };
    expect(answer.alerts.map((item) => item.decision)).to.deep.equal(['investigate', 'suppress', 'investigate']);
    for (const item of answer.alerts) expect(item.reason).to.be.a('string').and.not.empty;
  });

  it('lives on when a client hangs up in the middle of a body', async () => {
    const { port } = new URL(fleet.producer);
    await new Promise<void>((done) => {
      const request = httpRequest({
        port,
        host: '127.0.0.1',
        method: 'POST',
        path: '/alerts/generic',
        headers: { ...token, ...json, 'content-length': '1000' },
      });
      request.on('error', () => done()).on('close', () => done());
      request.write('{"title":');
      setImmediate(() => request.destroy());
    });
    expect((await fetch(`${fleet.producer}/healthz`)).status).to.equal(200);
  });

  it('answers 404 as a problem document outside its surface', async () => {
    const response = await fetch(`${fleet.producer}/nothing`);
    expect(response.status).to.equal(404);
    expect(response.headers.get('content-type')).to.match(/problem/);
  });
});

describe('the start of the producer', () => {
  it('refuses to run without credentials, and open on an address that is not loopback', async () => {
    const backend = await preparedBackend('embedded');
    const start = (environment: Record<string, string>) =>
      startInProcess({
        ...backend.environment,
        PORT: '0',
        WORKER_PORT: '0',
        LOG_LEVEL: 'silent',
        HOST: '127.0.0.1',
        ...environment,
      }).then(
        async (fleet) => {
          await fleet.close();
          return 'started';
        },
        (error: Error) => error.message,
      );
    expect(await start({})).to.match(/SLACK_SIGNING_SECRET.*WEBHOOK_TOKEN/);
    expect(await start({ OPEN_ON_LOOPBACK: 'true', HOST: '0.0.0.0' })).to.match(/HOST is 0\.0\.0\.0/);
    expect(await start({ OPEN_ON_LOOPBACK: 'true' })).to.equal('started');
    await backend.remove();
  }).timeout(30_000);
});
