import { expect } from 'chai';
import { MODELS } from '../../scripts/sandbox/llm/models/index.ts';
import { type LlmSandbox, startLlmSandbox } from '../../scripts/sandbox/llm/start-llm-sandbox.ts';
import { loadAgents, type PoolAgent, poolAgents } from '../../src/shared/agents/load-agents.ts';
import { DependencyError, LeaseLostError } from '../../src/shared/errors.ts';
import { DEFAULT_LLM_LIMITS, type LlmLimits } from '../../src/shared/llm-config.ts';
import type { Evidence } from '../../src/shared/report.ts';
import { poolExhaustion } from '../../src/workers/detectors/pool-exhaustion.ts';
import { createReasoner } from '../../src/workers/llm/create-reasoner.ts';
import type { EvidenceSource } from '../../src/workers/llm/evidence-source.ts';
import type { ReasoningInput } from '../../src/workers/llm/reasoner.ts';
import { rejection } from '../support/errors.ts';
import { at, input as detectorInput, evidence, logRow, logs } from '../support/evidence-fixtures.ts';

const HIKARI =
  'HikariPool-1 - Connection is not available, request timed out after 30000ms (total=10, active=10, idle=0, waiting=25)';
const agent = poolAgents(loadAgents()).find(({ name }) => name === 'database') as PoolAgent;
const never = () => new AbortController().signal;
const KNOWN = ['logs.query', 'pods.status', 'pods.logs', 'http.check', 'tcp.check'];

/** A source that answers every question with one line, and writes down what it was asked. */
function scriptedSource(
  known: Evidence[],
  line = 'checkout waits for a connection',
): EvidenceSource & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    facts: { from: at(60), to: at(0), service: 'user-service' },
    has: (capability) => KNOWN.includes(capability),
    known: () => known,
    ask: async (steps) =>
      steps.map((step) => {
        asked.push(`${step.capability} ${JSON.stringify(step.arguments)}`);
        const rows = { rows: [logRow(line)], hasMore: false, warning: null };
        const item = { ...evidence(known.length + 1, 'logs.query', rows, step.arguments), capability: step.capability };
        known.push(item);
        return { step, evidence: item };
      }),
  };
}

