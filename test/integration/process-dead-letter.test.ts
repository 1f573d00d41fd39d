import { UnrecoverableError } from 'bullmq';
import { expect } from 'chai';
import type { FleetJob } from '../../src/shared/queues/jobs.ts';
import { DEAD_LETTER_QUEUE, investigateQueue } from '../../src/shared/queues/queue-names.ts';
import type { Queues } from '../../src/shared/queues/queues.ts';
import { redriveIncident } from '../../src/shared/redrive-incident.ts';
import { processDeadLetter } from '../../src/workers/process-dead-letter.ts';
import { quickBackend } from '../support/backends.ts';
import { rejection } from '../support/errors.ts';
import { eventually } from '../support/fleet.ts';
import { openIncident } from '../support/incidents.ts';
import { openTestStore, type TestStore } from '../support/services.ts';

describe('the dead letters', () => {
  let test: TestStore;
  before(async () => {
    test = await openTestStore(quickBackend());
  });
  after(() => test.close());
  async function deadIncident() {
    const id = await openIncident(test);
    await test.store.incidents.die(id, 1, 'bug', 'it broke');
    return id;
  }
  const find = (id: string) => test.store.incidents.find(id);

  it('park under Failed with their reason, and go round again when an operator retries them', async () => {
    const id = await deadIncident();
    await test.queues.add(DEAD_LETTER_QUEUE, [{ id: 'letter', data: { incidentId: id, run: 1 } }]);
    const work = (job: unknown) => processDeadLetter(test, job as FleetJob);
    const worker = test.queues.startWorker(DEAD_LETTER_QUEUE, work, { name: 'test', concurrency: 1 });
    const letter = () => test.queues.queue(DEAD_LETTER_QUEUE).getJob('letter');
    try {
      const parked = await eventually('a parked letter', async () => {
        const job = await letter();
        // What was read before it failed does not know why it did.
        return job && (await job.isFailed()) && (await letter());
      });
      expect(parked.failedReason).to.equal('bug: it broke');
      expect(await find(id)).to.include({ state: 'dead' });
      await parked.retry();
      await eventually('the end of the letter', async () => !(await letter()));
    } finally {
      await worker.close();
    }
    expect(await find(id)).to.include({ state: 'queued', run: 2 });
    expect(await test.queues.queue(investigateQueue('network')).getJob(`${id}-2`)).to.not.equal(undefined);
  });

  it('do not go round again because the worker that parked them was killed', async () => {
    const id = await deadIncident();
    const job = {
      data: { incidentId: id, run: 1 },
      attemptsMade: 0,
    };
    for (let time = 0; time < 2; time++) {
      expect(await rejection(processDeadLetter(test, job as unknown as FleetJob))).to.be.instanceOf(UnrecoverableError);
    }
    expect(await find(id)).to.include({ state: 'dead' });
  });

  it('go round again also while the queue is down', async () => {
    const id = await deadIncident();
    const down: Queues = { ...test.queues, add: () => Promise.reject(new Error('the queue is down')) };
    expect(await redriveIncident({ store: test.store, queues: down }, id)).to.match(/as soon as the queue is back/);
    expect(await find(id)).to.include({ state: 'received', run: 2 });
    expect(await redriveIncident(test, id)).to.equal(null);
  });
});
