import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { FINAL_STATES, type IncidentState } from '../../../src/shared/incident.ts';
import type { ReadinessSample, ResourceSample, StateSample } from '../checker/observed.ts';
import type { DrillFleet } from './fleet.ts';
import type { FleetProcess } from './fleet-process.ts';
import type { StateReader } from './state-reader.ts';

/** What is seen of the fleet while a drill runs. */
export type Watch = {
  states: StateSample[];
  readiness: ReadinessSample[];
  resources: ResourceSample[];
  stateOf(incidentId: string): IncidentState | null;
  isFinal(incidentId: string): boolean;
  /** Waits until the incidents are in a final state; throws with those that are not. Resolves with the seconds it took. */
  untilFinal(incidentIds: readonly string[], ms: number): Promise<number>;
  /** Waits until something is seen; throws when it is not in time. Resolves with the seconds it took. */
  until(what: string, look: () => boolean | Promise<boolean>, ms: number): Promise<number>;
  /** When a process was last seen in this condition since a time, or null. */
  firstSeen(process: string, ready: boolean, since: number): number | null;
  stop(): Promise<void>;
};

const STATES_EVERY_MS = 400;
const READINESS_EVERY_MS = 700;
const RESOURCES_EVERY_MS = 2_000;
const READY_MS = 2_500;

const isFinal = (state: IncidentState | null) => state !== null && (FINAL_STATES as readonly string[]).includes(state);

/** Starts to look, until `stop`. A look that fails is left out: the servers may be down on purpose. */
export function startWatch(fleet: DrillFleet, reader: StateReader): Watch {
  const stop = new AbortController();
  const states: StateSample[] = [];
  const readiness: ReadinessSample[] = [];
  const resources: ResourceSample[] = [];
  const last = new Map<string, StateSample>();
  const loops = [
    every(STATES_EVERY_MS, stop.signal, () => lookAtStates(reader, last, states)),
    every(READINESS_EVERY_MS, stop.signal, () => lookAtReadiness(fleet, readiness)),
    every(RESOURCES_EVERY_MS, stop.signal, () => lookAtResources(fleet, reader, resources)),
  ];
  const stateOf = (id: string) => last.get(id)?.state ?? null;
  return {
    states,
    readiness,
    resources,
    stateOf,
    isFinal: (id) => isFinal(stateOf(id)),
    until: waitUntil,
    untilFinal: (ids, ms) => untilFinal(stateOf, ids, ms),
    firstSeen: (process, ready, since) =>
      readiness.find((sample) => sample.process === process && sample.ready === ready && sample.at >= since)?.at ??
      null,
    stop: async () => {
      stop.abort();
      await Promise.all(loops);
    },
  };
}

async function lookAtStates(reader: StateReader, last: Map<string, StateSample>, states: StateSample[]): Promise<void> {
  for (const { id, state, run } of await reader.changed()) {
    const known = last.get(id);
    if (known && known.state === state && known.run === run) continue;
    const sample = { at: Date.now(), incidentId: id, state, run };
    last.set(id, sample);
    states.push(sample);
  }
}

async function lookAtReadiness(fleet: DrillFleet, readiness: ReadinessSample[]): Promise<void> {
  const look = async ({ name, url }: FleetProcess) => {
    const at = Date.now();
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(READY_MS) }).catch(() => null);
    await response?.arrayBuffer().catch(() => undefined);
    readiness.push({ at, process: name, ready: response?.ok ?? false });
  };
  await Promise.all(fleet.all.map(look));
}

async function lookAtResources(fleet: DrillFleet, reader: StateReader, resources: ResourceSample[]): Promise<void> {
  const alive = fleet.all.flatMap((one) => {
    const mb = residentMb(one.pid());
    return mb === null ? [] : [[one.generation(), mb] as const];
  });
  const sample: ResourceSample = {
    at: Date.now(),
    memoryMb: Object.fromEntries(alive),
    connections: null,
    keys: null,
    held: null,
  };
  resources.push(sample);
  Object.assign(sample, await reader.counts());
}

async function waitUntil(what: string, look: () => boolean | Promise<boolean>, ms: number): Promise<number> {
  const from = Date.now();
  while (!(await look())) {
    if (Date.now() - from > ms) throw new Error(`${what} did not come about within ${Math.round(ms / 1000)} s`);
    await sleep(50);
  }
  return (Date.now() - from) / 1000;
}

async function untilFinal(stateOf: Watch['stateOf'], ids: readonly string[], ms: number): Promise<number> {
  const open = () => ids.filter((id) => !isFinal(stateOf(id)));
  return await waitUntil('a final state of all', () => open().length === 0, ms).catch(() => {
    const left = open();
    const told = left.slice(0, 5).map((id) => `${id} ${stateOf(id)}`);
    const after = `after ${Math.round(ms / 1000)} s: ${told.join(', ')}`;
    throw new Error(`${left.length} of ${ids.length} incidents are not final ${after}`);
  });
}

async function every(ms: number, signal: AbortSignal, look: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    await look().catch(() => undefined);
    await sleep(ms, undefined, { signal }).catch(() => undefined);
  }
}

function residentMb(pid: number | null): number | null {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes ? Number(kilobytes) / 1024 : null;
  } catch {
    return null;
  }
}
