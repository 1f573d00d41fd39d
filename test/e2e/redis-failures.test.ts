import { expect } from 'chai';
import { type InProcessFleet, sandboxEnvironment, startInProcess } from '../../scripts/fleet-in-process.ts';
import { type Sandbox, startSandbox } from '../../scripts/sandbox/start-sandbox.ts';
import { type OwnRedis, startRedis } from '../../scripts/servers/start-redis.ts';
import { type FreshBackend, freshBackend, isAvailable } from '../support/backends.ts';
import { eventually, migrateDatabase, repliesIn, sendAlert, untilState } from '../support/fleet.ts';

if (isAvailable('redis')) {
  describe('the fleet when Redis is away', () => {
    let redis: OwnRedis;
    let sandbox: Sandbox;
    let backend: FreshBackend;
    let environment: Record<string, string>;
    let fleet: InProcessFleet;
    before(async () => {
      redis = (await startRedis())!;
      sandbox = await startSandbox({ slack: { rateLimits: null } });
      backend = await freshBackend('postgres');
      environment = {
        ...sandboxEnvironment(sandbox),
        ...backend.environment,
        REDIS_URL: redis.url,
        SLACK_POSTS_PER_MINUTE: '6000',
        SLACK_WORKSPACE_PER_MINUTE: '60000',
      };
      await migrateDatabase(environment);
      fleet = await startInProcess(environment);
    });
    after(async () => {
      await fleet.close();
      await sandbox.close();
      await backend.remove();
      await redis.stop();
    });
    const alert = (n: number) =>
      sendAlert(fleet.producer, 'generic', { title: `Connection refused by shard-${n}`, service: `shard-${n}` });
    const readiness = async (url: string) => (await fetch(`${url}/readyz`)).status;

    it('takes alerts all the same, says that its workers are not ready, and answers when Redis is back', async () => {
      await redis.kill();
      const sent = await Promise.all([1, 2, 3].map(alert));
      expect(sent.map(({ status }) => status)).to.deep.equal([202, 202, 202]);
      expect(await readiness(fleet.producer)).to.equal(200);
      await eventually('not ready', async () => (await readiness(fleet.workers)) === 503);
      await redis.start();
      const incidents = await Promise.all(
        sent.map(({ body }) => untilState(fleet, body.alerts![0]!.incidentId, 'posted', 40_000)),
      );
      for (const incident of incidents) expect(repliesIn(sandbox, incident.slack.threadTs)).to.have.length(1);
      await eventually('ready again', async () => (await readiness(fleet.workers)) === 200);
    });

    it('stops within its time although Redis is gone, and starts although it is not there yet', async () => {
      await redis.kill();
      const stoppedAt = Date.now();
      await fleet.close();
      expect(Date.now() - stoppedAt).to.be.lessThan(15_000);
      fleet = await startInProcess(environment);
      const sent = await alert(4);
      expect(sent.status).to.equal(202);
      await redis.start();
      await untilState(fleet, sent.body.alerts![0]!.incidentId, 'posted', 40_000);
    });
  });
}
