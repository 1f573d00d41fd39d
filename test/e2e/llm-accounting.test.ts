import { expect } from 'chai';
import type { ChatFault } from '../../scripts/sandbox/llm/chat-fault.ts';
import { MODELS } from '../../scripts/sandbox/llm/models/index.ts';
import type { SandboxModel } from '../../scripts/sandbox/llm/models/sandbox-model.ts';
import { type LlmSandbox, startLlmSandbox } from '../../scripts/sandbox/llm/start-llm-sandbox.ts';
import { loadAgents } from '../../src/shared/agents/load-agents.ts';
import { FleetError } from '../../src/shared/errors.ts';
import { DEFAULT_LLM_LIMITS } from '../../src/shared/llm-config.ts';
import { createMcpGateway } from '../../src/shared/mcp/mcp-gateway.ts';
import { createMetrics } from '../../src/shared/metrics.ts';
import type { LlmUsage } from '../../src/shared/report.ts';
import { createAnalyst } from '../../src/workers/analysis/analyst.ts';
import { investigateAlert } from '../../src/workers/investigate-alert.ts';
import { createReasoner } from '../../src/workers/llm/create-reasoner.ts';
import type { Reasoner } from '../../src/workers/llm/reasoner.ts';
import { poisonedAlert, poisonedServers } from '../fixtures/injection/poisoned-world.ts';
import { quickBackend } from '../support/backends.ts';
import { rejection } from '../support/errors.ts';
import { expireLeases, openIncident } from '../support/incidents.ts';
import { openTestStore, type TestStore } from '../support/services.ts';

const ESTIMATE = { tokens: 77_777, costUsd: 7 };

