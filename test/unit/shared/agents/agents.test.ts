import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadAgents, poolAgents } from '../../../../src/shared/agents/load-agents.ts';
import { ALERT_CLASSES } from '../../../../src/shared/alert.ts';
import { FleetError } from '../../../../src/shared/errors.ts';

const agents = loadAgents();

describe('the agents', () => {
  it('answer for every class, each for one', () => {
    expect(agents.map((agent) => agent.class).sort()).to.deep.equal([...ALERT_CLASSES].sort());
    expect(agents.map((agent) => agent.name)).to.deep.equal(agents.map((agent) => agent.class));
  });

  for (const agent of agents) {
    describe(agent.name, () => {
      it('has patterns that compile, with and without the unicode flag', () => {
        for (const rule of agent.routing.rules) {
          expect(() => [new RegExp(rule.match, 'i'), new RegExp(rule.match, 'iu')], rule.match).not.to.throw();
        }
      });

      it('has patterns without open repetition of repetitions, which would make them slow', () => {
        for (const rule of agent.routing.rules) expect(rule.match).not.to.match(/[+*}]\)[+*]|\.[+*]/);
      });

      it('has patterns that ask for something', () => {
        for (const rule of agent.routing.rules)
          expect(new RegExp(rule.match, 'iu').test(''), rule.match).to.equal(false);
      });

      it('gives a reason of its own for every rule', () => {
        for (const rule of agent.routing.rules) {
          expect(rule.because)
            .to.match(/^[a-z]/)
            .and.have.length.above(10);
          expect(rule.score).to.be.within(-20, 20).and.not.equal(0);
        }
      });

      it('investigates, or names who stands in', () => {
        const pools = poolAgents(agents).map((one) => one.name);
        if (agent.pool === null) expect(pools).to.include.members(agent.routing.standIns).and.not.be.empty;
        if (agent.pool === null) expect(agent.routing.standIns).not.to.deep.equal([]);
      });
    });
  }

  it('are refused with the file and the fault when one is not valid', () => {
    const folder = mkdtempSync(join(tmpdir(), 'agents-'));
    try {
      writeFileSync(
        join(folder, 'odd.yaml'),
        'name: odd\ntitle: Odd\nclass: plumbing\nrouting: { rules: [] }\npool: null\n',
      );
      expect(() => loadAgents(folder)).to.throw(FleetError, /odd\.yaml.*class.*routing\.rules/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('take the questions of their surveys, and refuse one that is not there', () => {
    for (const agent of poolAgents(agents)) {
      const asked = agent.pool.evidence.map(({ capability }) => capability);
      expect(asked, agent.name).to.include.members(['requests.query', 'topology.services', 'changes.list']);
    }
    const folder = mkdtempSync(join(tmpdir(), 'agents-'));
    try {
      const rules = 'routing: { rules: [{ match: x, score: 1, because: y }] }';
      const budget = 'budget: { seconds: 60, tokens: 2000 }';
      const pool = `pool: { surveys: [nowhere], detectors: [a], prompt: ${'x'.repeat(40)}, ${budget}, evidence: [{ capability: events.list, arguments: {}, label: e }] }`;
      writeFileSync(join(folder, 'odd.yaml'), `name: odd\ntitle: Odd\nclass: network\n${rules}\n${pool}\n`);
      expect(() => loadAgents(folder)).to.throw(FleetError, /agent odd: there is no survey nowhere/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
