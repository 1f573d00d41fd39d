import { expect } from 'chai';
import { DependencyError, LeaseLostError } from '../../../src/shared/errors.ts';
import type { McpGateway } from '../../../src/shared/mcp/mcp-gateway.types.ts';
import type { StoredEvidence } from '../../../src/shared/store/investigation-store.ts';
import type { PlannedStep } from '../../../src/workers/evidence-plan/question.ts';
import { BUDGET_SPENT, gatherEvidence, stepKey, storedEvidence } from '../../../src/workers/gather-evidence.ts';
import { rejection } from '../../support/errors.ts';
import { anEvidence } from '../../support/incidents.ts';

const LEASE = { investigationId: 'v', incidentId: 'i', run: 1, token: '1' };
const RUNNING = new AbortController().signal;
const step = (service: string): PlannedStep => ({
  capability: 'logs.query',
  arguments: { service },
  label: `logs of ${service}`,
  required: true,
});

/** Sources that answer by this, and a store that keeps what it is given. */
function world(answer: (service: string, signal: AbortSignal) => Promise<string>) {
  const asked: string[] = [];
  const stored: StoredEvidence[] = [];
  const call: McpGateway['call'] = async (capability, input, { signal }) => {
    const args = input as unknown as { service: string };
    asked.push(args.service);
    const text = await answer(args.service, signal);
    return {
      capability,
      server: 'signoz',
      tool: 'query_logs',
      arguments: args,
      data: { text },
      text,
      durationMs: 1,
    } as never;
  };
  const gateway = { has: (capability: string) => capability === 'logs.query', call } as unknown as McpGateway;
  const investigations = {
    evidence: async () => stored,
    saveEvidence: async (_lease: unknown, items: StoredEvidence[]) => void stored.push(...items),
  };
  return { asked, stored, deps: { gateway, investigations } };
}

const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    const give = () => reject(new DependencyError('signoz', 'aborted', 'the caller gave up'));
    if (signal.aborted) give();
    signal.addEventListener('abort', give, { once: true });
  });

describe('gathering evidence', () => {
  it('asks all steps, stores every answer under its step, and numbers them in the order of the plan', async () => {
    const { stored, deps } = world(async (service) => `lines of ${service}`);
    const steps = [step('a'), step('b'), step('c')];
    const { evidence, gaps } = await gatherEvidence(deps, LEASE, new Map(), steps, RUNNING);
    expect(evidence.map((item) => [item.number, item.text])).to.deep.equal([
      [1, 'lines of a'],
      [2, 'lines of b'],
      [3, 'lines of c'],
    ]);
    expect(stored.map((item) => item.stepKey)).to.have.members(steps.map(stepKey));
    expect(gaps).to.deep.equal([]);
  });

  it('keeps of a page that there is more, and not how to go on', async () => {
    const { deps } = world(
      async () => '(there are more rows; cursor eyJhIjoxfQ.c2VhbA gives the next)\nSigNoz warns: slow',
    );
    const { call } = deps.gateway;
    deps.gateway.call = (async (...asked: Parameters<typeof call>) => {
      const answer = await call(...asked);
      return { ...answer, data: { rows: [], hasMore: true, nextCursor: 'eyJhIjoxfQ.c2VhbA', warning: 'slow' } };
    }) as typeof call;
    const { evidence } = await gatherEvidence(deps, LEASE, new Map(), [step('a')], RUNNING);
    expect(evidence[0]).to.include({ hasMore: true, text: '(there are more rows)\nSigNoz warns: slow' });
    expect(evidence[0]?.data).to.deep.equal({ rows: [], hasMore: true, warning: 'slow' });
  });

  it('asks nothing again that a killed worker had stored, and numbers on from there', async () => {
    const { asked, stored, deps } = world(async (service) => service);
    stored.push({ stepKey: stepKey(step('b')), evidence: anEvidence(2, { text: 'from before' }) });
    const known = await storedEvidence(deps, LEASE);
    const { evidence } = await gatherEvidence(deps, LEASE, known, [step('a'), step('b'), step('c')], RUNNING);
    expect(asked).to.deep.equal(['a', 'c']);
    expect(evidence.map((item) => [item.number, item.text])).to.deep.equal([
      [2, 'from before'],
      [3, 'a'],
      [4, 'c'],
    ]);
  });

  it('makes a gap of what can not be had, and keeps what could', async () => {
    const { stored, deps } = world(async (service) => {
      if (service === 'b') throw new DependencyError('signoz', 'timeout', 'no answer in time');
      return service;
    });
    const pods: PlannedStep = { ...step('x'), capability: 'pods.status', label: 'pods of x' };
    const { evidence, gaps } = await gatherEvidence(deps, LEASE, new Map(), [step('a'), step('b'), pods], RUNNING);
    expect(evidence.map((item) => item.text)).to.deep.equal(['a']);
    expect(gaps).to.deep.equal([
      { what: 'logs of b', why: 'no answer in time' },
      { what: 'pods of x', why: 'no MCP server is configured that answers pods.status' },
    ]);
    expect(stored).to.have.length(1);
  });

  it('goes on with what it has when the time budget is spent', async () => {
    const budget = new AbortController();
    const { deps } = world((service, signal) => (service === 'slow' ? untilAborted(signal) : Promise.resolve(service)));
    const gathering = gatherEvidence(deps, LEASE, new Map(), [step('a'), step('slow')], budget.signal);
    setImmediate(() => budget.abort(BUDGET_SPENT));
    const { evidence, gaps } = await gathering;
    expect(evidence.map((item) => item.text)).to.deep.equal(['a']);
    expect(gaps).to.deep.equal([{ what: 'logs of slow', why: 'the time budget of the investigation ran out' }]);
  });

  it('ends with an abort from outside', async () => {
    const stop = new AbortController();
    const { deps } = world((_service, signal) => untilAborted(signal));
    const gathering = rejection(gatherEvidence(deps, LEASE, new Map(), [step('a')], stop.signal));
    stop.abort(new Error('shutting down'));
    expect((await gathering).message).to.equal('the caller gave up');
  });

  it('ends when another worker has taken over', async () => {
    const { deps } = world(async (service) => service);
    const lost = {
      ...deps,
      investigations: { ...deps.investigations, saveEvidence: () => Promise.reject(new LeaseLostError('i')) },
    };
    expect(await rejection(gatherEvidence(lost, LEASE, new Map(), [step('a'), step('b')], RUNNING))).to.be.instanceOf(
      LeaseLostError,
    );
  });

  it('keeps head and tail of a text that is too long, and tells the digest of the whole', async () => {
    const { deps } = world(async () => `head${'-'.repeat(200_000)}tail`);
    const { evidence } = await gatherEvidence(deps, LEASE, new Map(), [step('a')], RUNNING);
    const [{ text, truncated, digest }] = evidence as [(typeof evidence)[0]];
    expect([truncated, text.length < 33_000, text.startsWith('head'), text.endsWith('tail')]).to.deep.equal([
      true,
      true,
      true,
      true,
    ]);
    expect(text).to.match(/characters left out/);
    expect(digest).to.match(/^[0-9a-f]{64}$/);
  });

  it('knows the same question by its key, whatever the order of its arguments', () => {
    const one = { ...step('a'), arguments: { service: 'a', limit: 5 } };
    const other = { ...step('a'), arguments: { limit: 5, service: 'a' }, label: 'another label' };
    expect(stepKey(one))
      .to.equal(stepKey(other))
      .and.not.equal(stepKey(step('a')));
  });
});
