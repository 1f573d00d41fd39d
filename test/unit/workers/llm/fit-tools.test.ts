import { expect } from 'chai';
import { loadAgents, type PoolAgent, poolAgents } from '../../../../src/shared/agents/load-agents.ts';
import type { ChatTool } from '../../../../src/workers/llm/chat-client.ts';
import { estimateTokens } from '../../../../src/workers/llm/fit-evidence.ts';
import { fitTools } from '../../../../src/workers/llm/fit-tools.ts';
import { offerTools } from '../../../../src/workers/llm/offered-tools.ts';
import { alert } from '../../../support/evidence-fixtures.ts';

const agentNamed = (name: string) => poolAgents(loadAgents()).find((agent) => agent.name === name) as PoolAgent;
const tool = (name: string, description: string): ChatTool => ({
  name,
  description,
  parameters: { type: 'object', properties: {}, required: [] },
});
const OTHERS = [
  tool('ops__certificate_expiry', 'When the TLS certificate of a host expires.'),
  tool('ops__slow_statements', 'Slow statements of a database and their locks.'),
  tool('ops__weather', 'Weather of a place.'),
];
const topic = (name: string, title: string) => ({ agent: agentNamed(name), alerts: [alert(title)], findings: [] });
const names = (tools: ChatTool[]) => tools.map(({ name }) => name);
const room = (tools: ChatTool[]) => tools.reduce((sum, one) => sum + estimateTokens(JSON.stringify(one)), 0);

describe('the tools that have room', () => {
  it('are all of them, by name, whatever the alert, where there is room', () => {
    const all = [...OTHERS, ...offerTools(() => true).tools];
    const [one, two] = ['Certificate expires', 'Slow queries'].map((title) =>
      names(fitTools(all, topic('database', title), 100_000)),
    );
    expect(one).to.deep.equal(two).and.deep.equal(names(all).sort());
  });

  it('are those that fit the agent and the alert best, where there is not', () => {
    const least = Math.max(...OTHERS.map((one) => room([one])));
    expect(names(fitTools(OTHERS, topic('network', 'Certificate of shop expires'), least))).to.deep.equal([
      'ops__certificate_expiry',
    ]);
    expect(names(fitTools(OTHERS, topic('database', 'Slow statements of checkout'), least))).to.deep.equal([
      'ops__slow_statements',
    ]);
  });

  it("are the agent's own questions before others, never more than have room, and never more than the API takes", () => {
    const own = offerTools((capability) => capability === 'logs.query').tools;
    expect(names(fitTools([...OTHERS, ...own], topic('database', 'x'), room(own)))).to.deep.equal(['logs_query']);
    expect(fitTools(OTHERS, topic('database', 'x'), 0)).to.deep.equal([]);
    const many = Array.from({ length: 200 }, (_, index) => tool(`t__${index}`, 'x'));
    expect(fitTools(many, topic('database', 'x'), 1_000_000)).to.have.length(128);
  });
});
