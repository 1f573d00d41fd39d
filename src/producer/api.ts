import { Router } from 'express';
import type { z } from 'zod';
import { HttpProblem } from '../shared/http/problem.ts';
import { investigateAnyway } from '../shared/investigate-anyway.ts';
import type { Queues } from '../shared/queues/queues.ts';
import { redriveIncident } from '../shared/redrive-incident.ts';
import type { Store } from '../shared/store/store.ts';
import { traceIdOf } from '../shared/tracing/trace-carrier.ts';
import { deadLettersQuery, listQuery, redriveQuery } from './api-queries.ts';

/** The API for people and scripts, to be mounted under `/api` behind the admin token. */
export function createApi(
  store: Store,
  queues: Queues,
  { redrivesPerMinute }: { redrivesPerMinute: number } = { redrivesPerMinute: 30 },
): Router {
  const api = Router();
  api.get('/incidents', async (request, response) => {
    const query = listQuery.safeParse(request.query);
    if (!query.success) throw queryProblem(query.error);
    response.json(await store.incidents.list(query.data));
  });
  api.get('/incidents/:id', async (request, response) => {
    response.json(await incidentDetails(store, String(request.params.id)));
  });
  api.post('/incidents/:id/investigate', async (request, response) => {
    const result = await investigateAnyway({ store, queues }, String(request.params.id));
    if (result.kind === 'unknown') throw new HttpProblem(404, 'Unknown incident', 'no incident has this id');
    if (result.kind === 'at_work')
      throw new HttpProblem(409, 'At work already', 'this incident is being investigated: there is nothing to reverse');
    response.status(202).json({ outcome: result.outcome });
  });
  api.get('/incidents/:id/charts/:file', async (request, response) => {
    const png = await chartOf(store, String(request.params.id), String(request.params.file));
    // A chart that is drawn never changes.
    response
      .set({ 'cache-control': 'private, max-age=3600', 'x-content-type-options': 'nosniff' })
      .type('png')
      .send(png);
  });
  api.get('/dead-letters', async (request, response) => {
    const query = deadLettersQuery.safeParse(request.query);
    if (!query.success) throw queryProblem(query.error);
    const { limit, ...filter } = query.data;
    response.json({ items: await store.incidents.deadLetters(limit, filter) });
  });
  api.post('/dead-letters/redrive', async (request, response) => {
    const query = redriveQuery.safeParse(request.query);
    if (!query.success) throw queryProblem(query.error);
    const { all, perMinute = redrivesPerMinute, ...filter } = query.data;
    if (!all && Object.keys(filter).length === 0)
      throw new HttpProblem(400, 'Which ones?', 'give reason, since, until or agent, or all=true');
    response.status(202).json({ perMinute, ...(await store.incidents.planRedrives(filter, perMinute)) });
  });
  api.post('/dead-letters/:id/redrive', async (request, response) => {
    const outcome = await redriveIncident({ store, queues }, String(request.params.id));
    if (!outcome)
      throw new HttpProblem(409, 'Not dead', 'this incident is not dead: there is nothing to send round again');
    response.status(202).json({ outcome });
  });
  return api;
}

/** The PNG of a chart of the incident's current run (`1.png`). Throws HttpProblem 404 when there is none. */
async function chartOf(store: Store, id: string, file: string): Promise<Buffer> {
  const number = /^([1-9])\.png$/.exec(file)?.[1];
  const incident = number === undefined ? null : await store.incidents.find(id);
  const png = incident && (await store.charts.png(id, incident.run, Number(number)));
  if (!png) throw new HttpProblem(404, 'No such chart', 'this incident has no such chart, or it is not drawn yet');
  return png;
}

/** What the API and the page of an incident show. */
export type IncidentDetails = Awaited<ReturnType<typeof incidentDetails>>;

/** Everything known about an incident, in the form of the public API. Throws HttpProblem 404 when there is none. */
export async function incidentDetails(store: Store, id: string) {
  const incident = await store.incidents.find(id);
  if (!incident) throw new HttpProblem(404, 'Unknown incident', 'no incident has this id');
  const [alerts, investigations, evidence, deliveries, charts] = await Promise.all([
    store.incidents.alerts(id),
    store.investigations.list(id),
    store.investigations.evidence(id, incident.run),
    store.deliveries.list(id),
    store.charts.list(id, incident.run),
  ]);
  const current = investigations.find((item) => item.run === incident.run);
  const reply = deliveries.find((item) => item.run === incident.run && item.part === 'reply');
  const { classification, slack, ...rest } = incident;
  return {
    ...rest,
    slack: {
      channel: reply?.channel ?? slack?.channel ?? null,
      threadTs: reply?.threadTs ?? slack?.ts ?? null,
      messageTs: reply?.messageTs ?? null,
    },
    verdict: current?.report?.verdict ?? null,
    conclusion: current?.report?.rootCause.statement ?? null,
    decision: classification,
    alerts: alerts.map(({ alert, trace, ...decision }) => ({ ...decision, ...alert, traceId: traceIdOf(trace) })),
    investigations,
    evidence: evidence.map((item) => item.evidence),
    report: current?.report ?? null,
    deliveries,
    charts: charts.map(({ number, chart, drawn, failure }) => {
      const { kind, title, description } = chart;
      const url = drawn ? `/api/incidents/${id}/charts/${number}.png` : null;
      return { number, kind, title, description, evidence: chart.evidence, url, failure };
    }),
  };
}

function queryProblem(error: z.ZodError): HttpProblem {
  const faults = error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  return new HttpProblem(400, 'Query not understood', faults.join('; '));
}
