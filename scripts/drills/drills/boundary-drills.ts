import { GATES, type Gatekeeper, type GateName, openGatekeeper } from '../harness/gate.ts';
import { slownessNow } from '../harness/slowness.ts';
import type { Drill, Stage } from '../harness/stage.ts';
import { expectWorking, untilBusy } from './steps.ts';

/** Where a process is ended: at a gate with its write undone or done, or right after something was seen from outside. */
type Boundary =
  | { at: string; gate: GateName; commit: boolean }
  | { at: string; gate: null; kill: 'after the answer' | 'after the incident is posted' };

const BOUNDARIES: Boundary[] = [
  { at: 'before the insert is committed', gate: 'insert', commit: false },
  { at: 'after the insert, before the 202', gate: 'insert', commit: true },
  { at: 'after the 202', gate: null, kill: 'after the answer' },
  { at: 'after the enqueue, before it is noted', gate: 'enqueue', commit: false },
  { at: 'after the enqueue is noted', gate: 'enqueue', commit: true },
  { at: 'before evidence is committed', gate: 'evidence', commit: false },
  { at: 'after evidence is stored', gate: 'evidence', commit: true },
  { at: 'after the LLM is done, before the report is stored', gate: 'report saved', commit: false },
  { at: 'after the report is stored', gate: 'report saved', commit: true },
  { at: 'after the post, before its timestamp is stored', gate: 'timestamp saved', commit: false },
  { at: 'after the timestamp is stored', gate: 'timestamp saved', commit: true },
  {
    at: 'after the incident is posted, about when the job completes',
    gate: null,
    kill: 'after the incident is posted',
  },
];

/** How long a process may take to come to its gate on a machine with nothing else to do. */
const AT_GATE_MS = 45_000;

async function endAt(stage: Stage, gates: Gatekeeper, boundary: Boundary): Promise<void> {
  stage.say(`ends ${boundary.at}`);
  if (boundary.gate === null) {
    await endAfter(stage, boundary.kill);
    return;
  }
  await gates.close(boundary.gate);
  const delivered = await untilSomeoneWaits(stage, gates, AT_GATE_MS * (await slownessNow()));
  stage.expect(`somebody comes to the gate: ${boundary.at}`, delivered !== null);
  const [victim] = GATES[boundary.gate].role === 'producer' ? stage.fleet.producers : stage.fleet.workers;
  await victim!.signal('SIGKILL');
  await gates.open(boundary.commit);
  await victim!.start();
  await delivered?.answer;
}

/**
 * Delivers alerts until somebody stands at the gate, and resolves with the delivery that led there; null when nobody came in time. An
 * incident may come to its end without passing: a worker that is quick takes a job before the producer has noted that it is queued, and
 * then there is nothing to note.
 */
async function untilSomeoneWaits(
  { sender, watch }: Stage,
  gates: Gatekeeper,
  ms: number,
): Promise<{ answer: Promise<unknown> } | null> {
  const end = Date.now() + ms;
  while (Date.now() < end) {
    let incidentIds: string[] = [];
    const answer = sender.deliver(sender.alert()).then((taken) => {
      incidentIds = taken?.incidentIds ?? [];
    });
    const isPast = () => incidentIds.length > 0 && incidentIds.every((id) => watch.isFinal(id));
    if (await gates.someoneWaits(end - Date.now(), isPast)) return { answer };
    await answer;
  }
  return null;
}

async function endAfter(
  { sender, fleet, watch }: Stage,
  kill: 'after the answer' | 'after the incident is posted',
): Promise<void> {
  const delivered = await sender.deliver(sender.alert());
  if (kill === 'after the incident is posted') await watch.untilFinal(delivered?.incidentIds ?? [], 60_000);
  const [victim] = kill === 'after the answer' ? fleet.producers : fleet.workers;
  await victim!.signal('SIGKILL');
  await victim!.start();
}

/** Every boundary once, and in the long version five times, in an order of its own each time. */
export const exitAtEveryBoundary: Drill = {
  name: 'exit-at-every-boundary',
  what: 'kill -9 exactly at insert, enqueue, acknowledge, evidence, LLM done, report saved, posted, timestamp saved, job completed',
  backends: ['redis', 'postgres'],
  shortOn: ['redis'],
  fleet: { producers: 1, workers: 1 },
  seconds: { short: 240, long: 900 },
  limits: { finalWithinMs: 120_000 },
  async run(stage) {
    const gates = await openGatekeeper(stage.environment.DATABASE_URL!);
    try {
      await stage.sender.deliver(stage.sender.alert());
      await untilBusy(stage, 1);
      for (let round = 0; round < (stage.long ? 5 : 1); round++)
        for (const boundary of BOUNDARIES) await endAt(stage, gates, boundary);
    } finally {
      await gates.end();
    }
    await expectWorking(stage, 60);
  },
};
