import { median } from '../statistics/robust.ts';
import { type LevelChange, levelChange, untilTrouble } from './level-change.ts';
import type { Series } from './read-series.ts';
import { type Season, seasonOf, type UsualAt } from './season.ts';

type Timed = Pick<Series, 'points' | 'baseline'> & Partial<Pick<Series, 'history'>>;

/** Fewer values before the trouble don't tell how today compares with earlier periods. */
const LEAST_BEFORE = 3;

/**
 * The change of a level, held against the same time of earlier periods where at least two are known (days, weeks, or a period that
 * the series shows itself). What rises or falls at this time anyhow is no change but for what goes beyond it; what always rises or
 * falls at this time and does not now is one. Without such periods the same as `levelChange`. After the idea of Seasonal Hybrid ESD
 * (Hochenbaum, Vallis and Kejariwal 2017): the seasonal component is taken off first, and medians judge what remains.
 */
export function changeOf(series: Timed, alertAt: number): LevelChange | null {
  const plain = levelChange(series, alertAt);
  const season = plain && seasonOf({ ...series, history: series.history ?? [] }, alertAt);
  if (!plain || !season) return plain;
  const beyond = beyondSeason(untilTrouble(series.points, alertAt), season, alertAt);
  if (!beyond) return plain;
  const moved = plain.above + plain.below > 0;
  if (moved) return lessThan(plain, beyond);
  return missing(beyond, season.usualChanges) > 0 ? beyond : plain;
}

/** Earlier periods can only take off from what moved: a series that is steady at this time stays as it was judged. */
function lessThan(plain: LevelChange, beyond: LevelChange): LevelChange {
  const [above, below] = [Math.min(plain.above, beyond.above), Math.min(plain.below, beyond.below)];
  if (above === plain.above && below === plain.below) return plain;
  return { ...beyond, above, below, onset: above + below > 0 ? (beyond.onset ?? plain.onset) : null };
}

/** How much of a rise or fall is missing that every earlier period clearly had at this time. */
function missing({ above, below }: LevelChange, usual: LevelChange[]): number {
  if (usual.every((one) => one.above > one.range)) return below;
  return usual.every((one) => one.below > one.range) ? above : 0;
}

/** The change of what lies outside of the seasonal range, moved or scaled to today's level, whichever says less. */
function beyondSeason(points: [number, number][], season: Season, alertAt: number): LevelChange | null {
  const known = points.flatMap(([at, value]) => {
    const usual = season.usualAt(at);
    return usual ? [{ at, value, usual }] : [];
  });
  const before = known.filter(({ at }) => at < season.troubleFrom);
  if (before.length < LEAST_BEFORE || before.length === known.length) return null;
  const changes = levelsToday(before).flatMap((today) => {
    const outside = known.map(({ at, value, usual }): [number, number] => [at, outsideOf(value, usual, today)]);
    return levelChange({ points: outside, baseline: [] }, alertAt) ?? [];
  });
  const [first, second] = changes;
  if (!first) return null;
  const least = second && second.above + second.below < first.above + first.below ? second : first;
  const since = known.filter(({ at }) => at >= (least.onset ?? season.troubleFrom));
  const widths = since.map(({ usual }) => usual.high - usual.low);
  return {
    ...least,
    before: median(since.map(({ usual }) => usual.middle)),
    during: median(since.map(({ value }) => value)),
    range: Math.max(least.range, median(widths)),
    period: season.period,
  };
}

type Known = { at: number; value: number; usual: UsualAt };
type Today = (usual: number) => number;

/** What earlier periods held, moved and, where all is positive, scaled to the level that today had before the trouble. */
function levelsToday(before: Known[]): Today[] {
  const offset = median(before.map(({ value, usual }) => value - usual.middle));
  const scale = median(before.map(({ value, usual }) => (usual.middle > 0 ? value / usual.middle : Number.NaN)));
  const moved: Today = (usual) => usual + offset;
  return scale > 0 ? [moved, (usual) => usual * scale] : [moved];
}

/** How far above (positive) or below a value lies of what is usual then, 0 within. */
function outsideOf(value: number, { low, high }: UsualAt, today: Today): number {
  return value > today(high) ? value - today(high) : Math.min(0, value - today(low));
}
