import type { Drill } from '../harness/stage.ts';
import { preload } from '../preloads/preload.ts';
import { busyWorker, expectWorking, untilBusy, wait, whileInvestigationsHang } from './steps.ts';

const OFF_S = 60;

/** The clock of one worker is wrong, that of the database is the law: nobody takes what another one holds. */
function wrongClock(name: string, what: string, seconds: number): Drill {
  return {
    name,
    what: `the clock of one of two workers is ${OFF_S} s ${what}; work is held for long, and the other worker is killed`,
    backends: ['redis', 'postgres'],
    shortOn: ['postgres'],
    firstWorker: preload('shift-clock', { DRILL_CLOCK_MS: String(seconds * 1000) }),
    // What the wrong clock puts off is put off by as much.
    limits: { finalWithinMs: 150_000 },
    seconds: { short: 150, long: 150 },
    async run(stage) {
      const { sender, fleet, watch } = stage;
      sender.start(2);
      await untilBusy(stage);
      await whileInvestigationsHang(stage, async () => {
        // Beyond a look for stalled jobs, while both hold some.
        await wait(stage, 10);
        await busyWorker(stage);
      });
      await whileInvestigationsHang(stage, async () => {
        await wait(stage, 1);
        await fleet.workers[1]!.signal('SIGKILL');
      });
      fleet.workers[1]!.launch();
      const held = sender.acknowledged.flatMap((one) => one.incidentIds);
      await watch.untilFinal(held, 120_000);
      await expectWorking(stage, 30);
    },
  };
}

export const CLOCK_DRILLS = [wrongClock('clock-ahead', 'ahead', OFF_S), wrongClock('clock-behind', 'behind', -OFF_S)];
