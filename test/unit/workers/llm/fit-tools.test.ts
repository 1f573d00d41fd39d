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

  describe('in a small window', () => {
    const all = offerTools(() => true).tools;
    const titles = [
      'Certificate of shop expires',
      'Slow queries on orders-db',
      'Connection pool exhausted in checkout',
      'DNS lookups fail for payments',
      'Pod of user-service OOMKilled',
      'Redis memory full, keys evicted',
      'Network policy blocks traffic between pods',
      'High latency of traces in api gateway',
      'Replication lag of postgres',
      '5xx errors from ingress',
    ];
    const chosen = (agent: string, share: number) =>
      titles.map((title) => names(fitTools(all, topic(agent, title), Math.floor(room(all) * share))));
    const prefix = (lists: string[][]) => {
      const end = lists[0]!.findIndex((name, index) => lists.some((list) => list[index] !== name));
      return end === -1 ? lists[0]!.length : end;
    };

    for (const agent of poolAgents(loadAgents()).map(({ name }) => name)) {
      it(`stand in one order for all alerts, so that the longest beginning is the same (${agent})`, () => {
        const fixed = names(fitTools(all, { agent: agentNamed(agent), alerts: [], findings: [] }, room(all) - 1));
        let won = 0;
        for (const share of [0.3, 0.5, 0.7]) {
          const lists = chosen(agent, share);
          for (const list of lists) {
            const places = list.map((name) => fixed.indexOf(name)).filter((place) => place >= 0);
            expect(places).to.deep.equal([...places].sort((left, right) => left - right));
          }
          const byName = lists.map((list) => [...list].sort());
          expect(prefix(lists), `${share}`).to.be.at.least(prefix(byName));
          won += prefix(lists) - prefix(byName);
        }
        expect(won).to.be.above(0);
      });
    }
  });
});
