import { expect } from 'chai';
import { type LlmSandbox, startLlmSandbox } from '../../scripts/sandbox/llm/start-llm-sandbox.ts';
import { loadAgents, type PoolAgent, poolAgents } from '../../src/shared/agents/load-agents.ts';
import { DependencyError } from '../../src/shared/errors.ts';
import type { LlmConfig, LlmRates } from '../../src/shared/llm-config.ts';
import type { PaceStore } from '../../src/shared/store/pace-store.ts';
import { poolExhaustion } from '../../src/workers/detectors/pool-exhaustion.ts';
import { createReasoner } from '../../src/workers/llm/create-reasoner.ts';
import type { ReasoningInput } from '../../src/workers/llm/reasoner.ts';
import { quickBackend } from '../support/backends.ts';
import { input as detectorInput, logRow, logs } from '../support/evidence-fixtures.ts';
import { openTestStore, type TestStore } from '../support/services.ts';

const agent = poolAgents(loadAgents()).find(({ name }) => name === 'database') as PoolAgent;
const never = () => new AbortController().signal;
const NO_LIMIT: LlmRates = { tokensPerMinute: null, requestsPerMinute: null };

describe('the pace of an LLM deployment', () => {
  let test: TestStore;
  let sandbox: LlmSandbox;
  const waits: { key: string; ms: number }[] = [];
  before(async () => {
    test = await openTestStore(quickBackend());
  });
  beforeEach(async () => {
    sandbox = await startLlmSandbox();
    waits.length = 0;
    await test.database.query('delete from rca_fleet.channel_pacing');
  });
  afterEach(() => sandbox.close());
  after(() => test.close());

  /** The real store, and what it has told to wait. */
  const watched: PaceStore = {
    async take(key, rate, units) {
      const ms = await test.store.paces.take(key, rate, units);
      if (ms > 0) waits.push({ key, ms });
      return ms;
    },
    hold: (key, ms) => test.store.paces.hold(key, ms),
  };
  const reasonerOf = (rates: LlmRates) => {
    const config: LlmConfig = {
      ...{ provider: 'openai', apiKey: 'x', baseUrl: sandbox.baseUrl, model: 'some-model' },
      ...{ timeoutMs: 5_000, rates },
    };
    return createReasoner(config, watched);
  };
  const inputUntil = (seconds: number): ReasoningInput => {
    const found = detectorInput('Database connection pool exhausted for user-service', [
      logs(1, [
        logRow('Connection is not available, request timed out after 30000ms (total=10, active=10, waiting=25)'),
      ]),
    ]);
    const deadline = performance.now() + seconds * 1_000;
    return {
      agent,
      alerts: found.alerts,
      evidence: found.evidence,
      findings: poolExhaustion(found),
      gaps: [],
      deadline,
    };
  };
  const failureOf = (promise: Promise<unknown>) =>
    promise.then(
      () => expect.fail('it should have failed'),
      (error: unknown) => error as DependencyError,
    );

  it('is kept by all processes: what one has used is not there for the next, who is told so at once when that is too late', async () => {
    const rates = { ...NO_LIMIT, tokensPerMinute: 1_000 };
    await reasonerOf(rates).reason(inputUntil(60), never());
    const failure = await failureOf(reasonerOf(rates).reason(inputUntil(30), never()));
    expect(failure).to.be.instanceOf(DependencyError).and.to.include({ dependency: 'llm', failure: 'rate_limit' });
    expect(failure.message).to.match(/may not be called for another \d+ s, .* its 1000 tokens a minute are used/);
    expect(sandbox.requests).to.have.length(1);
  });

  it('makes a call wait for its turn', async () => {
    const rates = { ...NO_LIMIT, requestsPerMinute: 600 };
    await test.store.paces.take('llm requests some-model', { perMinute: 600, burstSeconds: 10 }, 103);
    const { report } = await reasonerOf(rates).reason(inputUntil(60), never());
    expect(report.tier).to.equal('llm');
    expect(waits.map(({ key }) => key)).to.include('llm requests some-model');
  });

  it('costs time alone when the deployment says 429, however often', async () => {
    sandbox.failNext({ kind: 'status', status: 429, headers: { 'retry-after-ms': '20' } }, 5);
    const { report } = await reasonerOf(NO_LIMIT).reason(inputUntil(60), never());
    expect(report.tier).to.equal('llm');
    expect(sandbox.requests).to.have.length(6);
  });

  it('lets every process pause when one was told to', async () => {
    sandbox.failNext({ kind: 'status', status: 429, headers: { 'retry-after-ms': '400' } });
    const [one, other] = [reasonerOf(NO_LIMIT), reasonerOf(NO_LIMIT)];
    const first = one.reason(inputUntil(60), never());
    while (!(await isHeld())) await new Promise((resolve) => setTimeout(resolve, 5));
    await Promise.all([first, other.reason(inputUntil(60), never())]);
    expect(waits.map(({ key }) => key)).to.include('llm held some-model');
    expect(sandbox.requests).to.have.length(3);
  });

  const isHeld = async () => {
    const held = `select 1 from rca_fleet.channel_pacing where channel = 'llm held some-model' and theoretical_arrival > now()`;
    return (await test.database.query(held)).length > 0;
  };

  it('ends with the caller while it waits', async () => {
    await test.store.paces.hold('llm held some-model', 60_000);
    const caller = new AbortController();
    const failure = failureOf(reasonerOf(NO_LIMIT).reason(inputUntil(120), caller.signal));
    caller.abort();
    expect((await failure).failure).to.equal('aborted');
    expect(sandbox.requests).to.have.length(0);
  });
});
