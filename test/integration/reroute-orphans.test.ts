import { expect } from 'chai';
import { createEnqueue } from '../../src/producer/enqueue-investigation.ts';
import { rerouteOrphans } from '../../src/producer/reroute-orphans.ts';
import { topUpQueues } from '../../src/producer/top-up-queues.ts';
import { loadAgents } from '../../src/shared/agents/load-agents.ts';
import { investigateJobId } from '../../src/shared/queues/jobs.ts';
import { investigateQueue } from '../../src/shared/queues/queue-names.ts';
import { availableBackends } from '../support/backends.ts';
import { claimIncident, expireLeases, makeQuiet, openIncident } from '../support/incidents.ts';
import { openTestStore, type TestStore } from '../support/services.ts';

for (const backend of availableBackends()) {
  describe(`incidents of an agent that is gone, on ${backend}`, () => {
    let test: TestStore;
    before(async () => {
      test = await openTestStore(backend);
    });
    after(() => test.close());
    afterEach(() => test.database.query(`update rca_fleet.incidents set state = 'posted', finished_at = now()`));

    const agents = loadAgents();
    const find = async (id: string) => (await test.store.incidents.find(id))!;
    const age = (ids: string[]) =>
      test.database.query(
        `update rca_fleet.incidents set created_at = now() - interval '11 min' where id = any($1::uuid[])`,
        [ids],
      );
    const ofGone = () => openIncident(test, {}, { agent: 'gone', class: 'database', scores: { database: 5 } });

    it('are investigated by the one that answers for their class, with the reason', async () => {
      const [received, queued, dropped] = [await ofGone(), await ofGone(), await ofGone()];
      const old = investigateQueue('gone');
      await test.queues.add(old, [{ id: investigateJobId(queued, 1), data: { incidentId: queued, run: 1 } }]);
      await test.store.incidents.markQueued([queued]);
      await claimIncident(test, dropped);
      await expireLeases(test, dropped);
      const ids = [received, queued, dropped];
      await age(ids);
      await Promise.all([rerouteOrphans({ ...test, agents }), rerouteOrphans({ ...test, agents })]);
      for (const id of ids) {
        const { agent, state, history } = await find(id);
        expect({ agent, state }).to.deep.equal({ agent: 'database', state: 'received' });
        expect(history).to.have.length(1);
        expect(history![0]!.reason).to.match(
          /^there is no agent gone any more; agent database: it answers for database/,
        );
      }
      expect(await test.queues.queue(old).getJob(investigateJobId(queued, 1))).to.equal(undefined);
      await makeQuiet(test, ids);
      await topUpQueues({
        agents,
        store: test.store,
        enqueue: createEnqueue({ ...test, incidents: test.store.incidents }),
      });
      for (const id of ids) expect(await find(id)).to.include({ state: 'queued' });
    });

    it('are left to it while they are young, worked on, held back or reported, and so are those of others', async () => {
      const [young, worked, known] = [await ofGone(), await ofGone(), await openIncident(test)];
      await claimIncident(test, worked);
      const reported = await ofGone();
      await test.database.query(`update rca_fleet.incidents set state = 'reported' where id = $1`, [reported]);
      const held = await ofGone();
      await test.database.query(`update rca_fleet.incidents set due_at = now() where id = $1`, [held]);
      await age([worked, known, reported, held]);
      await rerouteOrphans({ ...test, agents });
      for (const id of [young, worked, reported, held]) expect(await find(id)).to.include({ agent: 'gone' });
      expect(await find(known)).to.deep.include({ agent: 'network', history: [] });
    });
  });
}
