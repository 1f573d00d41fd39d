import { expect } from 'chai';
import type { z } from 'zod';
import { startLlmSandbox } from '../../scripts/sandbox/llm/start-llm-sandbox.ts';
import * as shapes from '../../src/producer/api-description/response-shapes.ts';
import { quickBackend } from '../support/backends.ts';
import { sendAlert, startTestFleet, type TestFleet, untilState } from '../support/fleet.ts';

const POOL = {
  title: 'Database connection pool exhausted for user-service',
  service: 'user-service',
  severity: 'critical',
};

describe('what the API answers is what its description says', () => {
  let test: TestFleet;
  let llm: Awaited<ReturnType<typeof startLlmSandbox>>;
  before(async () => {
    llm = await startLlmSandbox();
    test = await startTestFleet(quickBackend(), {
      environment: { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: llm.baseUrl, INTAKE_POLICIES: '' },
    });
  });
  after(async () => {
    await test.close();
    await llm.close();
  });

  const ask = async (path: string, { method = 'GET', token = true } = {}) => {
    const headers: Record<string, string> = token ? { authorization: `Bearer ${test.fleet.adminToken}` } : {};
    return await fetch(`${test.fleet.producer}/api${path}`, { method, headers });
  };
  const holds = async (shape: z.ZodType, response: Response, status = 200) => {
    expect(response.status).to.equal(status);
    const parsed = shape.safeParse(await response.json());
    expect(parsed.error?.issues ?? [], response.url).to.deep.equal([]);
  };

  it('of an incident that was investigated with a model and charted, and of the list', async () => {
    const sent = await sendAlert(test.fleet.producer, 'generic', POOL);
    expect(shapes.accepted.safeParse(sent.body).error?.issues ?? []).to.deep.equal([]);
    const { id } = await untilState(test.fleet, sent.body.alerts![0]!.incidentId, 'posted');
    await holds(shapes.incident, await ask(`/incidents/${id}`));
    await holds(shapes.incidentPage, await ask('/incidents?limit=1'));
    await holds(shapes.mcpServers, await ask('/mcp'));
    await holds(shapes.mcpServers, await ask('/mcp?ask=no'));
  });

  it('of an incident that is held back, and investigated anyway', async () => {
    const held = { ...POOL, title: 'Slow queries on orders-db', service: 'orders-db', severity: 'medium' };
    const sent = await sendAlert(test.fleet.producer, 'generic', held);
    const { incidentId } = sent.body.alerts![0]!;
    await holds(shapes.incident, await ask(`/incidents/${incidentId}`));
    await holds(shapes.outcome, await ask(`/incidents/${incidentId}/investigate`, { method: 'POST' }), 202);
    await untilState(test.fleet, incidentId, 'posted');
    await holds(shapes.incident, await ask(`/incidents/${incidentId}`));
  });

  it('of dead letters, and of an incident that is sent round again', async () => {
    const { queues, database } = test.fleet.services;
    const queue = queues.queue('investigate-database');
    await queue.pause();
    const sent = await sendAlert(test.fleet.producer, 'generic', {
      ...POOL,
      title: 'Replication lag',
      service: 'ledger',
    });
    const { incidentId } = sent.body.alerts![0]!;
    await untilState(test.fleet, incidentId, 'queued');
    const given =
      'insert into rca_fleet.investigations (id, incident_id, run, attempts) values (gen_random_uuid(), $1, 1, 8)';
    await database.query(given, [incidentId]);
    await queue.resume();
    await untilState(test.fleet, incidentId, 'dead');
    await holds(shapes.incident, await ask(`/incidents/${incidentId}`));
    const letters = await ask('/dead-letters?limit=1');
    expect(((await letters.clone().json()) as { items: unknown[] }).items).to.have.length(1);
    await holds(shapes.deadLetters, letters);
    await holds(shapes.redrivePlan, await ask('/dead-letters/redrive?reason=budget', { method: 'POST' }), 202);
    await holds(shapes.outcome, await ask(`/dead-letters/${incidentId}/redrive`, { method: 'POST' }), 202);
    await untilState(test.fleet, incidentId, 'posted');
    await holds(shapes.incident, await ask(`/incidents/${incidentId}`));
  });

  it('of what is refused', async () => {
    await holds(shapes.problem, await ask('/incidents?limit=0'), 400);
    await holds(shapes.problem, await ask('/dead-letters?since=0000-01-01T00:00:00Z'), 400);
    await holds(shapes.problem, await ask('/incidents', { token: false }), 401);
    await holds(shapes.problem, await ask('/incidents/none'), 404);
    await holds(shapes.problem, await ask('/dead-letters/none/redrive', { method: 'POST' }), 409);
  });

  it('and the description is there for everybody', async () => {
    const response = await ask('/openapi.json', { token: false });
    expect(response.status).to.equal(200);
    expect(await response.json()).to.have.property('openapi', '3.1.1');
  });
});
