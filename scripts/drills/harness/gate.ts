import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { HARNESS_NAME } from './servers.ts';

/** Where a process can be held within a statement: the write has been done and is not committed. */
export const GATES = {
  insert: { role: 'producer', on: 'after insert on rca_fleet.alerts for each statement' },
  enqueue: {
    role: 'producer',
    on: `after update on rca_fleet.incidents for each row when (old.state = 'received' and new.state = 'queued')`,
  },
  evidence: { role: 'worker', on: 'after insert on rca_fleet.evidence for each statement' },
  'report saved': {
    role: 'worker',
    on: 'after update on rca_fleet.investigations for each row when (old.report is null and new.report is not null)',
  },
  'timestamp saved': {
    role: 'worker',
    on: `after update on rca_fleet.deliveries for each row
         when (old.message_ts is null and new.message_ts is not null and new.part = 'reply')`,
  },
} as const satisfies Record<string, { role: 'producer' | 'worker'; on: string }>;
export type GateName = keyof typeof GATES;

/** Holds a fleet's processes at a statement, by a trigger in the drill's own database that waits for a lock of ours. */
export type Gatekeeper = {
  /** The next that comes to the gate waits there, and all behind it. */
  close(gate: GateName): Promise<void>;
  /** Waits until somebody stands at the gate; false when nobody comes in time, or `isPast` says that whoever should come has passed elsewhere. */
  someoneWaits(ms: number, isPast: () => boolean): Promise<boolean>;
  /** Lets all through; `commit` false ends the sessions that wait, so that what they have written is undone. */
  open(commit: boolean): Promise<void>;
  end(): Promise<void>;
};

const LOCK = 0x4452;
const WAITING = `select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and wait_event = 'advisory'`;

const SETUP = `
create schema drill;
create table drill.closed (gate text primary key);
create function drill.wait_at_gate() returns trigger language plpgsql as $$
begin
  if exists (select 1 from drill.closed where gate = tg_argv[0]) then perform pg_advisory_xact_lock_shared(${LOCK}); end if;
  return null;
end $$;
${Object.entries(GATES)
  .map(([name, { on }], index) => `create trigger drill_${index} ${on} execute function drill.wait_at_gate('${name}');`)
  .join('\n')}`;

/** Puts the gates, all open, into the database. */
export async function openGatekeeper(databaseUrl: string): Promise<Gatekeeper> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: HARNESS_NAME });
  client.on('error', () => undefined);
  await client.connect();
  await client.query(SETUP);
  return {
    close: async (gate) => {
      await client.query('select pg_advisory_lock($1)', [LOCK]);
      await client.query('insert into drill.closed values ($1)', [gate]);
    },
    someoneWaits: async (ms, isPast) => {
      for (const end = Date.now() + ms; Date.now() < end && !isPast(); await sleep(10)) {
        if ((await client.query(WAITING)).rowCount) return true;
      }
      return false;
    },
    open: async (commit) => {
      await client.query('delete from drill.closed');
      if (!commit) await client.query(`select pg_terminate_backend(pid) from (${WAITING}) as waiting`);
      await client.query('select pg_advisory_unlock($1)', [LOCK]);
    },
    end: () => client.end(),
  };
}
