import { redisConfigOf } from '../../scripts/servers/redis-config-of.ts';
import { type OwnCluster, startRedisCluster } from '../../scripts/servers/start-redis-cluster.ts';
import { redisPrefix } from '../../src/shared/queues/redis-backend.ts';
import { isAvailable } from '../support/backends.ts';
import { describeQueueContract } from '../support/queue-contract.ts';
import { BUSY_QUEUE, describeQueueFailover } from '../support/queue-failover.ts';
import { openTestStore } from '../support/services.ts';

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

    describeQueueContract('a Redis Cluster', open);
    describeQueueFailover('a Redis Cluster', open, () => ({
      failOver: () => redis.failOver(place),
      demote: () => redis.demote(place),
      killAll: redis.killAll,
      startAll: redis.startAll,
    }));
  });
}
