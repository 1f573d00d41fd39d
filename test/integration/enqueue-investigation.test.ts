import { expect } from 'chai';
import { createEnqueue } from '../../src/producer/enqueue-investigation.ts';
import { topUpQueues } from '../../src/producer/top-up-queues.ts';
import { loadAgents } from '../../src/shared/agents/load-agents.ts';
import { investigateQueue } from '../../src/shared/queues/queue-names.ts';
import { aClassified } from '../support/alerts.ts';
import { availableBackends } from '../support/backends.ts';
import { eventually } from '../support/fleet.ts';
import { makeQuiet } from '../support/incidents.ts';
import { openTestStore, type TestStore } from '../support/services.ts';

for (const backend of availableBackends()) {
  describe(`the enqueue stage on ${backend}`, () => {
    let test: TestStore;
    before(async () => {
      test = await openTestStore(backend);
    });
    after(() => test.close());

    async function incidents(agent: string, priorities: number[]) {
      const decisions = await test.store.intake.storeAlerts(
        priorities.map((priority) => aClassified({}, { agent, priority })),
      );
      return decisions.map(({ incidentId }, n) => ({ incidentId, run: 1, agent, priority: priorities[n]! }));
    }
    const enqueueWith = (limit?: number) => createEnqueue({ ...test, incidents: test.store.incidents, limit });
    const states = async (batch: { incidentId: string }[]) =>
      Promise.all(batch.map(async ({ incidentId }) => (await test.store.incidents.find(incidentId))!.state));

    it('queues what intake hands over, marks it, and does so once however often it is asked', async () => {
      const batch = await incidents('network', [2, 3, 1]);
      const enqueue = enqueueWith();
      enqueue.later(batch);
      await enqueue.settled();
      await enqueue.now(batch);
      expect(await states(batch)).to.deep.equal(['queued', 'queued', 'queued']);
      const jobs = await test.queues
        .queue(investigateQueue('network'))
        .getJobs(['prioritized', 'waiting'], 0, 10, true);
      expect(jobs.map((job) => job.data.incidentId)).to.have.members(batch.map((item) => item.incidentId));
      const bySeverity = new Map(batch.map((item) => [item.incidentId, item.priority]));
      expect(jobs.map((job) => bySeverity.get(job.data.incidentId))).to.deep.equal([1, 2, 3]);
      expect(Object.keys(jobs[0]!.data)).to.have.members(['incidentId', 'run']);
    });

    it('puts a critical incident before a backlog that is larger than the queue and has waited for hours', async () => {
      const queue = test.queues.queue(investigateQueue('network'));
      await queue.obliterate({ force: true });
      const agents = loadAgents();
      const enqueue = enqueueWith(2);
      const backlog = (await incidents('network', [3, 3, 3, 3])).map((item) => item.incidentId);
      const old = `update rca_fleet.incidents set created_at = now() - interval '7 hours', turn_at = now() - interval '6 hours',
                     updated_at = now() - interval '1 minute' where id = any($1::uuid[])`;
      await test.database.query(old, [backlog]);
      await topUpQueues({ agents, store: test.store, enqueue });
      const [critical] = await incidents('network', [1]);
      await enqueue.now([critical!]);
      const first = async () => (await queue.getJobs(['prioritized', 'waiting'], 0, 0, true))[0]!;
      expect((await first()).data.incidentId).to.equal(critical!.incidentId);
      // What is topped up later does not go before it either.
      for (const job of (await queue.getJobs(['prioritized', 'waiting'])).slice(0, 2))
        if (job.data.incidentId !== critical!.incidentId) await job.remove();
      await topUpQueues({ agents, store: test.store, enqueue });
      expect((await first()).data.incidentId).to.equal(critical!.incidentId);
      await queue.obliterate({ force: true });
      for (const id of [...backlog, critical!.incidentId])
        await test.store.incidents.die(id, 1, 'bug', 'end of the test');
    });

    it('leaves in the store what a full queue has no room for; critical incidents have as much room again', async () => {
      const batch = await incidents('database', [4, 1, 3, 4, 1]);
      const enqueue = enqueueWith(2);
      await enqueue.now(batch);
      expect(await states(batch)).to.deep.equal(['received', 'queued', 'received', 'received', 'queued']);
      expect([enqueue.leftSome(), enqueue.leftSome()]).to.deep.equal([true, false]);
      const storm = await incidents('database', [1, 1, 1, 2]);
      await enqueue.now(storm);
      expect(await states(storm)).to.deep.equal(['queued', 'queued', 'received', 'received']);
    });

    it('tops a queue up with what waits in the store as soon as there is room, the most urgent first', async () => {
      await test.queues.queue(investigateQueue('network')).obliterate({ force: true });
      const enqueue = enqueueWith(2);
      const batch = await incidents('network', [4, 3, 2, 2]);
      await makeQuiet(
        test,
        batch.map((item) => item.incidentId),
      );
      // What the tests before have left to wait for other agents is not looked at.
      const agents = loadAgents().filter(({ name }) => name === 'network');
      const topUp = () => topUpQueues({ agents, store: test.store, enqueue });
      expect(await topUp()).to.equal(true);
      expect(await states(batch)).to.deep.equal(['received', 'received', 'queued', 'queued']);
      await test.queues.queue(investigateQueue('network')).drain();
      expect(await topUp()).to.equal(false);
      expect(await states(batch)).to.deep.equal(['queued', 'queued', 'queued', 'queued']);
    });

    it('finds room again soon after a full queue, also when the clock of its machine was set back', async () => {
      const queue = test.queues.queue(investigateQueue('database'));
      await queue.obliterate({ force: true });
      const enqueue = enqueueWith(1);
      const batch = await incidents('database', [3, 1, 1]);
      await enqueue.now(batch);
      await enqueue.now(batch);
      await queue.obliterate({ force: true });
      const now = Date.now;
      Date.now = () => now() - 3_600_000;
      try {
        await eventually('room', async () => {
          await enqueue.now(batch.slice(0, 1));
          return !(await states(batch)).includes('received');
        });
      } finally {
        Date.now = now;
      }
    });
  });
}
