import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { ClassifiedAlert } from '../../src/shared/store/intake-store.ts';
import { availableBackends } from '../support/backends.ts';
import { aPlanned, endAsPosted, makeDue } from '../support/intake.ts';
import { openTestStore, type TestStore } from '../support/services.ts';

for (const backend of availableBackends().filter((name) => name !== 'redis')) {
  describe(`the same alert with another severity on ${backend}`, () => {
    let test: TestStore;
    before(async () => {
      test = await openTestStore(backend);
    });
    after(() => test.close());

    const store = async (alert: ClassifiedAlert) => (await test.store.intake.storeAlerts([alert]))[0]!;
    const find = async (id: string) => (await test.store.incidents.find(id))!;
    const maintenance = { name: 'upgrade', until: '2099-01-01T00:00:00.000Z' };
    /** One problem, told of again and again with the given priority (1 is critical, which nothing holds back). */
    function problem() {
      const fingerprint = randomUUID();
      return (priority: number, plan: Parameters<typeof aPlanned>[0] = {}) =>
        store(
          aPlanned({ priority, holdSeconds: priority === 1 ? 0 : 60, ...plan }, { fingerprint, title: `P${priority}` }),
        );
    }

    it('takes the lead of what is held back, and ends its waiting', async () => {
      const fire = problem();
      const held = await fire(3);
      const urgent = await fire(1);
      expect(urgent).to.include({ decision: 'join', incidentId: held.incidentId });
      expect(urgent.takenUp).to.include({ priority: 1 });
      expect(await find(held.incidentId)).to.include({ title: 'P1', priority: 1, dueAt: null });
    });

    const AT_WORK: [string, (id: string) => Promise<unknown>][] = [
      ['waits for room in its queue', async () => {}],
      ['is queued', (id) => test.store.incidents.markQueued([id])],
      ['is investigated', (id) => test.store.investigations.claim(id, 1, 'w')],
      ['is posted', (id) => endAsPosted(test, id)],
      ['is dead', (id) => test.store.incidents.die(id, 1, 'bug', 'x')],
    ];
    for (const [what, bring] of AT_WORK) {
      it(`gets an incident of its own where the last one ${what}: it is never a silent member`, async () => {
        const fire = problem();
        const { incidentId } = await fire(3, { holdSeconds: 0 });
        await bring(incidentId);
        const urgent = await fire(1);
        expect(urgent).to.include({ decision: 'investigate', opened: true }).and.not.include({ incidentId });
        expect(await fire(3)).to.include({ decision: 'join', incidentId: urgent.incidentId });
        expect(await fire(1)).to.include({ decision: 'join', incidentId: urgent.incidentId });
        expect(await find(incidentId)).to.include({ alertCount: 1 });
      });
    }

    it('joins what a maintenance window holds back while it is within one itself', async () => {
      const fire = problem();
      const held = await fire(3, { maintenance });
      expect(await fire(1, { maintenance })).to.include({ decision: 'join', incidentId: held.incidentId });
      expect(await find(held.incidentId)).to.include({ heldFor: 'maintenance', dueAt: maintenance.until });
    });

    it('has its turn at the end of the window as if it had come then', async () => {
      const fire = problem();
      const { incidentId } = await fire(4, { maintenance, turnSeconds: 14_400 });
      const old = `update rca_fleet.incidents set created_at = created_at - interval '5 h', turn_at = turn_at - interval '5 h' where id = $1`;
      await test.database.query(old, [incidentId]);
      await fire(1, { maintenance, turnSeconds: -28_800 });
      await makeDue(test, incidentId);
      const { taken } = await test.store.incidents.takeUpDue(500);
      const { turnAt, priority } = taken.find((item) => item.incidentId === incidentId)!;
      expect(priority).to.equal(1);
      expect(turnAt).to.be.within(Date.now() - 28_860_000, Date.now() - 28_740_000);
    });

    it('ends the waiting for a maintenance window that does not cover it', async () => {
      for (const priority of [1, 3]) {
        const fire = problem();
        const held = await fire(3, { maintenance });
        const outside = await fire(priority);
        expect(outside).to.include({ decision: 'join', incidentId: held.incidentId });
        expect(outside.takenUp).to.include({ priority });
        const taken = await find(held.incidentId);
        expect(taken).to.include({ state: 'received', dueAt: null, heldFor: null, reason: null, priority });
        expect(taken.history![0]!.reason).to.match(/no maintenance window covers it any more/);
      }
    });

    it('waits until the end of a maintenance window that was made longer', async () => {
      const fire = problem();
      const held = await fire(3, { maintenance });
      const longer = { ...maintenance, until: '2099-01-02T00:00:00.000Z' };
      await fire(3, { maintenance: longer });
      const { dueAt, reason } = await find(held.incidentId);
      expect({ dueAt, reason: reason!.includes(longer.until) }).to.deep.equal({ dueAt: longer.until, reason: true });
      await fire(3, { maintenance });
      expect((await find(held.incidentId)).dueAt).to.equal(longer.until);
    });
  });
}
