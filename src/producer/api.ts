import { Router } from 'express';
import { z } from 'zod';
import { HttpProblem } from '../shared/http/problem.ts';
import { INCIDENT_STATES } from '../shared/incident.ts';
import type { Queues } from '../shared/queues.ts';
import { redriveIncident } from '../shared/redrive-incident.ts';
import type { Store } from '../shared/store/store.ts';

const listQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(200).optional(),
  state: z.enum(INCIDENT_STATES).optional(),
  service: z.string().max(300).optional(),
});

const deadLettersQuery = z.object({ limit: z.coerce.number().int().min(1).max(10_000).default(200) });

/** The API for people and scripts, to be mounted under `/api` behind the admin token. */
export function createApi(store: Store, queues: Queues): Router {
  const api = Router();
  api.get('/incidents', async (request, response) => {
    const query = listQuery.safeParse(request.query);
    if (!query.success) throw queryProblem(query.error);
    response.json(await store.incidents.list(query.data));
  });
  api.get('/incidents/:id', async (request, response) => {
    response.json(await incidentDetails(store, String(request.params.id)));
  });
  api.get('/dead-letters', async (request, response) => {
    const query = deadLettersQuery.safeParse(request.query);
    if (!query.success) throw queryProblem(query.error);
    response.json({ items: await store.incidents.deadLetters(query.data.limit) });
  });
  api.post('/dead-letters/:id/redrive', async (request, response) => {
    const outcome = await redriveIncident({ store, queues }, String(request.params.id));
    if (!outcome)
      throw new HttpProblem(409, 'Not dead', 'this incident is not dead: there is nothing to send round again');
    response.status(202).json({ outcome });
  });
  return api;
}

/** Everything known about an incident, in the form of the public API. Throws HttpProblem 404 when there is none. */
export async function incidentDetails(store: Store, id: string) {
  const incident = await store.incidents.find(id);
  if (!incident) throw new HttpProblem(404, 'Unknown incident', 'no incident has this id');
  const [alerts, investigations, evidence, deliveries] = await Promise.all([
    store.incidents.alerts(id),
    store.investigations.list(id),
    store.investigations.evidence(id, incident.run),
    store.deliveries.list(id),
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
    alerts: alerts.map(({ alert, ...decision }) => ({ ...decision, ...alert })),
    investigations,
    evidence: evidence.map((item) => item.evidence),
    report: current?.report ?? null,
    deliveries,
  };
}

function queryProblem(error: z.ZodError): HttpProblem {
  const faults = error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  return new HttpProblem(400, 'Query not understood', faults.join('; '));
}
