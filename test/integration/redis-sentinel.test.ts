import { type OwnSentinel, startRedisSentinel } from '../../scripts/servers/start-redis-sentinel.ts';
import { isAvailable } from '../support/backends.ts';
import { describeQueueContract } from '../support/queue-contract.ts';
import { describeQueueFailover } from '../support/queue-failover.ts';
import { openTestStore } from '../support/services.ts';

if (isAvailable('redis')) {
  describe('Redis behind sentinels', function () {
    this.timeout(30_000);
    let redis: OwnSentinel;
    before(async () => {
      redis = (await startRedisSentinel())!;
    });
    after(() => redis.stop());
    const open = () => openTestStore('postgres', { REDIS_URL: redis.url });

    describeQueueContract('Redis behind sentinels', open);
    describeQueueFailover('Redis behind sentinels', open, () => redis);
  });
}
