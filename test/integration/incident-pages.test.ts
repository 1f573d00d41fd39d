import { expect } from 'chai';
import express from 'express';
import { adminAccess } from '../../src/producer/admin-session.ts';
import { createApi } from '../../src/producer/api.ts';
import { createIncidentPages } from '../../src/producer/incident-pages.ts';
import { type Listening, listen } from '../../src/shared/http/listen.ts';
import { problemHandler } from '../../src/shared/http/problem.ts';
import { quickBackend } from '../support/backends.ts';
import { aChart, PIXEL } from '../support/charts.ts';
import { anEvidence, aReport, claimIncident, openIncident } from '../support/incidents.ts';
import { openTestStore, type TestStore } from '../support/services.ts';

const TOKEN = 'a-long-admin-token';
const NOBODY = '00000000-0000-4000-8000-000000000000';

describe('the page of an incident and its charts over HTTP', () => {
  let test: TestStore;
  let server: Listening;
  let id: string;
  before(async () => {
    test = await openTestStore(quickBackend());
    const admin = adminAccess(TOKEN, false);
    const app = express();
    app.use(admin.login);
    app.use('/api', admin.requireToken, createApi(test.store, test.queues));
    app.use('/incidents', admin.requireLogin, createIncidentPages(test.store));
    app.use(problemHandler(test.logger));
    server = await listen(app, 0, '127.0.0.1');
    id = await openIncident(test);
    const lease = await claimIncident(test, id);
    await test.store.investigations.saveEvidence(lease, [{ stepKey: 'a', evidence: anEvidence(1) }]);
    await test.store.investigations.saveReport(lease, aReport(), null, [aChart(), aChart({ title: 'second' })]);
    await test.store.charts.saveDrawn(id, 1, 1, PIXEL);
    await test.store.charts.saveFailure(id, 1, 2, 'no fonts');
  });
  after(async () => {
    await server.close(100);
    await test.close();
  });

  const get = (path: string, headers: Record<string, string> = { authorization: `Bearer ${TOKEN}` }) =>
    fetch(`${server.url}${path}`, { headers, redirect: 'manual' });

  it('gives a chart to those who may see the API', async () => {
    const answer = await get(`/api/incidents/${id}/charts/1.png`);
    expect([answer.status, answer.headers.get('content-type')]).to.deep.equal([200, 'image/png']);
    expect(answer.headers.get('x-content-type-options')).to.equal('nosniff');
    expect(Buffer.from(await answer.arrayBuffer()).equals(PIXEL)).to.equal(true);
    expect((await get(`/api/incidents/${id}/charts/1.png`, {})).status).to.equal(401);
  });

  for (const path of ['2.png', '3.png', '0.png', '1', '1.png.txt', '..%2f1.png', '99999999999.png', '%00.png']) {
    it(`has no chart ${path}`, async () => {
      expect((await get(`/api/incidents/${id}/charts/${path}`)).status).to.equal(404);
    });
  }

  it('has no chart of an incident that is none', async () => {
    for (const other of [NOBODY, 'x']) expect((await get(`/api/incidents/${other}/charts/1.png`)).status).to.equal(404);
  });

  it('lists the charts with the incident', async () => {
    const { charts } = (await (await get(`/api/incidents/${id}`)).json()) as { charts: Record<string, unknown>[] };
    expect(charts[0]).to.include({ number: 1, title: 'db.pool.used', url: `/api/incidents/${id}/charts/1.png` });
    expect(charts[1]).to.include({ number: 2, title: 'second', url: null, failure: 'no fonts' });
  });

  it('shows the incident to those who are logged in, without a script and without asking anybody else', async () => {
    const answer = await get(`/incidents/${id}`);
    expect([answer.status, answer.headers.get('content-type')]).to.deep.equal([200, 'text/html; charset=utf-8']);
    const policy = answer.headers.get('content-security-policy');
    expect(policy).to.include("default-src 'none'").and.not.include('script').and.not.include('unsafe');
    const page = await answer.text();
    expect(page).to.include('the gateway refuses connections').and.include(`/api/incidents/${id}/charts/1.png`);
    expect(page).to.include('id="evidence-1"').and.include('could not be drawn: no fonts');
    const login = await get(`/incidents/${id}`, { accept: 'text/html' });
    expect([login.status, login.headers.get('location')]).to.deep.equal([303, `/login?next=%2Fincidents%2F${id}`]);
  });

  it('has a page for ids that are none', async () => {
    for (const other of [NOBODY, 'x', '<script>']) {
      const answer = await get(`/incidents/${encodeURIComponent(other)}`);
      expect(answer.status).to.equal(404);
      expect(await answer.text())
        .to.include('No incident has this id')
        .and.not.include('<script>');
    }
  });

  it('gives the chart of the current run', async () => {
    const died = `update rca_fleet.incidents set state = 'dead', dead_reason = 'bug', reason = 'x', finished_at = now() where id = $1`;
    await test.database.query(died, [id]);
    await test.store.incidents.redrive(id);
    expect((await get(`/api/incidents/${id}/charts/1.png`)).status).to.equal(404);
  });
});
