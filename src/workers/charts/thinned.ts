type Point = [at: number, value: number];

/** No screen shows more points of one line. */
const MOST_POINTS = 240;

/** At most 240 of the points, in order: of each stretch the lowest and the highest, so that no peak is lost. */
export function thinned(points: Point[], most = MOST_POINTS): Point[] {
  if (points.length <= most) return points;
  const stretch = Math.ceil(points.length / (most / 2));
  const kept: Point[] = [];
  for (let start = 0; start < points.length; start += stretch) {
    const some = points.slice(start, start + stretch);
    const low = some.reduce((left, right) => (right[1] < left[1] ? right : left));
    const high = some.reduce((left, right) => (right[1] > left[1] ? right : left));
    kept.push(...(low === high ? [low] : low[0] < high[0] ? [low, high] : [high, low]));
  }
  return kept;
}
