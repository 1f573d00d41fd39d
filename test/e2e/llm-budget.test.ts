import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type LlmSandbox, startLlmSandbox } from '../../scripts/sandbox/llm/start-llm-sandbox.ts';
import { quickBackend } from '../support/backends.ts';
import { eventually, sendAlert, startTestFleet, type TestFleet, untilState } from '../support/fleet.ts';

describe('the fleet with a budget for its LLM', function () {
  this.timeout(60_000);
  let llm: LlmSandbox;
  let test: TestFleet;
  let folder: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rca-fleet-budget-'));
    const path = join(folder, 'policies.yaml');
    writeFileSync(
      path,
      'defaults: { hold: 0s, coalesce: off }\nbudgets: { investigations: 2, reserve: { critical: 50, high: 0 } }\n',
    );
    llm = await startLlmSandbox();
    test = await startTestFleet(quickBackend(), {
      environment: { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: llm.baseUrl, INTAKE_POLICIES: path },
    });
    await eventually('the published budgets', async () => {
      const rows = await test.fleet.services.database.query('select 1 as one from rca_fleet.budgets');
      return rows.length > 0;
    });
  });
  after(async () => {
    await test.close();
    await llm.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function answerOf(service: string, severity: string) {
    const alert = { title: `Database connection pool exhausted for ${service}`, service, severity };
    const { body } = await sendAlert(test.fleet.producer, 'generic', alert);
    return await untilState(test.fleet, body.alerts![0]!.incidentId, 'posted', 30_000);
  }

  it('leaves to the detectors what is beyond the budget, says so, keeps the reserve, and gives way to an operator', async () => {
    expect((await answerOf('one', 'low')).report.tier).to.equal('llm');
    const beyond = await answerOf('two', 'low');
    expect(beyond.report.tier).to.equal('detectors');
    const why = 'budget: of the 2 investigations within 1 h nothing is left for low alerts';
    expect(beyond.report.couldNotCheck).to.deep.include({ what: 'reasoning by the LLM', why });
    expect(beyond.history.at(-1)).to.deep.include({ decision: 'detectors_only', reason: why });
    const metrics = await (await fetch(`${test.fleet.workers}/metrics`)).text();
    expect(metrics).to.include('rca_fleet_llm_budget_refusals_total{severity="low"} 1');
    expect((await answerOf('three', 'critical')).report.tier).to.equal('llm');

    const headers = { authorization: `Bearer ${test.fleet.adminToken}` };
    await fetch(`${test.fleet.producer}/api/incidents/${beyond.id}/investigate`, { method: 'POST', headers });
    const again = await eventually('the second run', async () => {
      const incident = await untilState(test.fleet, beyond.id, 'posted', 30_000);
      return incident.run === 2 && incident;
    });
    expect(again.report.tier).to.equal('llm');
  });
});
