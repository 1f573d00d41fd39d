import { expect } from 'chai';
import { availableBackends } from '../support/backends.ts';
import {
  CHANNEL,
  eventually,
  incidentOfThread,
  repliesIn,
  startTestFleet,
  type TestFleet,
  untilState,
} from '../support/fleet.ts';

for (const backend of availableBackends()) {
  describe(`an incident that no worker survives, on ${backend}`, () => {
    let test: TestFleet;
    before(async () => {
      test = await startTestFleet(backend);
    });
    after(() => test.close());

    it('ends as dead with a reason, a dead letter and one honest line, and is answered when it is sent round again', async () => {
      const { fleet, sandbox } = test;
      const { queues, database } = fleet.services;
      await queues.queue('investigate-network').pause();
      const ts = sandbox.slack.postAsBot(CHANNEL, 'Connection refused by service ledger');
      const id = await incidentOfThread(fleet, ts);
      await untilState(fleet, id, 'queued');
      await database.query(
        'insert into rca_fleet.investigations (id, incident_id, run, attempts) values (gen_random_uuid(), $1, 1, 8)',
        [id],
      );
      await queues.queue('investigate-network').resume();

      const dead = await untilState(fleet, id, 'dead');
      expect(dead).to.include({ deadReason: 'poison' });
      const line = await eventually('a line in the thread', async () => repliesIn(sandbox, ts)[0]);
      expect(JSON.stringify(line.blocks)).to.include('attempts at this incident have failed').and.include(id);
      await eventually('a dead letter', async () =>
        (await queues.queue('dead-letter').getFailed()).some((job) => job.data.incidentId === id),
      );

      const headers = { authorization: `Bearer ${fleet.adminToken}` };
      await fetch(`${fleet.producer}/api/dead-letters/${id}/redrive`, { method: 'POST', headers });
      expect(await untilState(fleet, id, 'posted')).to.include({ run: 2, deadReason: null });
      const replies = repliesIn(sandbox, ts);
      expect(replies.map((reply) => reply.metadata!.event_payload.run)).to.deep.equal([1, 2]);
    });
  });
}
