import { expect } from 'chai';
import {
  type LlmSandbox,
  type LlmSandboxOptions,
  startLlmSandbox,
} from '../../scripts/sandbox/llm/start-llm-sandbox.ts';
import { loadAgents, type PoolAgent, poolAgents } from '../../src/shared/agents/load-agents.ts';
import { DependencyError } from '../../src/shared/errors.ts';
import type { LlmConfig } from '../../src/shared/llm-config.ts';
import { reportSchema } from '../../src/shared/report.ts';
import { poolExhaustion } from '../../src/workers/detectors/pool-exhaustion.ts';
import { createReasoner } from '../../src/workers/llm/create-reasoner.ts';
import type { ReasoningInput } from '../../src/workers/llm/reasoner.ts';
import { verifyReport } from '../../src/workers/verify-report.ts';
import { input as detectorInput, logRow, logs } from '../support/evidence-fixtures.ts';

const KEY = 'sandbox-key';
const HIKARI =
  'HikariPool-1 - Connection is not available, request timed out after 30000ms (total=10, active=10, idle=0, waiting=25)';
const SECRETS = ['hunter2', 'xoxb-1234567890-abcdef', 'jane.doe@example.com'];
const agent = poolAgents(loadAgents()).find(({ name }) => name === 'database') as PoolAgent;

function reasoningInput(): ReasoningInput {
  const leaky = `connecting with password=${SECRETS[0]} and token ${SECRETS[1]} for ${SECRETS[2]}`;
  const found = detectorInput('Database connection pool exhausted for user-service', [
    logs(1, [logRow(HIKARI), logRow(leaky)]),
  ]);
  const gaps = [{ what: 'traces of user-service', why: 'SigNoz did not answer' }];
  return { agent, alerts: found.alerts, evidence: found.evidence, findings: poolExhaustion(found), gaps };
}

const never = () => new AbortController().signal;

async function failureOf(promise: Promise<unknown>): Promise<DependencyError> {
  try {
    await promise;
  } catch (error) {
    expect(error).to.be.instanceOf(DependencyError);
    expect((error as DependencyError).dependency).to.equal('llm');
    return error as DependencyError;
  }
  throw new Error('it should have failed');
}

