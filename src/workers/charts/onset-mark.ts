import type { LevelChange } from '../localisation/telemetry/level-change.ts';

/**
 * Where the onset of a change is marked, epoch ms: at the first value outside of what was usual. The change itself may have
 * been found some usual values earlier, as its level is a median. Null where nothing changed.
 */
export function onsetMark(points: [number, number][], { onset, during, above, below }: LevelChange): number | null {
  if (onset === null) return null;
  const isOutside = (value: number) => (above > 0 ? value > during - above : value < during + below);
  return points.find(([at, value]) => at >= onset && isOutside(value))?.[0] ?? onset;
}
