import { oneOf } from '../harness/random.ts';
import type { Drill } from '../harness/stage.ts';
import {
  busyWorker,
  countOf,
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
    const { sender, watch, expect, healed, recovered } = stage;
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
    expect(
      `the killed worker's incidents are worked on again within ${BACK_WITHIN_S} s (it took ${seconds.toFixed(1)} s)`,
      seconds <= BACK_WITHIN_S,
    );
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
    expect(`no run that fits the grace time is repeated (${repeated} were)`, repeated === 0);
  },
};

const pauseWorker: Drill = {
  name: 'pause-worker',
  what: 'SIGSTOP a worker in the middle of its work beyond lock and lease (35 s), then SIGCONT',
  backends: ['redis', 'postgres'],
  shortOn: ['redis'],
  seconds: { short: 90, long: 90 },
  async run(stage) {
    const { sender, watch, healed, recovered, stuck, expect } = stage;
    sender.start(2);
    await untilBusy(stage);
    const { worker, incidentIds } = await whileInvestigationsHang(stage, async () => {
      await wait(stage, 1);
      const busy = await busyWorker(stage);
      await busy.worker.signal('SIGSTOP');
      return busy;
    });
    const from = Date.now();
    const seconds = await watch.untilFinal(incidentIds, 60_000);
    recovered(seconds);
    expect(`others take over what a stopped worker held (it took ${seconds.toFixed(1)} s)`, seconds <= 45);
    await wait(stage, Math.max(0, 35 - (Date.now() - from) / 1000));
    await worker.signal('SIGCONT');
    stuck({ process: worker.name, from, until: Date.now(), what: 'it is stopped by SIGSTOP' });
    healed();
    await wait(stage, 5);
    await expectWorking(stage, 30);
  },
};

export const WORKER_DRILLS = [killWorker, killWorkersRepeatedly, rollingRestart, pauseWorker];
