import { expect } from 'chai';
import { MODELS } from '../../scripts/sandbox/llm/models/index.ts';
import { type LlmSandbox, startLlmSandbox } from '../../scripts/sandbox/llm/start-llm-sandbox.ts';
import { loadAgents } from '../../src/shared/agents/load-agents.ts';
import { LeaseLostError } from '../../src/shared/errors.ts';
import { createMcpGateway } from '../../src/shared/mcp/mcp-gateway.ts';
import { createAnalyst } from '../../src/workers/analysis/analyst.ts';
import { investigateAlert } from '../../src/workers/investigate-alert.ts';
import { createReasoner } from '../../src/workers/llm/create-reasoner.ts';
import type { Reasoner } from '../../src/workers/llm/reasoner.ts';
import { poisonedAlert, poisonedServers } from '../fixtures/injection/poisoned-world.ts';
import { quickBackend } from '../support/backends.ts';
import { rejection } from '../support/errors.ts';
import { expireLeases, openIncident } from '../support/incidents.ts';
import { openTestStore, type TestStore } from '../support/services.ts';

describe('an investigation whose worker is killed after the LLM has asked for evidence', function () {
  this.timeout(30_000);
  let test: TestStore;
  let llm: LlmSandbox;
  before(async () => {
    test = await openTestStore(quickBackend());
    llm = await startLlmSandbox();
    llm.setModel(MODELS.good);
  });
  after(async () => {
    await llm?.close();
    await test?.close();
  });

  async function run(incidentId: string, reasoner: Reasoner, calls: string[]) {
    const servers = poisonedServers({ planted: null, trouble: true }, (capability, input) =>
      calls.push(`${capability} ${JSON.stringify(input)}`),
    );
    const gateway = createMcpGateway({ servers });
    const claim = await test.store.investigations.claim(incidentId, 1, 'worker');
    if (claim.outcome !== 'claimed') throw new Error(claim.outcome);
    const deps = {
      ...test,
      gateway,
      analyst: createAnalyst(),
      reasoner,
      agents: loadAgents(),
      requestPost: async () => {},
    };
    return await investigateAlert(deps, claim, new AbortController().signal).finally(() => gateway.close());
  }

  it('is resumed without asking twice, and its citations hold', async () => {
    const reasoner = createReasoner({
      provider: 'openai',
      apiKey: 'k',
      baseUrl: llm.baseUrl,
      model: 'm',
      timeoutMs: 5_000,
    });
    const killed: Reasoner = {
      configured: true,
      reason: async (input, signal) => {
        await reasoner.reason(input, signal);
        throw new LeaseLostError('killed');
      },
    };
    const incidentId = await openIncident(test, poisonedAlert(null), { class: 'database', agent: 'database' });
    const [first, second]: [string[], string[]] = [[], []];
    expect(await rejection(run(incidentId, killed, first))).to.be.instanceOf(LeaseLostError);
    const before = await test.store.investigations.evidence(incidentId, 1);
    await expireLeases(test, incidentId);
    const report = await run(incidentId, reasoner, second);
    const after = await test.store.investigations.evidence(incidentId, 1);
    expect(first.filter((call) => /"limit":20[,}]/.test(call))).to.have.length(1);
    expect(second.filter((call) => /"limit":20[,}]/.test(call))).to.deep.equal([]);
    expect(after.map(({ evidence }) => evidence.number)).to.deep.equal(before.map(({ evidence }) => evidence.number));
    expect(report).to.include({ tier: 'llm', verdict: 'identified' });
  });
});
