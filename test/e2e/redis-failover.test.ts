import { expect } from 'chai';
import {
  ADMIN_TOKEN,
  type InProcessFleet,
  sandboxEnvironment,
  startInProcess,
} from '../../scripts/fleet-in-process.ts';
import { type Sandbox, startSandbox } from '../../scripts/sandbox/start-sandbox.ts';
import { type OwnCluster, startRedisCluster } from '../../scripts/servers/start-redis-cluster.ts';
import { type OwnSentinel, startRedisSentinel } from '../../scripts/servers/start-redis-sentinel.ts';
import { type FreshBackend, freshBackend, isAvailable } from '../support/backends.ts';
import { eventually, migrateDatabase, repliesIn, sendAlert, untilState } from '../support/fleet.ts';

/** On a Cluster the queue of most of the alerts loses its master; sentinels know of one alone. */
const BUSY = '{rca-fleet:investigate-network}';
const TOPOLOGIES: Record<string, () => Promise<OwnSentinel | OwnCluster | null>> = {
  'behind sentinels': () => startRedisSentinel(),
  'in a Cluster': () => startRedisCluster(),
};

if (isAvailable('redis')) {
  for (const [name, start] of Object.entries(TOPOLOGIES)) {
    describe(`the fleet when a master of Redis ${name} is killed`, function () {
      this.timeout(90_000);
      let redis: OwnSentinel | OwnCluster;
      let sandbox: Sandbox;
      let backend: FreshBackend;
      let fleet: InProcessFleet;
      before(async () => {
        redis = (await start())!;
        sandbox = await startSandbox({ slack: { rateLimits: null } });
        backend = await freshBackend('postgres');
        const environment = {
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
      const alert = (title: string, service: string) => sendAlert(fleet.producer, 'generic', { title, service });
      const readiness = async () => (await fetch(`${fleet.workers}/readyz`)).status;

      it('takes every alert, answers each once, and is ready again by itself', async () => {
        const service = (n: number) => `shard-${n}`;
        const before = Array.from({ length: 12 }, (_, n) => alert(`Connection refused by ${service(n)}`, service(n)));
        const sent = await Promise.all(before);
        const first = sent[0]!.body.alerts![0]!.incidentId;
        await untilState(fleet, first, 'posted', 30_000);
        const over = redis.failOver(BUSY);
        sent.push(
          ...(await Promise.all([20, 21, 22].map((n) => alert(`Slow SQL queries on ${service(n)}`, service(n))))),
        );
        await over;
        sent.push(
          ...(await Promise.all([30, 31, 32].map((n) => alert(`Connection reset by ${service(n)}`, service(n))))),
        );
        expect(new Set(sent.map(({ status }) => status))).to.deep.equal(new Set([202]));
        const incidents = await Promise.all(
          sent.map(({ body }) => untilState(fleet, body.alerts![0]!.incidentId, 'posted', 60_000)),
        );
        for (const incident of incidents) expect(repliesIn(sandbox, incident.slack.threadTs)).to.have.length(1);
        await eventually('ready again', async () => (await readiness()) === 200);
      });

      it('shows its queues on the board and in the metrics', async () => {
        const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
        const board = await fetch(`${fleet.producer}/queues/api/queues?activeQueue=investigate-network`, { headers });
        const { queues } = (await board.json()) as { queues: { name: string; counts: { completed: number } }[] };
        const shown = queues.find((queue) => queue.name === 'investigate-network')!;
        expect(shown.counts.completed).to.be.greaterThan(0);
        const redis = await fetch(`${fleet.producer}/queues/api/redis/stats`, { headers });
        expect(redis.status).to.equal(200);
        const metrics = await (await fetch(`${fleet.producer}/metrics`)).text();
        expect(metrics).to.match(/queue_jobs\{[^}]*queue="investigate-network"[^}]*state="waiting"[^}]*\} 0/);
      });
    });
  }
}
