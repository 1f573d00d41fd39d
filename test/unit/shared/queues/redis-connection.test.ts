import { once } from 'node:events';
import { expect } from 'chai';
import type { Redis } from 'ioredis';
import { freePort } from '../../../../scripts/servers/free-port.ts';
import { redisConfigOf } from '../../../../scripts/servers/redis-config-of.ts';
import { redisPrefix } from '../../../../src/shared/queues/redis-backend.ts';
import { connectRedis, onRedisError, trackCopies, untilReady } from '../../../../src/shared/queues/redis-connection.ts';
import { rejection } from '../../../support/errors.ts';

describe('a connection to Redis', () => {
  it('is ended for good with the copies that BullMQ has made of it, which may be about to connect one again', async () => {
    for (const path of [`redis://127.0.0.1:${await freePort()}`, `redis+sentinel://127.0.0.1:${await freePort()}/m`]) {
      const redis = connectRedis(redisConfigOf(path));
      const endAll = trackCopies(redis);
      const copy = (redis as Redis).duplicate();
      for (const one of [redis, copy]) onRedisError(one, () => undefined);
      copy.disconnect();
      if (copy.status !== 'end') await once(copy, 'end');
      endAll();
      expect(await rejection(copy.connect())).to.include({ code: 'shutting_down' });
      expect(copy.status).to.equal('end');
    }
  });

  it('waits for the sentinels for as long as it may, and not for a server that refuses it', async () => {
    const behind = connectRedis(redisConfigOf(`redis+sentinel://127.0.0.1:${await freePort()}/m`));
    const alone = connectRedis(redisConfigOf(`redis://127.0.0.1:${await freePort()}`));
    for (const one of [behind, alone]) onRedisError(one, () => undefined);
    const limit = new AbortController();
    let rounds = 0;
    behind.on('error', () => {
      if (++rounds === 3) limit.abort();
    });
    expect(await rejection(untilReady(behind, limit.signal))).to.include({ name: 'AbortError' });
    expect(await rejection(untilReady(alone, new AbortController().signal))).to.include({ code: 'ECONNREFUSED' });
    for (const one of [behind, alone]) trackCopies(one)();
  });
});

describe('the keys of a queue in Redis', () => {
  it('share a slot of their own on a Cluster, and stay where they have always been elsewhere', () => {
    const prefixes = (url: string) =>
      ['post-report', 'dead-letter'].map((queue) => redisPrefix(redisConfigOf(url), queue));
    expect(prefixes('redis://cache')).to.deep.equal(['{rca-fleet}', '{rca-fleet}']);
    expect(prefixes('redis+sentinel://s/m')).to.deep.equal(['{rca-fleet}', '{rca-fleet}']);
    expect(prefixes('redis+cluster://n')).to.deep.equal(['{rca-fleet:post-report}', '{rca-fleet:dead-letter}']);
  });
});
