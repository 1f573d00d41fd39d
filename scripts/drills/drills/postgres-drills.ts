import pg from 'pg';
import { HARNESS_NAME } from '../harness/servers.ts';
import { fillDisk } from '../harness/small-disk.ts';
import type { Drill, Stage } from '../harness/stage.ts';
import { countOf, expectWorking, untilBusy, wait } from './steps.ts';

/** Working again within this time, s: an alert that comes after the fault has its answer. */
const BACK_WITHIN_S = 10;

const SESSIONS = `datname = current_database() and application_name <> '${HARNESS_NAME}'`;

/** What the intake may say while PostgreSQL is away: that it can't, or nothing where the connection is cut. */
function expectHonestIntake({ sender, expect }: Stage): void {
  const others = Object.keys(sender.statuses()).filter((status) => status !== '202' && status !== '503');
  expect(`the intake answers 202 or 503 and nothing else (${JSON.stringify(sender.statuses())})`, others.length === 0);
}

function expectAllRunning({ fleet, expect }: Stage): void {
  for (const member of fleet.all) expect(`${member.name} has not ended`, member.pid() !== null);
}

const postgresRestart: Drill = {
  name: 'postgres-restart',
  what: 'PostgreSQL ended at once (immediate) and started again under load (long: three times)',
  backends: ['redis', 'postgres'],
  seconds: { short: 60, long: 150 },
  async run(stage) {
    stage.sender.start(4);
    await untilBusy(stage);
    for (let round = 0; round < (stage.long ? 3 : 1); round++) {
      await stage.servers.postgres!.restart();
      await expectWorking(stage, BACK_WITHIN_S);
    }
    expectHonestIntake(stage);
    expectAllRunning(stage);
  },
};

const sessionsTerminated: Drill = {
  name: 'sessions-terminated',
  what: 'pg_terminate_backend on a random session of the fleet, 10 a second, for 15 s (long: 60 s)',
  backends: ['redis', 'postgres'],
  seconds: { short: 75, long: 130 },
  async run(stage) {
    const { sender, environment, long } = stage;
    sender.start(3);
    await untilBusy(stage);
    const client = new pg.Client({ connectionString: environment.DATABASE_URL, application_name: HARNESS_NAME });
    await client.connect();
    try {
      for (const end = Date.now() + (long ? 60_000 : 15_000); Date.now() < end; await wait(stage, 0.1)) {
        await client.query(
          `select pg_terminate_backend(pid) from (select pid from pg_stat_activity where ${SESSIONS} order by random() limit 1) as one`,
        );
      }
    } finally {
      await client.end();
    }
    await expectWorking(stage, BACK_WITHIN_S);
    expectHonestIntake(stage);
    expectAllRunning(stage);
  },
};

const IDLE = 300;

/** Opens connections that do nothing until the server takes no more. */
async function holdConnections(url: string): Promise<pg.Client[]> {
  const held: pg.Client[] = [];
  while (held.length < IDLE) {
    const client = new pg.Client({ connectionString: url, application_name: HARNESS_NAME });
    client.on('error', () => undefined);
    try {
      await client.connect();
    } catch {
      return held;
    }
    held.push(client);
  }
  return held;
}

const ROUNDS = 30;

/** Ends the fleet's sessions; returns how many there were. */
async function endSessions(client: pg.Client): Promise<number> {
  return (await client.query(`select pg_terminate_backend(pid) from pg_stat_activity where ${SESSIONS}`)).rowCount ?? 0;
}

const idleConnections: Drill = {
  name: 'idle-connections',
  what: 'somebody holds every connection that PostgreSQL still has (300 in all) for 10 s, and the fleet loses its own',
  backends: ['redis', 'postgres'],
  seconds: { short: 75, long: 75 },
  async run(stage) {
    const { sender, environment, say } = stage;
    sender.start(2);
    await untilBusy(stage);
    const url = environment.DATABASE_URL!;
    const own = new pg.Client({ connectionString: url, application_name: HARNESS_NAME });
    await own.connect();
    const held = [own, ...(await holdConnections(url))];
    try {
      // The fleet is quick to connect again: until none of its sessions is left.
      for (let round = 0; round < ROUNDS && (await endSessions(own)) > 0; round++)
        held.push(...(await holdConnections(url)));
      say(`${held.length} connections are held`);
      await wait(stage, 10);
    } finally {
      await Promise.all(held.map((client) => client.end().catch(() => undefined)));
    }
    await expectWorking(stage, BACK_WITHIN_S);
    expectHonestIntake(stage);
    expectAllRunning(stage);
  },
};

const FULL_S = 15;

/** PostgreSQL that cannot write its log gives up and stays down: then somebody makes room and starts it, as here. */
const diskFull: Drill = {
  name: 'postgres-disk-full',
  what: `not one byte fits on the disk of PostgreSQL for ${FULL_S} s under load`,
  backends: ['redis', 'postgres'],
  shortOn: ['postgres'],
  diskMb: 400,
  // Those who were in the middle of an investigation come back after their lease.
  limits: { finalWithinMs: 120_000 },
  seconds: { short: 120, long: 120 },
  async run(stage) {
    const { sender, servers, say, expect } = stage;
    const postgres = servers.postgres!;
    sender.start(4);
    await untilBusy(stage);
    const filler = fillDisk(postgres.folder);
    const before = countOf(stage, '503');
    await wait(stage, FULL_S);
    filler.remove();
    const refused = countOf(stage, '503') - before;
    say(`${refused} x 503 while the disk was full; PostgreSQL ${postgres.isUp() ? 'stayed up' : 'went down'}`);
    expect('the intake says 503 while nothing can be stored', refused > 0);
    if (!postgres.isUp()) await postgres.restart();
    await expectWorking(stage, BACK_WITHIN_S);
    expectHonestIntake(stage);
    expectAllRunning(stage);
  },
};

export const POSTGRES_DRILLS = [postgresRestart, sessionsTerminated, idleConnections, diskFull];
