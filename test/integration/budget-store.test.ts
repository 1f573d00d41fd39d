import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { loadPolicies } from '../../src/producer/intake-policies/load-policies.ts';
import { budgetRules } from '../../src/producer/keep-intake.ts';
import { availableBackends } from '../support/backends.ts';
import { openTestStore, type TestStore } from '../support/services.ts';

for (const backend of availableBackends().filter((name) => name !== 'redis')) {
  describe(`the budget store on ${backend}`, () => {
    let test: TestStore;
    let budgets: TestStore['store']['budgets'];
    before(async () => {
      test = await openTestStore(backend);
      ({ budgets } = test.store);
    });
    after(() => test.close());

    const usage = { model: 'm', promptTokens: 900, completionTokens: 100, costUsd: 0.5 };

    it('lets everything pass while no producer has said what may be spent', async () => {
      expect(await budgets.admit(randomUUID(), 1, 'info')).to.equal(null);
    });

    it('keeps the reserve of critical alerts, counts a run once, and forgets with the window', async () => {
      await budgets.publish({ ...budgetRules(loadPolicies(null)), investigations: 5 });
      const runs = [randomUUID(), randomUUID()];
      for (const id of runs) expect(await budgets.admit(id, 1, 'low')).to.equal(null);
      expect(await budgets.admit(randomUUID(), 1, 'low')).to.match(
        /of the 5 investigations within 1 h nothing is left for low/,
      );
      expect(await budgets.admit(runs[0]!, 1, 'low')).to.equal(null);
      expect(await budgets.admit(randomUUID(), 1, 'low', true)).to.equal(null);
      expect(await budgets.admit(randomUUID(), 1, 'critical')).to.equal(null);
      await test.database.query(`update rca_fleet.llm_spending set at = now() - interval '61 min'`);
      expect(await budgets.admit(randomUUID(), 1, 'low')).to.equal(null);
    });

    it('is not exceeded by however many ask in the same moment', async () => {
      const reserve = { critical: 0, high: 0, medium: 0, low: 0, info: 0 };
      await test.database.query('delete from rca_fleet.llm_spending');
      await budgets.publish({
        ...budgetRules(loadPolicies(null)),
        reserve,
        investigations: 7,
        tokens: null,
        costUsd: null,
      });
      const asked = await Promise.all(Array.from({ length: 40 }, () => budgets.admit(randomUUID(), 1, 'high')));
      expect(asked.filter((refused) => refused === null)).to.have.lengthOf(7);
    });

    it('puts what was really taken in the place of the estimate', async () => {
      const reserve = { critical: 0, high: 0, medium: 0, low: 0, info: 0 };
      const estimate = { tokens: 5_000, costUsd: 1 };
      await test.database.query('delete from rca_fleet.llm_spending');
      await budgets.publish({
        windowSeconds: 60,
        investigations: null,
        tokens: 10_000,
        costUsd: null,
        reserve,
        estimate,
      });
      const [one, two] = [randomUUID(), randomUUID()];
      expect(await budgets.admit(one, 1, 'high')).to.equal(null);
      expect(await budgets.admit(two, 1, 'high')).to.equal(null);
      expect(await budgets.admit(randomUUID(), 1, 'high')).to.match(/of the 10000 tokens within 60 s/);
      await budgets.settle(one, 1, usage);
      await budgets.settle(two, 1, { ...usage, promptTokens: null });
      expect(await budgets.admit(randomUUID(), 1, 'high')).to.be.a('string');
      await budgets.settle(two, 1, usage);
      expect(await budgets.admit(randomUUID(), 1, 'high')).to.equal(null);
    });
  });
}
