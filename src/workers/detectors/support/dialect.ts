import type { Action } from '../../../shared/report.ts';
import { shellCommand } from './shell.ts';

export type Dialect = 'postgresql' | 'mysql' | 'mongodb' | 'unknown';

const WORDS: readonly [Dialect, RegExp][] = [
  ['postgresql', /postgres|\bpg\b|psql|pgx|ShareLock|ExclusiveLock|statement timeout/i],
  ['mysql', /mysql|mariadb|innodb|Lock wait timeout exceeded/i],
  ['mongodb', /mongo/i],
];

/** Which database a text speaks of, by its own words. */
export function dialectOf(text: string): Dialect {
  return WORDS.find(([, pattern]) => pattern.test(text))?.[0] ?? 'unknown';
}

const PG_STATES =
  'psql -c "SELECT datname, usename, state, wait_event_type, count(*) FROM pg_stat_activity GROUP BY 1, 2, 3, 4 ORDER BY 5 DESC"';
const PG_OLDEST =
  'psql -c "SELECT pid, now() - xact_start AS age, state, wait_event, left(query, 100) AS query FROM pg_stat_activity WHERE xact_start IS NOT NULL ORDER BY xact_start LIMIT 15"';
const PG_BLOCKERS =
  'psql -c "SELECT pid, pg_blocking_pids(pid) AS blocked_by, left(query, 100) AS query FROM pg_stat_activity WHERE cardinality(pg_blocking_pids(pid)) > 0"';

const ASK: Record<'connections' | 'running' | 'blockers', Record<Dialect, string>> = {
  connections: {
    postgresql: PG_STATES,
    mysql: 'mysql -e "SELECT user, db, command, COUNT(*) FROM information_schema.processlist GROUP BY 1, 2, 3"',
    mongodb: "mongosh --quiet --eval 'db.serverStatus().connections'",
    unknown: PG_STATES,
  },
  running: {
    postgresql: PG_OLDEST,
    mysql:
      'mysql -e "SELECT id, user, time, state, LEFT(info, 100) FROM information_schema.processlist WHERE command <> \'Sleep\' ORDER BY time DESC LIMIT 15"',
    mongodb: "mongosh --quiet --eval 'db.currentOp({ active: true, secs_running: { $gt: 1 } })'",
    unknown: PG_OLDEST,
  },
  blockers: {
    postgresql: PG_BLOCKERS,
    mysql: 'mysql -e "SELECT * FROM sys.innodb_lock_waits"',
    mongodb: "mongosh --quiet --eval 'db.currentOp({ waitingForLock: true })'",
    unknown: PG_BLOCKERS,
  },
};

const TITLES = {
  connections: 'See who holds the connections, and in what state',
  running: 'See the longest running transactions',
  blockers: 'See who blocks whom',
} as const;

/** A read-only question to the database as an action; where the kind of database is unknown it is PostgreSQL's, and says so. */
export function askDatabase(question: keyof typeof ASK, server: Server): Action {
  const title = server.dialect === 'unknown' ? `${TITLES[question]} (as PostgreSQL puts it)` : TITLES[question];
  return { title, command: atServer(ASK[question][server.dialect], server), risk: null };
}

/** The two steps against the PostgreSQL process that holds a lock: look first, then take it away. */
export function lockHolderActions(pid: string, server: Server): Action[] {
  const look = `psql -c "SELECT pid, usename, application_name, state, xact_start, left(query, 100) AS query FROM pg_stat_activity WHERE pid = ${pid}"`;
  return [
    { title: `See what process ${pid} does, which holds the lock`, command: atServer(look, server), risk: null },
    {
      title: `Cancel what process ${pid} runs, if it may be interrupted`,
      command: atServer(`psql -c "SELECT pg_cancel_backend(${pid})"`, server),
      risk: 'Rolls back the statement of that process; its job has to be started again.',
    },
  ];
}

type Server = { dialect: Dialect; host: string | null; name: string | null };

/** The command with the server and the database that it is for, where they are known. */
function atServer(command: string, { host, name }: Server): string {
  const database = command.startsWith('psql') && name ? ['--dbname', name] : [];
  const target = shellCommand(...(host ? ['--host', host] : []), ...database);
  return target ? command.replace(/^\w+/, (tool) => `${tool} ${target}`) : command;
}
