import { expect } from 'chai';
import { doctorCommand } from '../../scripts/cli/doctor.ts';
import { redisConfigOf } from '../../scripts/servers/redis-config-of.ts';
import { type OwnCluster, startRedisCluster } from '../../scripts/servers/start-redis-cluster.ts';
import { reconcile } from '../../src/producer/reconcile.ts';
import { loadAgents, poolAgents } from '../../src/shared/agents/load-agents.ts';
import { examineRedis } from '../../src/shared/queues/examine-redis.ts';
import { investigateJobId } from '../../src/shared/queues/jobs.ts';
import { openQueues } from '../../src/shared/queues/open-queues.ts';
import { DEAD_LETTER_QUEUE, investigateQueue, POST_QUEUE } from '../../src/shared/queues/queue-names.ts';
import { redisPrefix } from '../../src/shared/queues/redis-backend.ts';
import { connectRedis, onRedisError } from '../../src/shared/queues/redis-connection.ts';
import { isAvailable } from '../support/backends.ts';
import { rejection } from '../support/errors.ts';
import { eventually } from '../support/fleet.ts';
import { makeQuiet, openIncident } from '../support/incidents.ts';
import { describeQueueContract, jobOf } from '../support/queue-contract.ts';
import { BUSY_QUEUE, describeQueueFailover } from '../support/queue-failover.ts';
import { reconcilerOf } from '../support/reconciler.ts';
import { openTestStore } from '../support/services.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { runCommand } from '../unit/scripts/cli/support/run-command.ts';

/** A database that is away: what the doctor says of it is not looked at. */
const UNUSED = 'postgres://127.0.0.1:1/none';

if (isAvailable('redis')) {
  describe('a Redis Cluster', function () {
    this.timeout(30_000);
    let redis: OwnCluster;
    let place: string;
    before(async () => {
      redis = (await startRedisCluster())!;
      place = redisPrefix(redisConfigOf(redis.url), BUSY_QUEUE);
    });
    after(() => redis.stop());
    const open = () => openTestStore('postgres', { REDIS_URL: redis.url });

    it('is found by the doctor: its masters, their replicas and settings, and the one that would lose jobs', async () => {
      const doctor = async () => {
        const { out } = await runCommand(doctorCommand, [], { DATABASE_URL: UNUSED, REDIS_URL: redis.url });
        expect(out).to.not.include('redis-secret');
        return out.split('\n').filter((line) => /^. (queues|Redis [\w-]+): /.test(line));
      };
      const lines = await doctor();
      expect(lines[0]).to.match(/^✓ queues: Redis [\d.]+ Cluster, 3 master\(s\) on (127\.0\.0\.1:\d+(, )?){3}$/);
      expect(lines.slice(1)).to.deep.equal([
        '✓ Redis replicas: 1, 1, 1',
        '✓ Redis maxmemory-policy: noeviction',
        '✓ Redis appendonly: yes',
      ]);
      const { client, port } = await redis.masterOf(place);
      await client.config('SET', 'maxmemory-policy', 'allkeys-lru');
      expect((await doctor())[2]).to.equal(
        `✗ Redis maxmemory-policy: allkeys-lru on 127.0.0.1:${port} throws jobs away when memory runs out: set it to noeviction`,
      );
      await client.config('SET', 'maxmemory-policy', 'noeviction');
      const [node] = /127\.0\.0\.1:\d+/.exec(redis.url)!;
      const plain = await examineRedis(redisConfigOf(`redis://:redis-secret@${node}`), 5_000);
      expect(plain[0]!.facts.get('redis_mode')).to.equal('cluster');
    });

    it('reaches its nodes where the configuration says, whatever addresses they announce', async () => {
      const { port } = await redis.masterOf(place);
      const proxy = await startTcpProxy(`redis://127.0.0.1:${port}`);
      const mapped = redisConfigOf(`${redis.url}?natMap=127.0.0.1:${port}=127.0.0.1:${proxy.port}`);
      const addresses = (await examineRedis(mapped, 5_000)).map(({ address }) => address);
      expect(addresses).to.include(`127.0.0.1:${proxy.port}`).and.not.include(`127.0.0.1:${port}`);
      await proxy.close();
    });

    it('spreads the queues over its nodes', async () => {
      const test = await open();
      const names = [
        ...poolAgents(loadAgents()).map(({ name }) => investigateQueue(name)),
        POST_QUEUE,
        DEAD_LETTER_QUEUE,
      ];
      const config = redisConfigOf(redis.url);
      for (const name of names) await test.queues.add(name, [jobOf('spread')]);
      const holders = await Promise.all(names.map((name) => redis.masterOf(redisPrefix(config, name))));
      for (const [index, name] of names.entries()) {
        expect(await holders[index]!.client.exists(`${redisPrefix(config, name)}:${name}:spread`), name).to.equal(1);
        await test.queues.queue(name).obliterate({ force: true });
      }
      expect(new Set(holders).size).to.be.greaterThan(1);
      await test.close();
    });

    it('takes over from a server that stood alone: what waited there is queued again from PostgreSQL', async () => {
      const before = await openTestStore('redis');
      const incident = await openIncident(before);
      await makeQuiet(before, [incident]);
      await reconcile(reconcilerOf(before));
      const [queue, id] = [investigateQueue('network'), investigateJobId(incident, 1)];
      expect(await before.queues.queue(queue).getJob(id)).to.be.an('object');
      const config = { redis: redisConfigOf(redis.url) };
      const queues = openQueues(config, before.database, before.logger);
      await makeQuiet(before, [incident]);
      await reconcile(reconcilerOf({ ...before, queues }));
      expect((await queues.queue(queue).getJob(id))!.data).to.include({ incidentId: incident, run: 1 });
      await queues.queue(queue).obliterate({ force: true });
      await queues.close();
      await before.close();
    });

    it('gives up a call to a queue without a master by itself, so that nothing gathers behind it', async () => {
      const config = redisConfigOf(redis.url);
      const producer = connectRedis(config, { maxRetriesPerRequest: 5 });
      onRedisError(producer, () => undefined);
      expect(await producer.exists(place)).to.equal(0);
      await redis.killShard(place);
      expect(String(await rejection(producer.exists(place)))).to.match(/Too many Cluster redirections|CLUSTERDOWN/);
      await redis.startAll();
      await eventually(
        'an answer',
        () =>
          producer.exists(place).then(
            () => true,
            () => false,
          ),
        20_000,
      );
      producer.disconnect();
    });

    describeQueueContract('a Redis Cluster', open);
    describeQueueFailover('a Redis Cluster', open, () => ({
      failOver: () => redis.failOver(place),
      demote: () => redis.demote(place),
      killAll: redis.killAll,
      startAll: redis.startAll,
    }));
  });
}
