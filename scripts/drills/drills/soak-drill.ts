import type { FleetProcess } from '../harness/fleet-process.ts';
import { oneOf, type Random } from '../harness/random.ts';
import { genericAlert } from '../harness/sender.ts';
import { onPostgres, onRedis } from '../harness/servers.ts';
import type { Drill, Stage } from '../harness/stage.ts';
import { preload } from '../preloads/preload.ts';
import { expectWorking, untilBusy, wait } from './steps.ts';

/** 1,000 alerts a minute: two a second are new, the others fire again. */
const NEW_PER_SECOND = 2;
const AGAIN_PER_SECOND = 14.7;
const FAULT_EVERY_S = 30;

type SoakFault = { name: string; act(stage: Stage): Promise<unknown> };

/** Faults of the dependencies, which every backend has. */
const OUTER_FAULTS: SoakFault[] = [
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
  {
    name: 'telemetry answers 500 for 5 s',
    act: async (stage) => {
      stage.sandbox.signoz.setFault('*', { kind: 'status', status: 500 });
      await wait(stage, 5);
      stage.sandbox.signoz.clearFaults();
    },
  },
];

/** The first worker and the first producer are never ended, so that their memory can be judged over the whole time. */
const FLEET_FAULTS: SoakFault[] = [
  { name: 'kill -9 a worker', act: ({ fleet }) => killAndStart(fleet.workers[1]!) },
  { name: 'kill -9 a producer', act: ({ fleet }) => killAndStart(fleet.producers[1]!) },
  { name: 'restart a worker', act: ({ fleet }) => fleet.workers[1]!.restart() },
  {
    name: 'FLUSHALL',
    act: ({ environment }) => onRedis(environment.REDIS_URL!, (client) => client.flushall()),
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
    act: ({ environment }) =>
      onPostgres(
        environment.DATABASE_URL!,
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
      ),
  },
  ...OUTER_FAULTS,
];

async function killAndStart(victim: FleetProcess): Promise<void> {
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

type SoakOptions = Pick<Drill, 'name' | 'what' | 'backends' | 'seconds' | 'environment'> & {
  faults: readonly SoakFault[];
  forSeconds: { short: number; long: number };
};

/** Everything at once, for a long time. A process may still grow into its work in the short version, not in the long one. */
function soakDrill({ faults, forSeconds, ...about }: SoakOptions): Drill {
  return {
    ...about,
    limits: { memorySlopeMbPerMinute: 15, finalWithinMs: 120_000 },
    longLimits: { memorySlopeMbPerMinute: 1 },
    async run(stage) {
      const { sender, random, long, say, watch, healed } = stage;
      sender.start(NEW_PER_SECOND, SOAK_TITLE);
      const again = fireAgain(stage);
      try {
        await untilBusy(stage);
        for (const end = Date.now() + (long ? forSeconds.long : forSeconds.short) * 1000; Date.now() < end; ) {
          const next = Date.now() + FAULT_EVERY_S * 1000;
          const fault = oneOf(random, faults);
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
}

export const SOAK_DRILLS = [
  soakDrill({
    name: 'soak',
    what: '1,000 alerts a minute with a random fault every 30 s for 3 minutes (long: an hour)',
    backends: ['redis'],
    seconds: { short: 330, long: 3_900 },
    forSeconds: { short: 180, long: 3_600 },
    faults: FLEET_FAULTS,
  }),
  soakDrill({
    name: 'soak-embedded',
    what: 'the same on the embedded database, with faults of what is outside of it, for 2 minutes (long: half an hour)',
    backends: ['embedded'],
    seconds: { short: 270, long: 2_100 },
    forSeconds: { short: 120, long: 1_800 },
    faults: OUTER_FAULTS,
    // A heap of this size is collected every minute and a half only, which in two minutes looks like growth.
    environment: preload('collect-garbage', { DRILL_COLLECT_MS: '5000' }),
  }),
];
