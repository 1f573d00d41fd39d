import { expect } from 'chai';
import { freePort } from '../../scripts/servers/free-port.ts';
import { redisConfigOf } from '../../scripts/servers/redis-config-of.ts';
import { makeRedisTls, type RedisTlsFiles, tlsOptions } from '../../scripts/servers/redis-tls-files.ts';
import { startRedis } from '../../scripts/servers/start-redis.ts';
import { startRedisCluster } from '../../scripts/servers/start-redis-cluster.ts';
import { portSettings } from '../../scripts/servers/start-redis-nodes.ts';
import { startRedisSentinel } from '../../scripts/servers/start-redis-sentinel.ts';
import { examineRedis } from '../../src/shared/queues/examine-redis.ts';
import { isAvailable } from '../support/backends.ts';
import { rejection } from '../support/errors.ts';

type Own = { url: string; servers: number; stop(): Promise<void> };

const STARTS: Record<string, (tls: RedisTlsFiles) => Promise<Own>> = {
  'one server': async (tls) => {
    const port = await freePort();
    const { port: _plain, ...settings } = portSettings(port, tls);
    const redis = (await startRedis(settings))!;
    return { url: `rediss://127.0.0.1:${port}?${tlsOptions(tls)}`, servers: 1, stop: redis.stop };
  },
  'a master behind sentinels': async (tls) => ({ ...(await startRedisSentinel(tls))!, servers: 1 }),
  'a Cluster': async (tls) => ({ ...(await startRedisCluster(tls))!, servers: 3 }),
};

if (isAvailable('redis')) {
  describe('Redis by TLS', function () {
    this.timeout(30_000);
    let tls: RedisTlsFiles & { remove(): void };
    before(async () => {
      tls = await makeRedisTls();
    });
    after(() => tls.remove());

    for (const [name, start] of Object.entries(STARTS)) {
      it(`takes ${name} with the files that are named, and nobody without them`, async () => {
        const redis = await start(tls);
        try {
          expect(await examineRedis(redisConfigOf(redis.url), 5_000)).to.have.length(redis.servers);
          const unproven = redisConfigOf(redis.url.replaceAll(/&(cert|key)=[^&]*/g, ''));
          await rejection(examineRedis(unproven, 1_000));
          const untrusted = redisConfigOf(redis.url.replace(/ca=[^&]*&/, ''));
          expect(String(await rejection(examineRedis(untrusted, 1_000)))).to.match(/certificate/);
          const careless = redisConfigOf(`${redis.url.replace(/ca=[^&]*&/, '')}&rejectUnauthorized=false`);
          expect(await examineRedis(careless, 5_000)).to.have.length(redis.servers);
        } finally {
          await redis.stop();
        }
      });
    }
  });
}
