import type { FleetProcess } from '../harness/fleet-process.ts';
import { oneOf } from '../harness/random.ts';
import type { Drill, Stage } from '../harness/stage.ts';
import { preload } from '../preloads/preload.ts';
import {
  busyWorker,
  countOf,
  expectWithin,
  expectWorking,
  repeatedRuns,
  takenOver,
  untilBusy,
  wait,
  whileInvestigationsHang,
} from './steps.ts';

/** Of the design: a dead worker's work is back after the lock and one look for stalled jobs. */
const BACK_WITHIN_S = 25;

const killWorker: Drill = {
  name: 'kill-worker',
  what: 'kill -9 a worker in the middle of its investigations, another one lives',
  backends: ['redis', 'postgres'],
  seconds: { short: 60, long: 60 },
  async run(stage) {
    const { sender, watch, healed, recovered } = stage;
    sender.start(2);
    await untilBusy(stage);
    const victim = await whileInvestigationsHang(stage, async () => {
      await wait(stage, 1);
      const busy = await busyWorker(stage);
      await busy.worker.signal('SIGKILL');
      return busy;
    });
    healed();
    const killedAt = Date.now();
    const inOtherHands = () => takenOver(stage, victim.incidentIds, victim.pid);
    await watch.until('the work of the killed worker in other hands', inOtherHands, 90_000);
    const seconds = (Date.now() - killedAt) / 1000;
    recovered(seconds);
    await expectWithin(stage, "the killed worker's incidents are worked on again", seconds, BACK_WITHIN_S);
    await victim.worker.start();
  },
};

const killWorkersRepeatedly: Drill = {
  name: 'kill-workers-repeatedly',
  what: 'kill -9 a random worker every 5 s (20 s; long: 2 min), each is started again',
  backends: ['redis', 'postgres'],
  seconds: { short: 60, long: 180 },
  async run(stage) {
    const { fleet, sender, random, long } = stage;
    sender.start(2);
    await untilBusy(stage);
    const end = Date.now() + (long ? 120_000 : 20_000);
    while (Date.now() < end) {
      const victim = oneOf(random, fleet.workers);
      await victim.signal('SIGKILL');
      victim.launch();
      await wait(stage, 5);
    }
    await Promise.all(fleet.workers.map((worker) => worker.untilReady()));
    await expectWorking(stage, 30);
  },
};

const rollingRestart: Drill = {
  name: 'rolling-restart',
  what: 'SIGTERM and start again, all workers and all producers one after the other, under load',
  backends: ['redis', 'postgres'],
  seconds: { short: 60, long: 150 },
  async run(stage) {
    const { fleet, sender, expect, long } = stage;
    sender.start(long ? 5 : 3);
    await untilBusy(stage);
    for (const member of [...fleet.workers, ...fleet.producers]) {
      const code = await member.restart();
      expect(`${member.name} ends with code 0 on SIGTERM (it was ${code})`, code === 0);
    }
    await expectWorking(stage, 30);
    const taken = countOf(stage, '202');
    const all = Object.values(sender.statuses()).reduce((sum, count) => sum + count, 0);
    expect(`no webhook is refused (${JSON.stringify(sender.statuses())})`, taken === all);
    const repeated = await repeatedRuns(stage);
    expect(`no run that fits the grace time is repeated (${repeated.join('; ') || 'none was'})`, repeated.length === 0);
  },
};

/** Puts a worker out of action in the middle of its work; others must take that over, and it wakes up later. */
async function disableWorker(
  stage: Stage,
  {
    seconds,
    disable,
    enable,
    what,
  }: {
    seconds: number;
    disable(worker: FleetProcess): Promise<unknown>;
    enable?(worker: FleetProcess): Promise<unknown>;
    what: string;
  },
): Promise<void> {
  const { sender, watch, healed, recovered, stuck } = stage;
  sender.start(2);
  await untilBusy(stage);
  const { worker, incidentIds } = await whileInvestigationsHang(stage, async () => {
    await wait(stage, 1);
    const busy = await busyWorker(stage);
    await disable(busy.worker);
    return busy;
  });
  const from = Date.now();
  const taken = await watch.untilFinal(incidentIds, 90_000);
  recovered(taken);
  await expectWithin(stage, 'what the worker held is answered by others', taken, 45);
  await wait(stage, Math.max(0, seconds - (Date.now() - from) / 1000));
  await enable?.(worker);
  stuck({ process: worker.name, from, until: from + seconds * 1000, what });
  healed();
  await wait(stage, 5);
  await expectWorking(stage, 30);
}

const pauseWorker: Drill = {
  name: 'pause-worker',
  what: 'SIGSTOP a worker in the middle of its work beyond lock and lease (35 s), then SIGCONT',
  backends: ['redis', 'postgres'],
  shortOn: ['redis'],
  seconds: { short: 120, long: 120 },
  run: (stage) =>
    disableWorker(stage, {
      seconds: 35,
      disable: (worker) => worker.signal('SIGSTOP'),
      enable: (worker) => worker.signal('SIGCONT'),
      what: 'it is stopped by SIGSTOP',
    }),
};

const BLOCKED_S = 20;

const blockEventLoop: Drill = {
  name: 'block-event-loop',
  what: `the event loop of a worker blocked for ${BLOCKED_S} s in the middle of its work, beyond lock and lease`,
  backends: ['redis', 'postgres'],
  shortOn: ['postgres'],
  environment: preload('block-event-loop', { DRILL_BLOCK_MS: String(BLOCKED_S * 1000) }),
  seconds: { short: 120, long: 120 },
  run: (stage) =>
    disableWorker(stage, {
      seconds: BLOCKED_S,
      disable: (worker) => worker.signal('SIGUSR2'),
      what: 'its event loop is blocked',
    }),
};

export const WORKER_DRILLS = [killWorker, killWorkersRepeatedly, rollingRestart, pauseWorker, blockEventLoop];
