import type { TelemetryWorld } from '../scenarios/telemetry-world.ts';

/** The states of the cluster that can still be listed, by resource version, as etcd keeps them until they are compacted. */
export type ClusterStates = {
  /** The resource version of this state, which is a new one where it has not been seen before. */
  versionOf(world: TelemetryWorld): number;
  /** The state of a version; null for one that is forgotten. */
  at(version: number): TelemetryWorld | null;
  /** Forgets all states so far: their tokens and versions are answered with 410 from now on. */
  compact(): void;
};

const MOST_KEPT = 20;

export function createClusterStates(): ClusterStates {
  const kept = new Map<number, TelemetryWorld>();
  let last = 1_000;
  return {
    versionOf(world) {
      const known = [...kept].find(([, one]) => one === world);
      if (known) return known[0];
      kept.set(++last, world);
      const [oldest] = kept.keys();
      if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
      return last;
    },
    at: (version) => kept.get(version) ?? null,
    compact: () => kept.clear(),
  };
}
