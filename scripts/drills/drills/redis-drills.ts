import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { onRedis } from '../harness/servers.ts';
import type { Drill, Stage } from '../harness/stage.ts';
import { countOf, expectWorking, untilBusy, wait, whileInvestigationsHang } from './steps.ts';

const REBUILT_WITHIN_S = 30;

/** The intake does not need Redis: every alert that is sent while it is away gets its 202. */
function expectIntakeUnharmed(stage: Stage): void {
  const { sender, expect } = stage;
  const all = Object.values(sender.statuses()).reduce((sum, count) => sum + count, 0);
  expect(`intake keeps answering 202 (${JSON.stringify(sender.statuses())})`, countOf(stage, '202') === all);
}

async function redisAwayFor(stage: Stage, seconds: number): Promise<void> {
  const { servers, stuck, fleet } = stage;
  const from = Date.now();
  await servers.redis!.kill();
  await wait(stage, seconds);
  await servers.redis!.start();
  for (const { name } of fleet.workers) stuck({ process: name, from, until: Date.now(), what: 'Redis is down' });
  await expectWorking(stage, REBUILT_WITHIN_S);
}

const redisDown: Drill = {
  name: 'redis-down',
  what: 'Redis killed and away for 5 s, then 20 s (long: 120 s as well), under load',
  backends: ['redis'],
  seconds: { short: 120, long: 300 },
  async run(stage) {
    stage.sender.start(2);
    await untilBusy(stage);
    for (const seconds of stage.long ? [5, 20, 120] : [5, 20]) await redisAwayFor(stage, seconds);
    expectIntakeUnharmed(stage);
  },
};

const redisEmptied: Drill = {
  name: 'redis-emptied',
  what: 'FLUSHALL while investigations are under way and jobs wait',
  backends: ['redis'],
  seconds: { short: 90, long: 90 },
  async run(stage) {
    const { sender, watch, recovered, expect, environment } = stage;
    sender.start(4);
    await untilBusy(stage);
    await whileInvestigationsHang(stage, async () => {
      await wait(stage, 3);
      await onRedis(environment.REDIS_URL!, (client) => client.flushall());
    });
    const before = sender.acknowledged.flatMap((one) => one.incidentIds);
    await expectWorking(stage, REBUILT_WITHIN_S);
    const seconds = await watch.untilFinal(before, 90_000);
    recovered(seconds);
    expect(`what the emptied queue held is answered (it took ${seconds.toFixed(1)} s more)`, seconds <= 60);
    expectIntakeUnharmed(stage);
  },
};

const redisBackEmpty: Drill = {
  name: 'redis-back-empty',
  what: 'Redis killed, and back after 5 s without its data',
  backends: ['redis'],
  seconds: { short: 90, long: 90 },
  async run(stage) {
    const { sender, servers, environment } = stage;
    sender.start(3);
    await untilBusy(stage);
    const [, folder] = await onRedis(
      environment.REDIS_URL!,
      (client) => client.config('GET', 'dir') as Promise<string[]>,
    );
    await servers.redis!.kill();
    for (const data of ['appendonlydir', 'dump.rdb']) rmSync(join(folder!, data), { recursive: true, force: true });
    await wait(stage, 5);
    await servers.redis!.start();
    await expectWorking(stage, REBUILT_WITHIN_S);
    expectIntakeUnharmed(stage);
  },
};

/** Points in time that Redis went back to are those of its last snapshot: what came after it is forgotten, jobs come to life again. */
const redisSnapshots: Drill = {
  name: 'redis-snapshots',
  what: 'Redis with snapshots only (no append-only file), kill -9 some time after the last one: its state goes back in time',
  backends: ['redis'],
  seconds: { short: 90, long: 180 },
  async run(stage) {
    const { sender, servers, environment, watch, say } = stage;
    const url = environment.REDIS_URL!;
    sender.start(3);
    await untilBusy(stage);
    await onRedis(url, (client) => client.config('SET', 'appendonly', 'no'));
    try {
      for (let round = 0; round < (stage.long ? 4 : 1); round++) {
        await whileInvestigationsHang(stage, async () => {
          await wait(stage, 2);
          await onRedis(url, (client) => client.save());
        });
        await wait(stage, 6);
        const before = sender.acknowledged.flatMap((one) => one.incidentIds);
        await servers.redis!.kill();
        await servers.redis!.start({ appendonly: 'no' });
        const keys = await onRedis(url, (client) => client.dbsize());
        say(`back in time: ${keys} keys of the snapshot`);
        stage.expect('the snapshot was read', keys > 0);
        await expectWorking(stage, REBUILT_WITHIN_S);
        await watch.untilFinal(before, 90_000);
      }
    } finally {
      await onRedis(url, (client) => client.config('SET', 'appendonly', 'yes'));
    }
    expectIntakeUnharmed(stage);
  },
};

const redisFull: Drill = {
  name: 'redis-full',
  what: 'Redis at maxmemory with noeviction for 15 s: every write is refused, then there is room again',
  backends: ['redis'],
  seconds: { short: 90, long: 90 },
  async run(stage) {
    const { sender, environment } = stage;
    sender.start(2);
    await untilBusy(stage);
    const limit = (bytes: number) =>
      onRedis(environment.REDIS_URL!, (client) => client.config('SET', 'maxmemory', bytes));
    await limit(1);
    try {
      await wait(stage, 15);
    } finally {
      await limit(0);
    }
    await expectWorking(stage, REBUILT_WITHIN_S);
    expectIntakeUnharmed(stage);
  },
};

/** The killed master comes back as a replica in so many seconds, s. */
const REJOINED_AFTER_S = 15;

const redisFailover: Drill = {
  name: 'redis-failover',
  what: 'the master behind three sentinels killed, so that a replica takes over; it comes back, and another takeover is asked for',
  backends: ['redis'],
  sentinel: true,
  seconds: { short: 120, long: 180 },
  async run(stage) {
    const { sender, servers, stuck, fleet, say } = stage;
    const takeOver = async (what: string, act: () => Promise<unknown>) => {
      const from = Date.now();
      await act();
      const seconds = (Date.now() - from) / 1000;
      say(`${what}: another master after ${seconds.toFixed(1)} s`);
      for (const { name } of fleet.workers) stuck({ process: name, from, until: Date.now(), what });
      await expectWorking(stage, REBUILT_WITHIN_S);
    };
    sender.start(2);
    await untilBusy(stage);
    for (let round = 0; round < (stage.long ? 3 : 1); round++) {
      await takeOver('the master is killed', servers.sentinel!.failOver);
      await servers.sentinel!.startAll();
      await wait(stage, REJOINED_AFTER_S);
    }
    await takeOver('the master is asked to step back', servers.sentinel!.demote);
    expectIntakeUnharmed(stage);
  },
};

export const REDIS_DRILLS = [redisDown, redisEmptied, redisBackEmpty, redisSnapshots, redisFull, redisFailover];