describe('the LLM that asks for more evidence', () => {
  let sandbox: LlmSandbox;
  before(async () => {
    sandbox = await startLlmSandbox();
  });
  after(() => sandbox.close());
  beforeEach(() => sandbox.requests.splice(0));

  const config = (limits: Partial<LlmLimits> = {}) =>
    ({
      provider: 'openai',
      apiKey: 'k',
      baseUrl: sandbox.baseUrl,
      model: 'some-model',
      timeoutMs: 2000,
      limits: { ...DEFAULT_LLM_LIMITS, ...limits },
    }) as const;

  function given(more: Partial<ReasoningInput> = {}, line?: string) {
    const items = [logs(1, [logRow(HIKARI)], { service: 'user-service', from: at(30), to: at(0), limit: 100 })];
    const found = detectorInput('Database connection pool exhausted for user-service', items, {
      service: 'user-service',
    });
    const source = scriptedSource([...items], line);
    const input = { agent, alerts: found.alerts, evidence: items, findings: poolExhaustion(found), gaps: [], source };
    return { source, input: { ...input, deadline: performance.now() + 60_000, ...more } };
  }

  async function reasoned(
    model: keyof typeof MODELS,
    limits: Partial<LlmLimits> = {},
    more: Partial<ReasoningInput> = {},
  ) {
    sandbox.setModel(MODELS[model]);
    const { source, input } = given(more);
    const result = await createReasoner(config(limits)).reason(input, never());
    return { ...result, source, gaps: result.report.couldNotCheck.map(({ what, why }) => `${what}: ${why}`) };
  }
  const toolMessages = () => sandbox.requests.at(-1)!.body.messages.filter(({ role }) => role === 'tool');

  it('gives the model read-only tools by names that the API takes, and numbered evidence for its question', async () => {
    const { source, evidence: all, usage } = await reasoned('good');
    const [first, second] = sandbox.requests;
    const names = first!.body.tools!.map((tool) => tool.function.name);
    expect(names).to.deep.equal(['http_check', 'logs_query', 'pods_logs', 'pods_status', 'tcp_check']);
    for (const tool of first!.body.tools!) expect(tool.function).to.include({ strict: false });
    expect(source.asked).to.have.length(1);
    expect(toolMessages()[0]?.content)
      .to.match(/^=== BEGIN EVIDENCE 2 \w{16} ===\n/)
      .and.include('checkout waits');
    expect(second!.body.messages.slice(0, 2), 'the prefix stays for the cache').to.deep.equal(first!.body.messages);
    expect(all.map(({ number }) => number)).to.deep.equal([1, 2]);
    expect(usage).to.include({ calls: 2, toolCalls: 1, costUsd: null });
  });

  it('keeps system message, schema and tools the same from alert to alert', async () => {
    await reasoned('good');
    await reasoned('good', {}, { alerts: detectorInput('Something else of user-service', []).alerts });
    const [first, , third] = sandbox.requests.map(({ body }) => body);
    expect(third!.messages[0]).to.deep.equal(first!.messages[0]);
    expect([third!.tools, third!.response_format]).to.deep.equal([first!.tools, first!.response_format]);
  });

  it('gives no tools where there is no source, or where none are allowed', async () => {
    await reasoned('good', { maxRounds: 0 });
    await reasoned('good', { maxToolCalls: 0 });
    await reasoned('good', {}, { source: undefined });
    expect(sandbox.requests.map(({ body }) => body.tools)).to.deep.equal([undefined, undefined, undefined]);
  });

  it('tells a model that repeats itself, and makes it conclude the third time', async () => {
    const { source, gaps } = await reasoned('looping');
    expect(source.asked).to.have.length(1);
    expect(toolMessages().map(({ content }) => content?.slice(0, 35))).to.deep.equal([
      toolMessages()[0]!.content!.slice(0, 35),
      'You have asked exactly this before,',
      'You have asked exactly this before,',
    ]);
    expect(sandbox.requests.at(-1)!.body).to.not.have.property('tools');
    expect(gaps.join()).to.include('it asked the same question for the third time');
  });

  it('ends at the limit of tool calls, and tells what was not asked', async () => {
    const { source, gaps } = await reasoned('hungry', { maxToolCalls: 5 });
    expect(source.asked).to.have.length(5);
    expect(gaps.join()).to.include('the limit of 5 tool calls was reached');
    expect(toolMessages().at(-1)?.content).to.include('the limit of questions is reached');
    expect(sandbox.requests.at(-1)!.body.messages.at(-1)?.content).to.match(/^No more questions/);
    expect(sandbox.requests.at(-1)!.body).to.not.have.property('tools');
  });

  it('ends at the limit of rounds', async () => {
    const { gaps } = await reasoned('hungry', { maxRounds: 2, maxToolCalls: 100 });
    expect(sandbox.requests).to.have.length(3);
    expect(gaps.join()).to.include('the limit of 2 rounds was reached');
  });

  it('ends when the time for asking is over', async () => {
    const { gaps } = await reasoned('hungry', { toolMs: 0 });
    expect(sandbox.requests).to.have.length(1);
    expect(gaps.join()).to.include('the time for asking was over');
  });

  for (const withoutUsage of [false, true]) {
    it(`never spends more tokens than it may${withoutUsage ? ', also when the server does not count them' : ''}`, async () => {
      const hungry = MODELS.hungry;
      sandbox.setModel((request) => ({ ...(hungry(request) as { content: string }), withoutUsage }));
      const { input } = given({}, 'x'.repeat(20_000));
      const limits = { maxTokens: 60_000, maxRounds: 50, maxToolCalls: 200 };
      const { report } = await createReasoner(config(limits)).reason(input, never());
      const spent = sandbox.requests.reduce(
        (sum, { body }) => sum + JSON.stringify([body.messages, body.tools]).length / 4,
        0,
      );
      expect(spent).to.be.lessThan(60_000);
      expect(sandbox.requests.length).to.be.greaterThan(1);
      expect(JSON.stringify(report.couldNotCheck)).to.include('the budget of tokens was nearly spent');
    });
  }

  it('never spends more money than it may, and says what it cost', async () => {
    const prices = { 'some-model': { prompt: 10, completion: 40, cached: null } };
    const limits = { prices, maxCostUsd: 0.3, maxRounds: 50, maxToolCalls: 200 };
    const { usage, gaps } = await reasoned('hungry', limits);
    expect(usage.costUsd).to.be.within(0.01, 0.3);
    expect(gaps.join()).to.include('the budget of cost was nearly spent');
  });

  it('refuses what is out of scope before anything is called, and tells the model', async () => {
    const { source, report } = await reasoned('curious');
    expect(source.asked).to.deep.equal([]);
    const told = toolMessages().map(({ content }) => content);
    expect(told).to.have.length(4);
    for (const text of told) expect(text).to.match(/^Refused, nothing was called: /);
    expect(report.tier).to.equal('llm');
  });

  it('answers calls of unknown tools and broken arguments with a refusal that the API takes back', async () => {
    for (const model of ['unknown-tool', 'broken-arguments'] as const) {
      const { source, report } = await reasoned(model);
      expect(source.asked).to.deep.equal([]);
      expect(toolMessages()).to.have.length(3);
      const sent = sandbox.requests.at(-1)!.body.messages.flatMap(({ tool_calls: calls = [] }) => calls);
      for (const { function: call } of sent) {
        expect(call.name).to.match(/^[A-Za-z0-9_-]{1,64}$/);
        JSON.parse(call.arguments);
      }
      expect(report.tier).to.equal('llm');
    }
  });

  it('gives up on a model that never concludes', async () => {
    sandbox.setModel(MODELS.stubborn);
    const { input } = given();
    const error = await rejection(createReasoner(config({ maxRounds: 2 })).reason(input, never()));
    expect(error).to.be.instanceOf(DependencyError).and.include({ failure: 'protocol' });
    expect(sandbox.requests.length).to.be.at.most(5);
  });

  it('asks nothing that the plan has asked already', async () => {
    sandbox.setModel((request) =>
      request.tools && !request.messages.some(({ role }) => role === 'tool')
        ? {
            content: null,
            toolCalls: [
              { name: 'logs_query', arguments: JSON.stringify({ service: 'user-service', from: at(30), to: at(0) }) },
            ],
          }
        : (MODELS.good({ ...request, tools: undefined }) as { content: string }),
    );
    const { source, input } = given();
    await createReasoner(config()).reason(input, never());
    expect(source.asked).to.deep.equal([]);
    expect(toolMessages()[0]?.content).to.match(/^=== BEGIN EVIDENCE 1 /);
  });

  it('reads with a model whose window is smaller than configured, and fits the evidence to it', async () => {
    sandbox.setModel(MODELS['small-window']);
    const { input } = given({ evidence: undefined });
    const long = logs(
      1,
      Array.from({ length: 400 }, (_, index) => logRow(`line ${index} ${'y'.repeat(200)} ${HIKARI}`)),
    );
    const source = scriptedSource([long]);
    const { report } = await createReasoner(config()).reason({ ...input, source, evidence: [long] }, never());
    expect(report.tier).to.equal('llm');
    expect(sandbox.requests.at(-1)!.body.messages[1]?.content).to.match(
      /characters left out, the whole has \d+ lines and sha256 \w{12}/,
    );
  });

  for (const contextTokens of [4_096, 8_192, 16_384, 32_768]) {
    it(`stays within a window of ${contextTokens} tokens through all rounds`, async () => {
      sandbox.setModel(MODELS.hungry);
      const { input } = given({}, 'z '.repeat(15_000));
      await createReasoner(config({ contextTokens })).reason(input, never());
      for (const { body } of sandbox.requests) {
        const tokens = JSON.stringify([body.messages, body.tools, body.response_format]).length / 4;
        expect(tokens + (body.max_completion_tokens ?? 0)).to.be.lessThan(contextTokens);
        expect(body.messages[1]?.content).to.include('HikariPool-1');
      }
    });
  }

  it('does without tools where the server knows none, and remembers it', async () => {
    sandbox.setModel(MODELS.good);
    const message = 'this model does not support tools';
    sandbox.failNext({ kind: 'status', status: 400, message });
    const reasoner = createReasoner(config());
    const { report } = await reasoner.reason(given().input, never());
    await reasoner.reason(given().input, never());
    expect(report.tier).to.equal('llm');
    expect(sandbox.requests.map(({ body }) => body.tools !== undefined)).to.deep.equal([true, false, false]);
  });

  it('tries a call once more where that can help, without losing what was asked', async () => {
    sandbox.setModel(MODELS.good);
    const { source, input } = given();
    const reasoner = createReasoner(config());
    sandbox.failNext({ kind: 'rate_limited', retryAfterSeconds: 0 });
    const { usage } = await reasoner.reason(input, never());
    expect(usage).to.include({ calls: 2, toolCalls: 1 });
    expect(source.asked).to.have.length(1);
    expect(sandbox.requests).to.have.length(3);
  });

  it('passes on what is no failure of the LLM', async () => {
    sandbox.setModel(MODELS.good);
    const { source, input } = given();
    const lost = { ...source, ask: () => Promise.reject(new LeaseLostError('i')) };
    expect(await rejection(createReasoner(config()).reason({ ...input, source: lost }, never()))).to.be.instanceOf(
      LeaseLostError,
    );
  });
});
