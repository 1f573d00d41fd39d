import { setTimeout as sleep } from 'node:timers/promises';
import type { FleetProcess } from '../harness/fleet-process.ts';
import { onPostgres } from '../harness/servers.ts';
import { slownessNow } from '../harness/slowness.ts';
import type { Stage } from '../harness/stage.ts';

/** Waits on the stage's clock; ends early when the drill is aborted. */
export const wait = (stage: Stage, seconds: number) => sleep(seconds * 1000, undefined, { signal: stage.signal });

/** Waits until the load has been answered some times, so that the fault meets a fleet at work. */
export async function untilBusy({ sender, watch }: Stage, answers = 3): Promise<void> {
  const answered = () =>
    sender.acknowledged.filter((one) => one.incidentIds.some((id) => watch.stateOf(id) === 'posted')).length;
  await watch.until(`${answers} answers before the fault`, () => answered() >= answers, 60_000);
}

/**
 * The fault is over: an alert that comes now must be answered in time. Notes the seconds from here to its answer as the
 * time of recovery.
 */
export async function expectWorking(stage: Stage, withinSeconds: number): Promise<void> {
  const { sender, watch, healed, recovered, expect } = stage;
  healed();
  const from = Date.now();
  const probe = await sender.deliver(sender.alert());
  if (!probe) {
    expect('an alert after the fault is taken', false);
    return;
  }
  await watch.untilFinal(probe.incidentIds, 120_000);
  const seconds = (Date.now() - from) / 1000;
  recovered(seconds);
  await expectWithin(stage, 'an alert after the fault is answered', seconds, withinSeconds);
}

/** A promise in seconds that is meant for a machine with nothing else to do, and what it took. */
export type TimePromise = {
  what: string;
  seconds: number;
  promised: number;
  /** At least so many times the promise is allowed where it took longer. */
  margin?: number;
};

/** What a promise came to, in words with both numbers. */
export type TimeVerdict = { told: string; held: boolean };

/** On a slower machine the limit grows with the time that starting a process takes there. */
export async function judgeTime({ what, seconds, promised, margin = 1 }: TimePromise): Promise<TimeVerdict> {
  const kept = seconds <= promised;
  const limit = kept ? promised : promised * Math.max(margin, await slownessNow());
  const shown = seconds.toFixed(promised < 1 ? 2 : 1);
  const allowed = kept ? '' : `; ${limit.toFixed(promised < 1 ? 2 : 1)} s are allowed on this machine as it is now`;
  return { told: `${what}: promised within ${promised} s, it took ${shown} s${allowed}`, held: seconds <= limit };
}

/** Says what a promise came to, and expects that it held. */
export async function expectWithin(
  { expect, say }: Stage,
  what: string,
  seconds: number,
  promised: number,
): Promise<void> {
  const { told, held } = await judgeTime({ what, seconds, promised });
  say(told);
  expect(told, held);
}

/**
 * The verdicts of the first of so many tries in which everything was in time, or of the last: what else a machine does only
 * ever adds to a time, so that a fleet that is in time once can be, and one that is too slow is so each time.
 */
export async function firstInTime(
  tries: number,
  attempt: (nth: number) => Promise<TimeVerdict[]>,
): Promise<TimeVerdict[]> {
  for (let nth = 1; ; nth++) {
    const verdicts = await attempt(nth);
    if (nth === tries || verdicts.every(({ held }) => held)) return verdicts;
  }
}

/** Starts every process again that ends while `work` goes on, as a supervisor does; resolves with how many ended. */
export async function supervised({ fleet }: Stage, work: () => Promise<unknown>): Promise<number> {
  let ended = 0;
  const timer = setInterval(() => {
    for (const member of fleet.all.filter((one) => one.pid() === null)) {
      ended++;
      member.launch();
    }
  }, 250);
  try {
    await work();
    return ended;
  } finally {
    clearInterval(timer);
    await Promise.all(fleet.all.map((member) => member.untilReady()));
  }
}

/** A worker with the investigations that it held when it was looked at. */
export type BusyWorker = { worker: FleetProcess; pid: number; incidentIds: string[] };

/** A worker that holds an investigation now; waits until there is one. */
export async function busyWorker(stage: Stage): Promise<BusyWorker> {
  const found: BusyWorker[] = [];
  const look = async () => {
    const held = await heldInvestigations(stage);
    for (const worker of stage.fleet.workers) {
      const pid = worker.pid() ?? 0;
      const incidentIds = held.filter((row) => row.worker.includes(`-${pid}-`)).map((row) => row.incidentId);
      if (incidentIds.length > 0) found.push({ worker, pid, incidentIds });
    }
    return found.length > 0;
  };
  await stage.watch.until('an investigation under way', look, 30_000);
  return found[0]!;
}

async function heldInvestigations({ environment }: Stage) {
  return await onPostgres<{ worker: string; incidentId: string }>(
    environment.DATABASE_URL!,
    `select worker, incident_id as "incidentId" from rca_fleet.investigations
     where report is null and lease_until > now() and worker is not null`,
  );
}

/** True when every one of these has its report, or is held by another worker than the one with this pid. */
export async function takenOver({ environment }: Stage, incidentIds: readonly string[], pid: number): Promise<boolean> {
  const rows = await onPostgres<{ count: number }>(
    environment.DATABASE_URL!,
    `select count(*)::int as count from rca_fleet.investigations
     where incident_id = any($1) and report is null and worker like '%-' || $2 || '-%'`,
    [incidentIds, String(pid)],
  );
  return rows[0]!.count === 0;
}

/** While this runs, telemetry hangs, so that investigations stay in their middle. */
export async function whileInvestigationsHang<T>({ sandbox }: Stage, work: () => Promise<T>): Promise<T> {
  sandbox.signoz.setFault('*', { kind: 'hang' });
  try {
    return await work();
  } finally {
    sandbox.signoz.clearFaults();
  }
}

/** The runs that were begun more than once, over all investigations, each in a few words. */
export async function repeatedRuns({ environment }: Stage): Promise<string[]> {
  const rows = await onPostgres<{ incidentId: string; attempts: number; worker: string; error: string | null }>(
    environment.DATABASE_URL!,
    `select incident_id as "incidentId", attempts, worker, error from rca_fleet.investigations where attempts > 1`,
  );
  return rows.map(
    ({ incidentId, attempts, worker, error }) =>
      `${incidentId} ${attempts} times, last by ${worker}, ${error ? `after "${error}"` : 'without an error'}`,
  );
}

/** Answers with this status since the start. */
export const countOf = ({ sender }: Stage, status: string) => sender.statuses()[status] ?? 0;