/** Investigations whose model fails: what they cost is with the run, in the budget and in the metrics. */
describe('the account of an LLM that fails', function () {
  this.timeout(30_000);
  let test: TestStore;
  let llm: LlmSandbox;
  before(async () => {
    test = await openTestStore(quickBackend());
    llm = await startLlmSandbox();
    const reserve = { critical: 0, high: 0, medium: 0, low: 0, info: 0 };
    const rules = {
      windowSeconds: 3_600,
      investigations: null,
      tokens: null,
      costUsd: null,
      reserve,
      estimate: ESTIMATE,
    };
    await test.store.budgets.publish(rules);
  });
  after(async () => {
    await llm?.close();
    await test?.close();
  });
  afterEach(() => llm.requests.splice(0));

  const reasonerOf = () =>
    createReasoner({
      provider: 'openai',
      apiKey: 'k',
      baseUrl: llm.baseUrl,
      model: 'm',
      timeoutMs: 400,
      limits: { ...DEFAULT_LLM_LIMITS, prices: { m: { prompt: 2, completion: 8, cached: null } } },
    });

  async function run(incidentId: string, reasoner: Reasoner, metrics = createMetrics()) {
    const gateway = createMcpGateway({ servers: poisonedServers({ planted: null, trouble: true }, () => {}) });
    const claim = await test.store.investigations.claim(incidentId, 1, 'worker');
    if (claim.outcome !== 'claimed') throw new Error(claim.outcome);
    const deps = {
      ...test,
      metrics,
      gateway,
      analyst: createAnalyst(),
      reasoner,
      agents: loadAgents(),
      requestPost: async () => {},
    };
    await investigateAlert(deps, claim, new AbortController().signal).finally(() => gateway.close());
    return metrics;
  }
  const open = () => openIncident(test, poisonedAlert(null), { class: 'database', agent: 'database' });

  async function bookedFor(incidentId: string, metrics = createMetrics()) {
    const { usage } = (await test.store.investigations.find(incidentId, 1))!;
    const sql =
      'select tokens::int as tokens, cost_usd::float8 as cost from rca_fleet.llm_spending where incident_id = $1';
    const [spending] = await test.database.query<{ tokens: number; cost: number }>(sql, [incidentId]);
    const told = await metrics.registry.getMetricsAsJSON();
    const values = told.find(({ name }) => name === 'rca_fleet_llm_tokens_total')!.values as { value: number }[];
    return {
      usage: usage as LlmUsage,
      spending: spending!,
      counted: values.reduce((sum, { value }) => sum + value, 0),
    };
  }
  const tokensOf = ({ promptTokens, completionTokens }: LlmUsage) => (promptTokens ?? 0) + (completionTokens ?? 0);
  async function booked(model: SandboxModel) {
    llm.setModel(model);
    const incidentId = await open();
    return await bookedFor(incidentId, await run(incidentId, reasonerOf()));
  }
  const thenFails =
    (calls: number, fault: ChatFault): SandboxModel =>
    (request) =>
      request.messages.filter(({ role }) => role === 'tool').length >= calls ? fault : MODELS.hungry(request);

  const COSTLY: [string, SandboxModel, number][] = [
    ['refuses', () => ({ kind: 'refusal' }), 1],
    ['is cut off by a content filter', () => ({ kind: 'content_filter', when: 'answer' }), 1],
    ['does not answer in time', () => ({ kind: 'hang' }), 1],
    ['breaks off in the middle of its answer', () => ({ kind: 'cut_body' }), 1],
    ['stays unreadable after a repair', () => ({ kind: 'content', content: 'Sure!' }), 2],
    ['refuses after two rounds of questions', thenFails(6, { kind: 'refusal' }), 3],
    ['is unreachable after a round of questions', thenFails(3, { kind: 'close' }), 1],
  ];
  for (const [what, model, calls] of COSTLY) {
    it(`is kept when it ${what}`, async () => {
      const { usage, spending, counted } = await booked(model);
      expect(usage.calls).to.be.at.least(calls);
      expect(tokensOf(usage)).to.be.greaterThan(1_000);
      expect(spending.tokens).to.equal(tokensOf(usage)).and.equal(counted);
      expect(spending.cost).to.be.closeTo(usage.costUsd!, 1e-6).and.be.greaterThan(0.001);
    });
  }

  for (const [what, fault] of [
    ['cannot be reached', { kind: 'close' }],
    ['rejects the key', { kind: 'status', status: 401 }],
    ['has its prompt filtered', { kind: 'content_filter', when: 'prompt' }],
    ['is overloaded', { kind: 'status', status: 503 }],
  ] as const) {
    it(`gives back what was set aside when it ${what}`, async () => {
      const { usage, spending, counted } = await booked(() => fault);
      expect(usage).to.include({ calls: 0, promptTokens: 0, completionTokens: 0, costUsd: 0 });
      expect([spending.tokens, spending.cost, counted]).to.deep.equal([0, 0, 0]);
    });
  }

  it('adds up over the workers of a run, also where one was stopped in between', async () => {
    const incidentId = await open();
    const metrics = createMetrics();
    let calls = 0;
    llm.setModel((request) => MODELS.good(request));
    const stopped: Reasoner = {
      configured: true,
      reason: (input, signal) =>
        reasonerOf().reason(
          {
            ...input,
            spent: async (usage) => {
              await input.spent?.(usage);
              if (++calls === 1) throw new FleetError('shutting_down', 'the worker stops');
            },
          },
          signal,
        ),
    };
    expect(await rejection(run(incidentId, stopped, metrics))).to.include({ code: 'shutting_down' });
    const before = await bookedFor(incidentId, metrics);
    expect(before.usage).to.include({ calls: 1 });
    expect(before.spending.tokens).to.equal(tokensOf(before.usage));
    await expireLeases(test, incidentId);
    await run(incidentId, reasonerOf(), metrics);
    const { usage, spending, counted } = await bookedFor(incidentId, metrics);
    expect(usage.calls).to.be.greaterThan(1);
    expect(spending.tokens).to.equal(tokensOf(usage)).and.equal(counted);
    expect(tokensOf(usage)).to.be.greaterThan(tokensOf(before.usage));
  });
});
