import type { Drill, Link, Stage } from '../harness/stage.ts';
import { expectWorking, untilBusy, wait } from './steps.ts';

const CONSUMING_WITHIN_S = 30;
const NOT_READY_WITHIN_MS = 15_000;
const BLACKHOLE_S = 25;

function halfOpen(link: Link, backends: Drill['backends']): Drill {
  return {
    name: `half-open-${link}`,
    what: `every connection to the ${link} stays open and no byte goes through; new connections work`,
    backends,
    links: [link],
    seconds: { short: 90, long: 90 },
    async run(stage) {
      stage.sender.start(1);
      await untilBusy(stage);
      stage.links[link]!.freeze();
      await expectWorking(stage, CONSUMING_WITHIN_S);
    },
  };
}

/** Readiness of all workers must tell that nothing can be consumed, by the time that the issue gives. */
function expectNotReady({ fleet, watch, expect, stuck }: Stage, link: Link, from: number): void {
  for (const { name } of fleet.workers) {
    const told = watch.firstSeen(name, false, from);
    const ms = told === null ? null : told - from;
    expect(`${name} is not ready within 15 s (${ms ?? 'never'} ms)`, ms !== null && ms <= NOT_READY_WITHIN_MS + 2_500);
    stuck({ process: name, from, until: Date.now(), what: `the ${link} says nothing` });
  }
}

function silent(link: Link, backends: Drill['backends']): Drill {
  return {
    name: `silent-${link}`,
    what: `the ${link} takes connections and says nothing for ${BLACKHOLE_S} s`,
    backends,
    links: [link],
    seconds: { short: 120, long: 120 },
    async run(stage) {
      stage.sender.start(1);
      await untilBusy(stage);
      const from = Date.now();
      stage.links[link]!.blackhole();
      await wait(stage, BLACKHOLE_S);
      if (link === 'database' || link === 'redis') expectNotReady(stage, link, from);
      stage.links[link]!.heal();
      await expectWorking(stage, CONSUMING_WITHIN_S);
    },
  };
}

const slowNetwork: Drill = {
  name: 'slow-network',
  what: '200 ms and up to 100 ms more on every packet to Redis, PostgreSQL and Slack for 20 s',
  backends: ['redis'],
  links: ['database', 'redis', 'slack'],
  seconds: { short: 120, long: 120 },
  async run(stage) {
    stage.sender.start(1);
    await untilBusy(stage);
    for (const link of Object.values(stage.links)) link.shape({ delayMs: 200, jitterMs: 100 });
    await wait(stage, 20);
    for (const link of Object.values(stage.links)) link.heal();
    await expectWorking(stage, CONSUMING_WITHIN_S);
    const taken = stage.sender.statuses()['202'] ?? 0;
    stage.expect(`alerts are taken all the same (${JSON.stringify(stage.sender.statuses())})`, taken >= 15);
  },
};

const narrowNetwork: Drill = {
  name: 'narrow-network',
  what: '10 kB/s on every connection to Slack and the LLM for 20 s',
  backends: ['redis'],
  links: ['slack', 'llm'],
  seconds: { short: 120, long: 120 },
  async run(stage) {
    stage.sender.start(1);
    await untilBusy(stage);
    for (const link of Object.values(stage.links)) link.shape({ bytesPerSecond: 10_000 });
    await wait(stage, 20);
    for (const link of Object.values(stage.links)) link.heal();
    await expectWorking(stage, CONSUMING_WITHIN_S);
  },
};

const resets: Drill = {
  name: 'resets',
  what: 'all connections to Redis, PostgreSQL, Slack and the LLM reset every 2 s for 20 s',
  backends: ['redis', 'postgres'],
  shortOn: ['redis'],
  links: ['database', 'redis', 'slack', 'llm'],
  seconds: { short: 120, long: 120 },
  async run(stage) {
    stage.sender.start(1);
    await untilBusy(stage);
    for (let round = 0; round < 10; round++) {
      for (const link of Object.values(stage.links)) link.reset();
      await wait(stage, 2);
    }
    await expectWorking(stage, CONSUMING_WITHIN_S);
  },
};

export const NETWORK_DRILLS = [
  halfOpen('redis', ['redis']),
  halfOpen('database', ['postgres', 'redis']),
  halfOpen('slack', ['redis']),
  halfOpen('llm', ['redis']),
  silent('redis', ['redis']),
  silent('database', ['postgres']),
  silent('slack', ['redis']),
  silent('llm', ['redis']),
  slowNetwork,
  narrowNetwork,
  resets,
];
