import type { Database } from '../database/database.ts';

/** How much of something may be used: `perMinute` in the long run, and what is asked for in `burstSeconds` at once. */
export type Rate = { perMinute: number; burstSeconds: number };

/** Paces that all processes keep together, by the database's clock. */
export type PaceStore = {
  /**
   * Takes `units`: 0 when they may be used now, else how long to wait before asking again, ms, and nothing is taken. More than
   * a burst at once is given too, and paid for by those who come after it.
   */
  take(key: string, rate: Rate, units: number): Promise<number>;
  /** Lets nobody take anything for so long, ms. */
  hold(key: string, ms: number): Promise<void>;
};

/**
 * Generic cell rate algorithm (ITU-T I.371) with cells of different sizes. What was taken is a time in which it is paid off:
 * $2 is that of these units, $3 how much may be owed by whoever still gets something, both in seconds. The row of a pace is locked
 * until the commit: that does not wait for the disk, because a pace that a crash of the server forgets costs a 429 at most.
 */
const TAKE = `
with debt as (
  select greatest(0, extract(epoch from
    coalesce((select theoretical_arrival from rca_fleet.channel_pacing where channel = $1), clock_timestamp()) - clock_timestamp()
  ))::float8 as seconds
), taken as (
  insert into rca_fleet.channel_pacing as p (channel, theoretical_arrival) values ($1, clock_timestamp() + make_interval(secs => $2))
  on conflict (channel) do update set
    theoretical_arrival = greatest(p.theoretical_arrival, clock_timestamp()) + make_interval(secs => $2)
    where p.theoretical_arrival - clock_timestamp() <= make_interval(secs => $3)
  returning 1
)
select case when exists (select 1 from taken) then 0 else greatest(0.05, seconds - $3) end * 1000 as "waitMs",
  set_config('synchronous_commit', 'off', true) as commits
from debt`;

/** Nobody comes back a moment after a hold of theirs has ended and finds a shorter one. */
const HOLD = `
insert into rca_fleet.channel_pacing as p (channel, theoretical_arrival) values ($1, clock_timestamp() + make_interval(secs => $2))
on conflict (channel) do update set theoretical_arrival = greatest(p.theoretical_arrival, excluded.theoretical_arrival)`;

/** The repository of paces; the name of its table is from when only Slack's channels had one. */
export function createPaceStore(database: Database): PaceStore {
  return {
    async take(key, { perMinute, burstSeconds }, units) {
      const values = [key, (units * 60) / perMinute, burstSeconds];
      const [row] = await database.query<{ waitMs: number }>(TAKE, values);
      return Math.ceil(row!.waitMs);
    },
    async hold(key, ms) {
      await database.query(HOLD, [key, ms / 1000]);
    },
  };
}
