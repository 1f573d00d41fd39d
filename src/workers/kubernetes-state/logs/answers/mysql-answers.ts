import { numberIn, settingIn } from '../answer-rows.ts';
import type { StoreAnswer } from '../store-answer.ts';

/** The values of one of MySQL's counters in the order of the readings, in whatever form they were printed. */
export const readings = (text: string, counter: string): number[] =>
  [...text.matchAll(new RegExp(`\\b${counter}\\b["\\s|:=]{1,80}(\\d{1,18})\\b`, 'gi'))].map(([, value]) =>
    Number(value),
  );

/** How much a counter grew between the first and the last reading; NaN with a single one. */
const growth = (values: readonly number[]): number =>
  values.length > 1 ? (values.at(-1) ?? 0) - (values[0] ?? 0) : Number.NaN;

/** So many sessions at once wait for rows, and so long (ms) each of so many waits took, where somebody feels it. */
const [WAITING_NOW, WAITS, WAIT_MS] = [5, 20, 1000];

/** Sessions that wait for the rows of others, by the counters of InnoDB. */
function rowLocks(text: string): string | null {
  const now = readings(text, 'Innodb_row_lock_current_waits').at(-1) ?? 0;
  const [waits, spent] = [
    growth(readings(text, 'Innodb_row_lock_waits')),
    growth(readings(text, 'Innodb_row_lock_time')),
  ];
  const grew = waits >= WAITS && spent >= WAIT_MS * waits;
  if (now < WAITING_NOW && !grew) return null;
  return [
    ...(now > 0 ? [`Innodb_row_lock_current_waits ${now}`] : []),
    ...(grew ? [`Innodb_row_lock_waits ${readings(text, 'Innodb_row_lock_waits').at(-1)}`] : []),
  ].join(', ');
}

/** The limit of connections often stands in an answer of its own. */
function clientsAtLimit(text: string, around: string): string | null {
  const connected = readings(text, 'Threads_connected').at(-1) ?? 0;
  const most = [text, around].map((one) => numberIn(one, 'max_connections')).find((limit) => limit > 0) ?? 0;
  return most > 0 && connected >= 0.95 * most ? `Threads_connected ${connected}, max_connections ${most}` : null;
}

/** Statements that had to wait for a free page, and pages that had to be fetched, from which on a pool is too small. */
const [FREE_WAITS, FETCHED] = [1000, 0.1];

/** Statements wait for free pages in a buffer pool that finds too little of what is asked for. */
function smallPool(text: string): string | null {
  const waited = readings(text, 'Innodb_buffer_pool_wait_free');
  const [reads, asked] = [
    numberIn(text, 'Innodb_buffer_pool_reads'),
    numberIn(text, 'Innodb_buffer_pool_read_requests'),
  ];
  const waits = growth(waited) > 0 || (waited.at(-1) ?? 0) >= FREE_WAITS;
  if (!waits || (asked > 0 && reads < FETCHED * asked)) return null;
  const shown = [`Innodb_buffer_pool_wait_free ${waited.at(-1)}`];
  if (asked > 0) shown.push(`Innodb_buffer_pool_reads ${reads}`, `Innodb_buffer_pool_read_requests ${asked}`);
  return shown.join(', ');
}

/** So many temporary tables, and such a share of them, went to the disk. */
const [MANY_TABLES, MOST_OF_THEM] = [10_000, 0.6];

/** Temporary tables that do not fit into memory. */
function tablesOnDisk(text: string): string | null {
  const [disk, all] = [readings(text, 'Created_tmp_disk_tables'), readings(text, 'Created_tmp_tables')];
  const [spilled, made] = growth(disk) > 0 ? [growth(disk), growth(all)] : [disk.at(-1) ?? 0, all.at(-1) ?? 0];
  if ((disk.at(-1) ?? 0) < MANY_TABLES || !(spilled >= MOST_OF_THEM * made)) return null;
  const size = settingIn(text, 'tmp_table_size');
  return `Created_tmp_disk_tables ${disk.at(-1)}, Created_tmp_tables ${all.at(-1)}${size ? `, tmp_table_size ${size}` : ''}`;
}

const LATCH = /--Thread \d+ has waited at ([^\n]{1,80}?) for (\d+)(?:\.\d+)? seconds the semaphore/g;
/** Threads get a latch within milliseconds; for so long (s) none waits that works. */
const LATCH_LONG = 30;

/** Threads of the server that wait for each other's latches. */
export function latchWaits(text: string): string | null {
  const [longest] = [...text.matchAll(LATCH)].toSorted((one, other) => Number(other[2]) - Number(one[2]));
  return longest && Number(longest[2]) >= LATCH_LONG ? longest[0] : null;
}

/** What MySQL answers to `SHOW GLOBAL STATUS` and `SHOW ENGINE INNODB STATUS`. */
export const MYSQL_ANSWERS: readonly StoreAnswer[] = [
  {
    kind: 'store-connections-full',
    shows: clientsAtLimit,
    meaning: 'has reached its connection limit',
    confidence: 0.8,
  },
  {
    kind: 'latch-waits',
    shows: latchWaits,
    meaning: 'has threads that wait for a latch inside the server (semaphore of InnoDB) that another one holds',
    confidence: 0.82,
  },
  {
    kind: 'sessions-blocked',
    shows: rowLocks,
    meaning: 'has sessions that wait for row locks of others',
    confidence: 0.8,
  },
  {
    kind: 'small-pool',
    shows: smallPool,
    meaning:
      'has a buffer pool that is too small (memory): statements wait for a free page, and what they ask for must be read from the disk',
    confidence: 0.78,
  },
  {
    kind: 'spilled-tables',
    shows: tablesOnDisk,
    meaning: 'writes most temporary tables of its statements to the disk, because they do not fit into memory',
    confidence: 0.64,
  },
];