describe('the LLM reasoner against a server that speaks Chat Completions', () => {
  const open: LlmSandbox[] = [];
  afterEach(async () => {
    for (const sandbox of open.splice(0)) await sandbox.close();
  });

  async function start(options: LlmSandboxOptions = {}): Promise<LlmSandbox> {
    const sandbox = await startLlmSandbox({ apiKey: KEY, ...options });
    open.push(sandbox);
    return sandbox;
  }

  const openai = (sandbox: LlmSandbox, timeoutMs = 5000): LlmConfig => ({
    provider: 'openai',
    apiKey: KEY,
    baseUrl: sandbox.baseUrl,
    model: 'some-model',
    timeoutMs,
  });

  it('answers with a report of tier llm that verification bears out, and says what it cost', async () => {
    const sandbox = await start();
    const input = reasoningInput();
    const { report, usage } = await createReasoner(openai(sandbox)).reason(input, never());
    expect(reportSchema.parse(report).tier).to.equal('llm');
    expect(report.rootCause.statement).to.contain('10 of 10 connections are in use');
    expect(report.couldNotCheck).to.deep.include(input.gaps[0]);
    expect(usage.model).to.equal('some-model');
    expect(usage.promptTokens).to.be.greaterThan(100);
    expect(verifyReport(report, input.evidence, input.alerts).struck).to.deep.equal([]);
  });

  it('asks for strict structured output in which every field is required and none may be added', async () => {
    const sandbox = await start();
    await createReasoner(openai(sandbox)).reason(reasoningInput(), never());
    const format = sandbox.requests[0]?.body.response_format;
    expect(format?.type).to.equal('json_schema');
    expect(format?.json_schema?.strict).to.equal(true);
    expectStrict(format?.json_schema?.schema);
  });

  it('sends masked evidence and findings between marks that differ from request to request', async () => {
    const sandbox = await start();
    const reasoner = createReasoner(openai(sandbox));
    await reasoner.reason(reasoningInput(), never());
    await reasoner.reason(reasoningInput(), never());
    const [first, second] = sandbox.requests.map(({ body }) => body.messages);
    const user = first?.[1]?.content ?? '';
    expect(user).to.contain('waiting=25').and.to.contain('[masked:').and.to.contain('Finding 1: {');
    for (const secret of SECRETS) expect(JSON.stringify(sandbox.requests)).not.to.contain(secret);
    expect(first?.[0]?.content, 'the system prompt must stay the same for prefix caching').to.equal(
      second?.[0]?.content,
    );
    const marks = [first, second].map(
      (messages) => /BEGIN EVIDENCE 1 (\w+) ===/.exec(messages?.[1]?.content ?? '')?.[1],
    );
    expect(marks[0])
      .to.match(/^[0-9a-f]{16}$/)
      .and.not.equal(marks[1]);
  });

  it('speaks to Azure in its classic URL style when an API version is given', async () => {
    const sandbox = await start();
    const config: LlmConfig = {
      provider: 'azure',
      apiKey: KEY,
      endpoint: `${sandbox.url}/`,
      apiVersion: '2024-10-21',
      deployment: 'rca',
      timeoutMs: 5000,
    };
    await createReasoner(config).reason(reasoningInput(), never());
    const [request] = sandbox.requests;
    expect(request?.path).to.equal('/openai/deployments/rca/chat/completions');
    expect(request?.query).to.deep.equal({ 'api-version': '2024-10-21' });
    expect(request?.headers['api-key']).to.equal(KEY);
  });

  it('speaks to Azure in its v1 URL style when no API version is given', async () => {
    const sandbox = await start();
    const config: LlmConfig = {
      provider: 'azure',
      apiKey: KEY,
      endpoint: sandbox.url,
      apiVersion: null,
      deployment: 'rca',
      timeoutMs: 5000,
    };
    await createReasoner(config).reason(reasoningInput(), never());
    expect(sandbox.requests[0]?.path).to.equal('/openai/v1/chat/completions');
    expect(sandbox.requests[0]?.body.model).to.equal('rca');
  });

  it('falls back from strict schema to JSON mode to a code fence, and remembers it', async () => {
    const sandbox = await start();
    sandbox.failNext({ kind: 'unsupported', what: 'json_schema' });
    sandbox.failNext({ kind: 'unsupported', what: 'json_object' });
    const reasoner = createReasoner(openai(sandbox));
    await reasoner.reason(reasoningInput(), never());
    await reasoner.reason(reasoningInput(), never());
    const forms = sandbox.requests.map(({ body }) => body.response_format?.type ?? 'text');
    expect(forms).to.deep.equal(['json_schema', 'json_object', 'text', 'text']);
    expect(sandbox.requests[2]?.body.messages[0]?.content).to.contain('The JSON object has this schema');
  });

  it('uses the old name of the token limit where the server does not know the new one', async () => {
    const sandbox = await start();
    sandbox.setFault({ kind: 'unsupported', what: 'max_completion_tokens' });
    await createReasoner(openai(sandbox)).reason(reasoningInput(), never());
    expect(sandbox.requests[1]?.body.max_tokens).to.be.greaterThan(0);
  });

  for (const fault of [
    { kind: 'wrong_schema' },
    { kind: 'content', content: 'no idea' },
    { kind: 'length' },
  ] as const) {
    it(`asks once more with the faults after an answer that cannot be used (${fault.kind})`, async () => {
      const sandbox = await start();
      sandbox.failNext(fault);
      const { usage } = await createReasoner(openai(sandbox)).reason(reasoningInput(), never());
      const repair = sandbox.requests[1]?.body.messages ?? [];
      expect(repair.map(({ role }) => role)).to.deep.equal(['system', 'user', 'assistant', 'user']);
      expect(repair[3]?.content).to.contain('That answer cannot be used');
      expect(usage.completionTokens).to.be.greaterThan(0);
      expect(sandbox.requests).to.have.length(2);
    });

    it(`gives up with failure protocol when the answer stays unusable (${fault.kind})`, async () => {
      const sandbox = await start();
      sandbox.setFault(fault);
      const failure = await failureOf(createReasoner(openai(sandbox)).reason(reasoningInput(), never()));
      expect(failure.failure).to.equal('protocol');
      expect(sandbox.requests).to.have.length(2);
    });
  }

  const FAULTS = [
    [{ kind: 'status', status: 500 }, 'overload'],
    [{ kind: 'status', status: 503 }, 'overload'],
    [{ kind: 'status', status: 401 }, 'auth'],
    [{ kind: 'status', status: 404 }, 'not_found'],
    [{ kind: 'status', status: 429, code: 'insufficient_quota' }, 'auth'],
    [{ kind: 'refusal' }, 'refused'],
    [{ kind: 'content_filter', when: 'prompt' }, 'refused'],
    [{ kind: 'content_filter', when: 'answer' }, 'refused'],
    [{ kind: 'garbage' }, 'protocol'],
    [{ kind: 'close' }, 'connection'],
    [{ kind: 'cut_body' }, 'connection'],
    [{ kind: 'endless' }, 'protocol'],
  ] as const;
  for (const [fault, expected] of FAULTS) {
    it(`maps ${JSON.stringify(fault)} to failure ${expected} after one request`, async () => {
      const sandbox = await start();
      sandbox.setFault(fault);
      const failure = await failureOf(createReasoner(openai(sandbox)).reason(reasoningInput(), never()));
      expect(failure.failure).to.equal(expected);
      expect(sandbox.requests).to.have.length(1);
    });
  }

  it('tells how long a rate limit asks to wait', async () => {
    const sandbox = await start();
    sandbox.setFault({ kind: 'rate_limited', retryAfterSeconds: 7 });
    const failure = await failureOf(createReasoner(openai(sandbox)).reason(reasoningInput(), never()));
    expect(failure).to.include({ failure: 'rate_limit', retryAfterMs: 7000, retryable: true });
  });

  for (const fault of [{ kind: 'hang' }, { kind: 'trickle', everyMs: 50 }] as const) {
    it(`gives up in time on a server that is too slow (${fault.kind})`, async () => {
      const sandbox = await start();
      sandbox.setFault(fault);
      const started = performance.now();
      const failure = await failureOf(createReasoner(openai(sandbox, 300)).reason(reasoningInput(), never()));
      expect(failure.failure).to.equal('timeout');
      expect(performance.now() - started).to.be.lessThan(2000);
    });

    it(`stops at once when the caller aborts (${fault.kind})`, async () => {
      const sandbox = await start();
      sandbox.setFault(fault);
      const controller = new AbortController();
      const call = failureOf(createReasoner(openai(sandbox)).reason(reasoningInput(), controller.signal));
      setTimeout(() => controller.abort(), 100);
      expect((await call).failure).to.equal('aborted');
    });
  }

  it('takes answers without usage', async () => {
    const sandbox = await start({ withoutUsage: true });
    const { usage } = await createReasoner(openai(sandbox)).reason(reasoningInput(), never());
    expect(usage).to.include({ model: 'some-model', promptTokens: null, completionTokens: null });
  });

  it('says that nobody listens', async () => {
    const sandbox = await start();
    await sandbox.close();
    const failure = await failureOf(createReasoner(openai(sandbox)).reason(reasoningInput(), never()));
    expect(failure).to.include({ failure: 'connection', retryable: true });
  });

  it('is not configured without a provider, and says so', async () => {
    const reasoner = createReasoner({ provider: 'none' });
    expect(reasoner.configured).to.equal(false);
    expect((await failureOf(reasoner.reason(reasoningInput(), never()))).failure).to.equal('not_configured');
  });
});

function expectStrict(node: unknown): void {
  if (node === null || typeof node !== 'object') return;
  const schema = node as Record<string, unknown>;
  if (schema.type === 'object') {
    expect(schema.additionalProperties).to.equal(false);
    expect(schema.required).to.deep.equal(Object.keys(schema.properties as object));
  }
  for (const value of Object.values(schema)) expectStrict(value);
}
