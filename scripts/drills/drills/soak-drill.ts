import { oneOf, type Random } from '../harness/random.ts';
import { genericAlert } from '../harness/sender.ts';
import { onPostgres, onRedis } from '../harness/servers.ts';
import type { Drill, Stage } from '../harness/stage.ts';
import { expectWorking, untilBusy, wait } from './steps.ts';

/** 1,000 alerts a minute: two a second are new, the others fire again. */
const NEW_PER_SECOND = 2;
const AGAIN_PER_SECOND = 14.7;
const FAULT_EVERY_S = 30;

type SoakFault = { name: string; act(stage: Stage): Promise<void> };

const FAULTS: SoakFault[] = [
  { name: 'kill -9 a worker', act: (stage) => killOne(stage, stage.fleet.workers) },
  { name: 'kill -9 a producer', act: (stage) => killOne(stage, stage.fleet.producers) },
  { name: 'restart a worker', act: async ({ fleet, random }) => void (await oneOf(random, fleet.workers).restart()) },
  {
    name: 'FLUSHALL',
    act: async ({ environment }) => void (await onRedis(environment.REDIS_URL!, (client) => client.flushall())),
  },
  {
    name: 'Redis away for 5 s',
    act: async (stage) => {
      await stage.servers.redis!.kill();
      await wait(stage, 5);
      await stage.servers.redis!.start();
    },
  },
  { name: 'PostgreSQL restarted', act: ({ servers }) => servers.postgres!.restart() },
  {
    name: 'all sessions terminated',
    act: async ({ environment }) =>
      void (await onPostgres(
        environment.DATABASE_URL!,
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
      )),
  },
  {
    name: 'Slack answers 503 for 5 s',
    act: async (stage) => {
      stage.sandbox.slack.setFault('*', { kind: 'status', status: 503 });
      await wait(stage, 5);
      stage.sandbox.slack.clearFaults();
    },
  },
  {
    name: 'the LLM hangs for 5 s',
    act: async (stage) => {
      stage.llm.setFault({ kind: 'hang' });
      await wait(stage, 5);
      stage.llm.setFault(null);
    },
  },
];

async function killOne({ random }: Stage, members: Stage['fleet']['all']): Promise<void> {
  const victim = oneOf(random, members);
  await victim.signal('SIGKILL');
  await victim.start();
}

/** Fires alerts again that were sent before, each time in a delivery of its own. */
function fireAgain({ sender, random }: Stage): { stop(): Promise<void> } {
  const pending = new Set<Promise<unknown>>();
  let count = 0;
  const timer = setInterval(() => {
    const known = recent(sender.acknowledged, random);
    if (!known) return;
    const title = known.title;
    const work = sender
      .deliver(genericAlert(known.key, title, 'critical', `${known.key}-again-${++count}`))
      .finally(() => pending.delete(work));
    pending.add(work);
  }, 1000 / AGAIN_PER_SECOND);
  return {
    stop: async () => {
      clearInterval(timer);
      await Promise.all(pending);
    },
  };
}

const SOAK_TITLE = 'Connection refused by';

function recent(acknowledged: readonly { key: string }[], random: Random) {
  if (acknowledged.length === 0) return null;
  return { key: oneOf(random, acknowledged.slice(-200)).key, title: SOAK_TITLE };
}

/** Everything at once, for a long time. */
export const soak: Drill = {
  name: 'soak',
  what: '1,000 alerts a minute with a random fault every 30 s for 3 minutes (long: an hour)',
  backends: ['redis'],
  seconds: { short: 330, long: 3_900 },
  limits: { memorySlopeMbPerMinute: 60, finalWithinMs: 120_000 },
  async run(stage) {
    const { sender, random, long, say, watch, healed } = stage;
    sender.start(NEW_PER_SECOND, SOAK_TITLE);
    const again = fireAgain(stage);
    try {
      await untilBusy(stage);
      for (const end = Date.now() + (long ? 3_600_000 : 180_000); Date.now() < end; ) {
        const next = Date.now() + FAULT_EVERY_S * 1000;
        const fault = oneOf(random, FAULTS);
        say(fault.name);
        await fault.act(stage);
        healed();
        await wait(stage, Math.max(0, (next - Date.now()) / 1000));
      }
    } finally {
      await again.stop();
      await sender.stop();
    }
    await watch.untilFinal(
      sender.acknowledged.flatMap((one) => one.incidentIds),
      120_000,
    );
    await expectWorking(stage, 30);
  },
};
