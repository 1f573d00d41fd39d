import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import express from 'express';
import { adminAccess } from '../../../src/producer/admin-session.ts';
import { type Listening, listen } from '../../../src/shared/http/listen.ts';
import { problemHandler } from '../../../src/shared/http/problem.ts';
import { silentLogger } from '../../../src/shared/logger.ts';

const TOKEN = 'a-long-admin-token';
const HTML = { accept: 'text/html' };

async function serve(token: string | null, open = false): Promise<Listening> {
  const admin = adminAccess(token, open);
  const app = express();
  app.use(admin.login);
  app.get('/api', admin.requireToken, (_request, response) => void response.json({ ok: true }));
  app.get('/incidents/:id', admin.requireLogin, (_request, response) => void response.json({ ok: true }));
  app.all('/queues', admin.requireLogin, (_request, response) => void response.json({ ok: true }));
  app.use(problemHandler(silentLogger));
  return await listen(app, 0, '127.0.0.1');
}

const signed = (expiry: number | string, token = TOKEN) =>
  `${expiry}.${createHmac('sha256', token).update(`session ${expiry}`).digest('base64url')}`;

describe('the admin session', () => {
  let server: Listening;
  before(async () => {
    server = await serve(TOKEN);
  });
  after(() => server.close(100));

  const get = (path: string, headers: Record<string, string> = {}, at = server) =>
    fetch(`${at.url}${path}`, { headers, redirect: 'manual' });
  const logIn = (body: string, headers: Record<string, string> = {}, at = server) =>
    fetch(`${at.url}/login`, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body,
    });
  const withCookie = (value: string) => get('/queues', { cookie: `other=1; rca_fleet_session=${value}; more=2` });

  it('trades the admin token for a cookie that scripts and other sites cannot use', async () => {
    const answer = await logIn(`token=${TOKEN}`, { 'x-forwarded-proto': 'https' });
    expect(answer.status).to.equal(303);
    expect(answer.headers.get('location')).to.equal('/queues');
    const cookie = answer.headers.get('set-cookie')!;
    for (const part of ['HttpOnly', 'SameSite=Lax', 'Path=/', 'Max-Age=43200', 'Secure'])
      expect(cookie).to.include(part);
    const [, value] = /rca_fleet_session=([^;]+)/.exec(cookie)!;
    expect((await withCookie(value!)).status).to.equal(200);
    expect((await get('/api', { cookie: `rca_fleet_session=${value}` })).status).to.equal(200);
    expect(value).to.not.include(TOKEN);
  });

  for (const body of [
    'token=wrong',
    'token=',
    '',
    `token=${TOKEN}&token=${TOKEN}`,
    `token[]=${TOKEN}`,
    `token=${TOKEN}%00`,
  ]) {
    it(`does not log in with "${body}"`, async () => {
      const answer = await logIn(body);
      expect(answer.status).to.equal(401);
      expect(answer.headers.get('set-cookie')).to.equal(null);
    });
  }

  const forged: Record<string, string> = {
    'a time alone': String(Date.now() + 1_000_000),
    'another key': signed(Date.now() + 1_000_000, 'another-token'),
    'a later time than the one signed': `${Date.now() + 9_000_000}.${signed(Date.now() + 1_000).split('.')[1]}`,
    'a time that has passed': signed(Date.now() - 1),
    'no time': signed('NaN'),
    'broken percent signs': '%E0%A4%A',
    nothing: '',
  };
  for (const [what, value] of Object.entries(forged)) {
    it(`does not take a cookie with ${what}`, async () => {
      expect((await withCookie(value)).status).to.equal(401);
    });
  }

  it('sends a browser to the login page and nowhere else, whatever address was asked for', async () => {
    for (const path of ['/queues', '/queues?next=//evil.example', '/queues?redirect=https://evil.example']) {
      const answer = await get(path, HTML);
      expect([answer.status, answer.headers.get('location')]).to.deep.equal([303, '/login']);
    }
    const elsewhere = await logIn(`token=${TOKEN}&next=https://evil.example`);
    expect(elsewhere.headers.get('location')).to.equal('/queues');
    expect((await fetch(`${server.url}/queues`, { method: 'POST', headers: HTML })).status).to.equal(401);
  });

  it('leads to the incident that was asked for, and to no other address', async () => {
    const id = '0f4fccf3-83e9-438e-b795-cc728d05d1ff';
    const asked = await get(`/incidents/${id}`, HTML);
    expect(asked.headers.get('location')).to.equal(`/login?next=%2Fincidents%2F${id}`);
    const form = await (await get(`/login?next=/incidents/${id}`, HTML)).text();
    expect(form).to.include(`name="next" value="/incidents/${id}"`);
    const next = async (way: string) => {
      const answer = await logIn(`token=${TOKEN}&next=${encodeURIComponent(way)}`);
      return answer.headers.get('location');
    };
    expect(await next(`/incidents/${id}`)).to.equal(`/incidents/${id}`);
    const elsewhere = [
      '//evil.example',
      '/\\evil.example',
      `/incidents//evil.example`,
      '/incidents/../api',
      'javascript:1',
    ];
    for (const way of elsewhere) expect(await next(way), way).to.equal('/queues');
  });

  it('shows a login that no script runs on, and nothing of the address in it', async () => {
    const answer = await get('/login?next="><script>alert(1)</script>', HTML);
    expect(answer.headers.get('content-security-policy'))
      .to.include("default-src 'none'")
      .and.include("form-action 'self'");
    expect(await answer.text()).not.to.include('<script');
  });

  it('takes the bearer token, and tells a script what to send', async () => {
    expect((await get('/queues', { authorization: `Bearer ${TOKEN}` })).status).to.equal(200);
    const refused = await get('/api');
    expect([refused.status, refused.headers.get('www-authenticate')]).to.deep.equal([401, 'Bearer']);
    expect(await refused.text())
      .to.include('ADMIN_TOKEN')
      .and.not.include(TOKEN);
  });

  it('is closed to everybody when no admin token is set, and open when it was told to be', async () => {
    const [closed, open] = [await serve(null), await serve(null, true)];
    expect((await get('/api', {}, closed)).status).to.equal(403);
    expect(
      (await get('/queues', { cookie: `rca_fleet_session=${signed(Date.now() + 9_999, '')}` }, closed)).status,
    ).to.equal(403);
    expect((await logIn('token=', {}, closed)).status).to.equal(401);
    expect((await get('/queues', {}, open)).status).to.equal(200);
    await closed.close(100);
    await open.close(100);
  });
});
