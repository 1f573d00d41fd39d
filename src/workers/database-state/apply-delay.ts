import type { DatabaseState } from './database-state.ts';
import { inSeconds } from './metric-units.ts';
import { isNear } from './printed/standby-delay.ts';
import { isSettled, type SeriesProfile } from './profile-series.ts';

/** What a cloud tells of the setting by which a standby of PostgreSQL stays behind on purpose, ms. */
const SET = /recovery_min_apply_delay to (\d{1,12})(?: ?ms)?\b/;

/** True for a lag that stands at just what the replica was set to be late by, whenever that was. */
export function isLateAsSet({ events }: DatabaseState, lag: SeriesProfile): boolean {
  const delay = Number(events.flatMap(({ message }) => SET.exec(message)?.[1] ?? []).at(-1) ?? 0) / 1000;
  return delay > 0 && isSettled(lag) && isNear(inSeconds(lag.series, lag.after) ?? lag.after, delay);
}
