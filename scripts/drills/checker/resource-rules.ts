import type { Observed, ReadinessSample, StuckWindow } from './observed.ts';

/** Between two looks, and the look itself: as much later than due may a change be seen, ms. */
const LOOK_MS = 3_000;
/** A line through fewer minutes than this says nothing about growth. */
const SLOPE_FROM_MINUTES = 1;
/** Less than this between the ends of the line is the grain of garbage collection, MB: a life of some minutes can't tell it from growth. */
const GRAIN_MB = 5;
/** Pieces of the time over which growth is measured; of each the least counts, which garbage can't raise. */
const PIECES = 12;

/** Readiness turns false while a consumer is stuck for longer than the limit, and true again by itself. */
export function readinessTellsTheTruth({ readiness, stuck, limits }: Observed): string[] {
  return stuck.flatMap((window) => {
    const seen = readiness.filter((sample) => sample.process === window.process);
    return [...hidden(window, seen, limits.readinessWithinMs), ...stays(window, seen, limits.readinessWithinMs)];
  });
}

function hidden({ process, from, until, what }: StuckWindow, seen: ReadinessSample[], withinMs: number): string[] {
  const due = from + withinMs + LOOK_MS;
  if (until < due) return [];
  const told = seen.some(({ at, ready }) => !ready && at >= from && at <= due);
  return told ? [] : [`${process} says it is ready for ${Math.round(withinMs / 1000)} s and more while ${what}`];
}

function stays({ process, until, what }: StuckWindow, seen: ReadinessSample[], withinMs: number): string[] {
  const back = seen.some(({ at, ready }) => ready && at >= until && at <= until + withinMs + LOOK_MS);
  return back ? [] : [`${process} is not ready again ${Math.round(withinMs / 1000)} s after the end of: ${what}`];
}

/**
 * No process is ever larger than its limit, and none grows steadily once it is warm: in the first half of its life it grows
 * into its work, in the second the least of each while counts, and at least 5 MB are growth.
 */
export function memoryStaysBounded({ resources, limits }: Observed): string[] {
  const processes = new Set(resources.flatMap((sample) => Object.keys(sample.memoryMb)));
  return [...processes].flatMap((process) => {
    const points = resources.flatMap(({ at, memoryMb }) =>
      memoryMb[process] === undefined ? [] : [{ at, value: memoryMb[process] }],
    );
    const largest = Math.max(...points.map((point) => point.value));
    const least = leastOfPieces(secondHalf(points));
    const slope = slopePerMinute(least);
    const grown = slope * ((least.at(-1)!.at - least[0]!.at) / 60_000);
    const grows = slope > limits.memorySlopeMbPerMinute && grown >= GRAIN_MB;
    return [
      ...(largest > limits.memoryMb ? [`${process} takes ${Math.round(largest)} MB`] : []),
      ...(grows ? [`${process} grows by ${slope.toFixed(1)} MB/min`] : []),
    ];
  });
}

type Point = { at: number; value: number };

function secondHalf(points: Point[]): Point[] {
  const [first, last] = [points[0]!.at, points.at(-1)!.at];
  return points.filter(({ at }) => at >= (first + last) / 2);
}

/** The least value of each piece of the time; as many points as there are pieces with one. */
export function leastOfPieces(points: Point[]): Point[] {
  const first = points[0]?.at ?? 0;
  const width = ((points.at(-1)?.at ?? 0) - first) / PIECES;
  const pieces = Map.groupBy(points, ({ at }) => Math.min(PIECES - 1, Math.floor((at - first) / Math.max(1, width))));
  return [...pieces.values()].map((piece) =>
    piece.reduce((least, point) => (point.value < least.value ? point : least)),
  );
}

/** The slope of the least-squares line, per minute; 0 for a time too short to tell. */
export function slopePerMinute(points: Point[]): number {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || last.at - first.at < SLOPE_FROM_MINUTES * 60_000) return 0;
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const minutes = points.map((point) => (point.at - first.at) / 60_000);
  const [meanX, meanY] = [mean(minutes), mean(points.map((point) => point.value))];
  const over = mean(points.map((point, index) => (minutes[index]! - meanX) * (point.value - meanY)));
  return over / mean(minutes.map((x) => (x - meanX) ** 2));
}

/** The fleet holds no more connections to PostgreSQL than its pools allow. */
export function connectionsStayBounded({ resources, limits }: Observed): string[] {
  const most = Math.max(0, ...resources.map((sample) => sample.connections ?? 0));
  return most > limits.connections ? [`${most} connections to PostgreSQL, ${limits.connections} are allowed`] : [];
}

/** Redis holds no more keys than queues and kept jobs account for. */
export function keysStayBounded({ resources, final, limits }: Observed): string[] {
  const allowed = 200 + limits.keysPerIncident * final.incidents.length;
  const last = resources.findLast((sample) => sample.keys !== null)?.keys ?? 0;
  return last > allowed ? [`${last} keys in Redis after ${final.incidents.length} incidents`] : [];
}

/** Rows follow from what was sent: one per alert, a handful of deliveries per run. */
export function rowsStayBounded({ witness, final }: Observed): string[] {
  const sent = new Set(witness.map((entry) => `${entry.key} ${entry.delivery}`)).size;
  const runs = final.incidents.reduce((sum, incident) => sum + incident.run, 0);
  return [
    ...(final.alerts.length > sent ? [`${final.alerts.length} alerts are stored of ${sent} that were sent`] : []),
    ...(final.deliveries.length > 12 * runs ? [`${final.deliveries.length} deliveries of ${runs} runs`] : []),
  ];
}
