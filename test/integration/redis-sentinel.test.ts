import { expect } from 'chai';
import { doctorCommand } from '../../scripts/cli/doctor.ts';
import { freePort } from '../../scripts/servers/free-port.ts';
import { redisConfigOf } from '../../scripts/servers/redis-config-of.ts';
import { type OwnSentinel, startRedisSentinel } from '../../scripts/servers/start-redis-sentinel.ts';
import { examineRedis } from '../../src/shared/queues/examine-redis.ts';
import { isAvailable } from '../support/backends.ts';
import { rejection } from '../support/errors.ts';
import { describeQueueContract } from '../support/queue-contract.ts';
import { describeQueueFailover } from '../support/queue-failover.ts';
import { openTestStore } from '../support/services.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { runCommand } from '../unit/scripts/cli/support/run-command.ts';

/** A database that is away: what the doctor says of it is not looked at. */
const UNUSED = 'postgres://127.0.0.1:1/none';

if (isAvailable('redis')) {
  describe('Redis behind sentinels', function () {
    this.timeout(30_000);
    let redis: OwnSentinel;
    before(async () => {
      redis = (await startRedisSentinel())!;
    });
    after(() => redis.stop());
    const open = () => openTestStore('postgres', { REDIS_URL: redis.url });

    const doctor = async (url: string) => {
      const { out } = await runCommand(doctorCommand, [], { DATABASE_URL: UNUSED, REDIS_URL: url });
      const about = /^. (queues|Redis [\w-]+): /;
      return { out, lines: out.split('\n').filter((line) => about.test(line)) };
    };

    it('is found by the doctor: its master, its replicas and its settings', async () => {
      const { port } = await redis.master();
      const { lines } = await doctor(redis.url);
      expect(lines[0]).to.match(
        /^✓ queues: Redis [\d.]+, master "rca-master" on 127\.0\.0\.1:\d+, by 3 sentinel\(s\)$/,
      );
      expect(lines[0]).to.include(`:${port},`);
      expect(lines.slice(1)).to.deep.equal([
        '✓ Redis replicas: 2',
        '✓ Redis maxmemory-policy: noeviction',
        '✓ Redis appendonly: yes',
      ]);
    });

    it('is missed for the reason that there is, and the doctor tells it without a password', async () => {
      const why = async (url: string) => String(await rejection(examineRedis(redisConfigOf(url), 1_000)));
      expect(await why(redis.url.replace('/rca-master', '/other'))).to.include('the sentinels know no master "other"');
      expect(await why(redis.url.replace('=sentinel-', '=wrong-'))).to.include('WRONGPASS');
      expect(await why(`redis+sentinel://127.0.0.1:${await freePort()}/m`)).to.include('ECONNREFUSED');
      const { lines, out } = await doctor(redis.url.replace(':redis-', ':wrong-'));
      expect(lines[0]).to.match(
        /^✗ queues: Redis master "rca-master" by the sentinels 127.*WRONGPASS.*: check REDIS_URL/,
      );
      expect(out).to.not.match(/(redis|sentinel|wrong)-secret/);
      const [sentinel] = /127\.0\.0\.1:\d+/.exec(redis.url)!;
      const plain = await doctor(`redis://:sentinel-secret@${sentinel}`);
      expect(plain.lines[0]).to.include('is a sentinel: begin REDIS_URL with redis+sentinel://');
    });

    it('reaches its servers where the configuration says, whatever address is announced', async () => {
      const { port } = await redis.master();
      const proxy = await startTcpProxy(`redis://127.0.0.1:${port}`);
      const mapped = redisConfigOf(`${redis.url}&natMap=127.0.0.1:${port}=127.0.0.1:${proxy.port}`);
      expect(await examineRedis(mapped, 5_000)).to.have.nested.property('[0].address', `127.0.0.1:${proxy.port}`);
      await proxy.close();
    });

    describeQueueContract('Redis behind sentinels', open);
    describeQueueFailover('Redis behind sentinels', open, () => redis);
  });
}
