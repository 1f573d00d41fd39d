import { dirname, join } from 'node:path';
import { freePort } from '../../servers/free-port.ts';
import { createFleetProcess } from '../harness/fleet-process.ts';
import { between } from '../harness/random.ts';
import type { Drill } from '../harness/stage.ts';
import { expectWithin, expectWorking, untilBusy, wait } from './steps.ts';

const READY_WITHIN_S = 5;
const REFUSED_WITHIN_S = 1;
/** The jobs of the killed process come back after their lock. */
const WORKING_WITHIN_S = 60;

const embeddedKills: Drill = {
  name: 'embedded-kills',
  what: 'kill -9 the one process with its database under load, 4 times (long: 20), and start it again on its directory',
  backends: ['embedded'],
  seconds: { short: 120, long: 400 },
  async run(stage) {
    const { fleet, sender, random, long, say } = stage;
    const [whole] = fleet.all;
    sender.start(1);
    await untilBusy(stage);
    const ready: number[] = [];
    for (let round = 0; round < (long ? 20 : 4); round++) {
      await wait(stage, between(random, 1, 4));
      await whole!.signal('SIGKILL');
      const from = Date.now();
      await whole!.start();
      ready.push((Date.now() - from) / 1000);
    }
    const slowest = Math.max(...ready);
    say(`ready again after ${ready.map((seconds) => seconds.toFixed(1)).join(', ')} s`);
    await expectWithin(stage, 'it is ready again (slowest)', slowest, READY_WITHIN_S);
    await expectWorking(stage, WORKING_WITHIN_S);
  },
};

const secondProcess: Drill = {
  name: 'embedded-second-process',
  what: 'a second process on the directory is refused; after kill -9 of the first, its lock is taken over',
  backends: ['embedded'],
  seconds: { short: 60, long: 60 },
  async run(stage) {
    const { fleet, sender, environment, expect } = stage;
    sender.start(1);
    await untilBusy(stage);
    const port = await freePort();
    const second = createFleetProcess({
      name: 'second',
      script: 'start',
      url: `http://127.0.0.1:${port}`,
      environment: { ...environment, PORT: String(port), WORKER_PORT: '0' },
      logFile: join(dirname(stage.witness.file), 'logs', 'second.log'),
    });
    const from = Date.now();
    second.launch();
    await stage.watch.until('the end of the second process', () => second.pid() === null, 20_000);
    const seconds = (Date.now() - from) / 1000;
    expect(
      `the second process is refused with a clear line (${second.log()})`,
      /in use by another process: stop that one/.test(second.log()),
    );
    await expectWithin(stage, 'the second process is refused, the start of Node included', seconds, REFUSED_WITHIN_S);
    const [first] = fleet.all;
    await first!.signal('SIGKILL');
    await first!.start();
    await expectWorking(stage, WORKING_WITHIN_S);
  },
};

export const EMBEDDED_DRILLS = [embeddedKills, secondProcess];
