import { expect } from 'chai';
import { type BudgetRules, budgetRefusal } from '../../../src/shared/llm-budget.ts';

const RULES: BudgetRules = {
  windowSeconds: 3_600,
  investigations: 10,
  tokens: null,
  costUsd: null,
  reserve: { critical: 40, high: 20, medium: 0, low: 0, info: 0 },
  estimate: { tokens: 100, costUsd: 0.5 },
};
const taken = (investigations: number) => ({
  investigations,
  tokens: investigations * 100,
  costUsd: investigations / 2,
});

describe('the budget of investigations with the LLM', () => {
  it('leaves the reserves of worse severities alone', () => {
    expect(budgetRefusal(RULES, { low: taken(3) }, 'low')).to.equal(null);
    expect(budgetRefusal(RULES, { low: taken(4) }, 'low')).to.match(
      /of the 10 investigations within 1 h nothing is left for low/,
    );
    expect(budgetRefusal(RULES, { low: taken(4) }, 'high')).to.equal(null);
    expect(budgetRefusal(RULES, { low: taken(4), high: taken(2) }, 'high')).to.be.a('string');
    expect(budgetRefusal(RULES, { low: taken(4), high: taken(2), critical: taken(3) }, 'critical')).to.equal(null);
    expect(budgetRefusal(RULES, { low: taken(4), high: taken(2), critical: taken(4) }, 'critical')).to.be.a('string');
  });

  it('gives back to the others what a worse severity has taken of its reserve', () => {
    expect(budgetRefusal(RULES, { critical: taken(4), high: taken(2), low: taken(3) }, 'low')).to.equal(null);
    expect(budgetRefusal(RULES, { critical: taken(4), high: taken(2), low: taken(4) }, 'low')).to.be.a('string');
  });

  it('counts tokens and money with an estimate for the one that asks', () => {
    const tokens = { ...RULES, investigations: null, tokens: 1_000 };
    expect(budgetRefusal(tokens, { critical: taken(9) }, 'critical')).to.equal(null);
    expect(budgetRefusal(tokens, { critical: taken(10) }, 'critical')).to.match(/of the 1000 tokens/);
    const money = { ...RULES, investigations: null, costUsd: 2 };
    expect(budgetRefusal(money, { critical: taken(4) }, 'critical')).to.match(/of the 2 US dollars/);
    expect(budgetRefusal({ ...RULES, investigations: null }, { low: taken(1_000) }, 'low')).to.equal(null);
  });
});
