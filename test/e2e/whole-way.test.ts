import { expect } from 'chai';
import { availableBackends } from '../support/backends.ts';
import {
  CHANNEL,
  incidentOfThread,
  repliesIn,
  sendAlert,
  startTestFleet,
  type TestFleet,
  untilState,
} from '../support/fleet.ts';

for (const backend of availableBackends()) {
  describe(`the whole way on ${backend}`, () => {
    let test: TestFleet;
    before(async () => {
      test = await startTestFleet(backend);
    });
    after(() => test.close());

    it('answers an alert of a Slack bot in its own thread, with one message that is the RCA', async () => {
      const { sandbox, fleet } = test;
      const ts = sandbox.slack.postAsBot(CHANNEL, 'SSL certificate for api.example.com expires in 24 hours');
      const incident = await untilState(fleet, await incidentOfThread(fleet, ts), 'posted');
      expect(incident.report).to.include({ tier: 'detectors', verdict: 'identified', class: 'network' });
      expect(incident.report.rootCause.statement).to.match(/certificate .*api\.example\.com/i);
      const replies = repliesIn(sandbox, ts);
      expect(replies).to.have.length(1);
      expect(replies[0]!.ts).to.equal(incident.slack.messageTs);
      expect(JSON.stringify(replies[0]!.blocks)).to.include('certificate');
    });

    it('gives an alert that did not come from Slack a thread in the default channel', async () => {
      const { sandbox, fleet } = test;
      const sent = await sendAlert(fleet.producer, 'generic', {
        title: 'Database connection pool exhausted for user-service',
        service: 'user-service',
        severity: 'critical',
      });
      expect(sent.status).to.equal(202);
      const incident = await untilState(fleet, sent.body.alerts![0]!.incidentId, 'posted');
      expect(incident).to.include({ agent: 'database', class: 'database', severity: 'critical', priority: 1 });
      expect(incident.deliveries.map((item: { part: string }) => item.part)).to.include.members(['root', 'reply']);
      const root = sandbox.slack.messages(CHANNEL).find((message) => message.ts === incident.slack.threadTs);
      expect(root!.text).to.include('Database connection pool exhausted');
      expect(repliesIn(sandbox, root!.ts)).to.have.length(1);
    });

    it('makes one incident and one reply of the same webhook that comes five times at once', async () => {
      const { sandbox, fleet } = test;
      const alert = {
        title: 'Connection refused by payment-gateway',
        service: 'payment-gateway',
        deliveryId: 'evt-5',
        severity: 'high',
      };
      const sent = await Promise.all(Array.from({ length: 5 }, () => sendAlert(fleet.producer, 'generic', alert)));
      expect(sent.map((item) => item.status)).to.deep.equal([202, 202, 202, 202, 202]);
      const ids = new Set(sent.map((item) => item.body.alerts![0]!.incidentId));
      expect(ids.size).to.equal(1);
      const incident = await untilState(fleet, [...ids][0]!, 'posted');
      expect(incident.alertCount).to.equal(1);
      expect(repliesIn(sandbox, incident.slack.threadTs)).to.have.length(1);
    });

    it('shows the queues on the board and the incidents in the API, to those who may see them', async () => {
      const { fleet } = test;
      const admin = { authorization: `Bearer ${fleet.adminToken}` };
      expect((await fetch(`${fleet.producer}/api/incidents`)).status).to.equal(401);
      expect((await fetch(`${fleet.producer}/queues/api/queues`)).status).to.equal(401);
      const board = (await (await fetch(`${fleet.producer}/queues/api/queues`, { headers: admin })).json()) as {
        queues: { name: string }[];
      };
      expect(board.queues.map((queue) => queue.name)).to.include.members([
        'investigate-network',
        'investigate-database',
        'post-report',
        'dead-letter',
      ]);
      const list = (await (await fetch(`${fleet.producer}/api/incidents?limit=1`, { headers: admin })).json()) as {
        items: unknown[];
        nextCursor: string;
      };
      expect(list.items).to.have.length(1);
      expect(list.nextCursor).to.be.a('string');
    });

    it('is ready, and tells its metrics', async () => {
      const { fleet } = test;
      for (const url of [fleet.producer, fleet.workers]) {
        const ready = await fetch(`${url}/readyz`);
        expect(await ready.json()).to.include({ status: 'ready' });
        expect(ready.status).to.equal(200);
      }
      const metrics = await (await fetch(`${fleet.producer}/metrics`)).text();
      expect(metrics).to.match(/rca_fleet_stage_seconds_count\{stage="investigate",outcome="ok"\} [1-9]/);
      expect(metrics).to.match(/rca_fleet_queue_jobs\{queue="investigate-network",state="waiting"\} 0/);
      expect(metrics).to.match(/rca_fleet_incidents_finished_total\{outcome="posted"\} [1-9]/);
    });
  });
}
