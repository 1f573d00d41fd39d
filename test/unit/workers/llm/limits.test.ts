import { expect } from 'chai';
import fc from 'fast-check';
import { DEFAULT_LLM_LIMITS } from '../../../../src/shared/llm-config.ts';
import type { ChatAnswer } from '../../../../src/workers/llm/chat-client.ts';
import { startConversation } from '../../../../src/workers/llm/conversation.ts';
import { priceOf, purseOf, splitBudget } from '../../../../src/workers/llm/llm-limits.ts';
import { fitEvidence } from '../../../../src/workers/llm/prompt-parts.ts';
import { createSpending } from '../../../../src/workers/llm/spending.ts';
import { logRow, logs } from '../../../support/evidence-fixtures.ts';

const price = { prompt: 2, completion: 8, cached: 0.5 };
const purse = { tokens: 100_000, costUsd: 1, price: null, contextTokens: 128_000 };
const answer = (more: Partial<ChatAnswer> = {}): ChatAnswer => ({
  content: '',
  toolCalls: [],
  cut: false,
  model: 'm',
  promptTokens: null,
  cachedTokens: null,
  completionTokens: null,
  ...more,
});

describe('the limits of the LLM', () => {
  it('never exceed the budget of the agent', () => {
    expect(purseOf(50_000, DEFAULT_LLM_LIMITS, 'm').tokens).to.equal(50_000);
    expect(purseOf(50_000, { ...DEFAULT_LLM_LIMITS, maxTokens: 20_000 }, 'm').tokens).to.equal(20_000);
    expect(purseOf(50_000, { ...DEFAULT_LLM_LIMITS, maxTokens: 90_000 }, 'm').tokens).to.equal(50_000);
  });

  it('know the price of a model by the longest beginning of its name', () => {
    const prices = { 'gpt-4.1': price, 'gpt-4.1-mini': { ...price, prompt: 1 } };
    expect(priceOf(prices, 'gpt-4.1-2025-04-14')).to.equal(price);
    expect(priceOf(prices, 'gpt-4.1-mini-2025')).to.include({ prompt: 1 });
    expect(priceOf(prices, 'gpt-4.10')).to.equal(null);
    expect(priceOf({}, 'gpt-4.1')).to.equal(null);
  });

  it('leave room in the purse and in the window for every prompt and a repair', () => {
    const some = { tokens: fc.integer({ min: 8_000, max: 400_000 }), window: fc.integer({ min: 8_000, max: 200_000 }) };
    fc.assert(
      fc.property(some.tokens, some.window, fc.integer({ min: 1, max: 5 }), (tokens, contextTokens, prompts) => {
        const { prompt, answer: most } = splitBudget({ ...purse, tokens, contextTokens }, prompts, 500);
        if (prompt > 300) expect((prompts + 1) * (prompt + 500) + (prompts + 2) * most).to.be.at.most(tokens);
        expect(prompt + 500 + 1.7 * most).to.be.at.most(Math.max(contextTokens, 2_000));
      }),
    );
  });

  it('make prompts smaller where the money does not reach', () => {
    const rich = splitBudget({ ...purse, price, costUsd: 1 }, 4);
    const poor = splitBudget({ ...purse, price, costUsd: 0.02 }, 4);
    expect(poor.prompt).to.be.lessThan(rich.prompt);
  });
});

describe('what an investigation spends', () => {
  it('is what the server counted, cached prompts at their own price', () => {
    const spending = createSpending({ ...purse, price });
    spending.add(answer({ promptTokens: 10_000, cachedTokens: 4_000, completionTokens: 1_000 }), 40_000);
    expect(spending.usage()).to.include({ promptTokens: 10_000, completionTokens: 1_000, calls: 1, costUsd: 0.022 });
    expect(spending.left()).to.equal(89_000);
    expect(spending.tokensOf(4_000), 'what the server counts').to.equal(1_000);
  });

  it('is estimated where the server does not count', () => {
    const spending = createSpending(purse);
    spending.add(answer({ content: 'x'.repeat(300) }), 30_000);
    expect(spending.left()).to.equal(100_000 - 10_000 - 100);
    expect(spending.usage()).to.include({ promptTokens: null, completionTokens: null, costUsd: null });
  });

  it('says which budget another call would overstep', () => {
    const spending = createSpending({ ...purse, price, costUsd: 0.1 });
    expect(spending.oversteps(10_000, 1_000)).to.equal(null);
    expect(spending.oversteps(10_000, 20_000)).to.equal('cost');
    expect(spending.oversteps(100_000, 1)).to.equal('tokens');
  });
});

describe('evidence in a small prompt', () => {
  const many = Array.from({ length: 30 }, (_, index) => logs(index + 1, [logRow(`line ${index} ${'w '.repeat(400)}`)]));
  const cites = (number: number) => [{ evidence: [number] }] as Parameters<typeof fitEvidence>[1];

  it('is shown or listed, never dropped in silence, and stays in its room', () => {
    for (const room of [600, 2_000, 8_000, 60_000]) {
      const parts = fitEvidence(many, cites(17), room);
      const text = parts.map(({ what, text: body }) => `${what} ${body}`).join('\n');
      expect(text.length).to.be.at.most(room + 600);
      const shown = parts.filter(({ what }) => what.startsWith('EVIDENCE')).length;
      if (shown < many.length) expect(parts.at(-1)?.what).to.equal('LEFT OUT');
    }
  });

  it('keeps first what the findings cite', () => {
    const parts = fitEvidence(many, cites(17), 2_500);
    expect(parts.map(({ what }) => what)).to.include('EVIDENCE 17');
    expect(parts.length).to.be.lessThan(many.length);
  });
});

describe('a conversation', () => {
  const call = { id: 'a', name: 'logs_query', arguments: '{"service":"cart"}' };

  it('keeps its beginning, and shares the room among the answers of the tools', () => {
    const conversation = startConversation({ system: 's', user: 'u' }, 'n');
    const long = logs(2, [logRow('y'.repeat(9_000))]);
    conversation.addRound(answer({ toolCalls: [call, call] }), [
      { call, outcome: 'evidence', evidence: long },
      { call, outcome: 'refused', text: 'Refused' },
    ]);
    const messages = conversation.messages(3_000);
    expect(messages.slice(0, 2)).to.deep.equal([
      { role: 'system', content: 's' },
      { role: 'user', content: 'u' },
    ]);
    expect(JSON.stringify(messages).length).to.be.lessThan(3_500);
    expect(messages[3]?.content).to.include('characters left out, the whole has');
    const ids = messages.flatMap((message) => (message.role === 'tool' ? message.toolCallId : []));
    const asked = messages.flatMap((message) =>
      message.role === 'assistant' ? (message.toolCalls ?? []).map(({ id }) => id) : [],
    );
    expect(ids).to.deep.equal(asked);
    expect(new Set(ids).size).to.equal(2);
  });

  it('sends back only names and arguments that the API takes, and no secret', () => {
    const conversation = startConversation({ system: 's', user: 'u' }, 'n');
    const strange = { id: '', name: 'rm -rf /'.repeat(30), arguments: '{"a": "password=hunter2hunter2"' };
    conversation.addRound(answer({ toolCalls: [strange] }), [{ call: strange, outcome: 'refused', text: 'no' }]);
    const sent = JSON.stringify(conversation.messages(10_000));
    expect(sent).to.not.include('hunter2').and.not.include('rm -rf');
  });
});
