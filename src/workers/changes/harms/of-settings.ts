import { oneLine } from '../../detectors/support/text.ts';
import type { Consequence, ReadChange } from './harm.ts';
import { came, gone, grows, type HarmRule, shrinks, some } from './lines.ts';

const CRON = /["'`]?(?:[\d*/,-]+\s+){4}[\d*/,A-Za-z-]+["'`]?\s*$/;

/** What takes a tenth away is tuned. */
const MUCH_LESS = 0.7;

export const POOL_SIZE =
  /pool[._-]?size|pool_?max|maximum[._-]?pool|max[._-]?overflow|SetMax(?:Open|Idle)Conns|max[._-]?(?:open[._-]?|idle[._-]?)?conn\w*|connection_?limit|max[._-]?(?:active|total)\b/i;
const OPEN_FILES = /nofile|\bulimit\b|rlimit_nofile|file-max/i;

/** How long a consumer may work on what it took. */
const MAY_TAKE =
  /max[._-]?poll[._-]?interval|session[._-]?timeout|visibility[._-]?timeout|ack[._-]?(?:deadline|wait)|consumer[._-]?timeout|lock[._-]?duration/i;

/** What changed settings of programs, brokers, stores and clusters do. */
export const OF_SETTINGS: readonly HarmRule[] = [
  {
    why: 'its containers get less CPU',
    when: ({ removed, added }) => cpuOf(added) <= MUCH_LESS * cpuOf(removed),
    shows: /throttl|cpu|slow|took|latenc|duration|p9\d|time[sd]? ?out|exceeded|busy|saturat/i,
  },
  {
    why: 'a consumer gets more at once than it can do within the interval between two polls, so that it is taken for gone and its work goes to others',
    when: (lines) =>
      grows(lines, /max[._-]?poll[._-]?records|fetch[._-]?max|prefetch|MaxNumberOfMessages|max[._-]?messages/i, 2) ||
      shrinks(lines, MAY_TAKE, 2),
    shows:
      /rebalanc|max\.?poll|\blag\b|consumer_lag|heartbeat|member|unacked|redeliver|visibility|ack\w* (?:deadline|timeout)|delivery acknowledgement|message lock|receive_?count/i,
  },
  {
    why: 'its pool of connections is left at the default size',
    when: (lines) => gone(lines, POOL_SIZE),
    shows:
      /pool|connection is not available|too many (?:clients|connections)|connections?_|max_connections|remaining connection slots/i,
  },
  {
    why: 'it may open fewer files and sockets',
    when: (lines) => gone(lines, OPEN_FILES) || shrinks(lines, OPEN_FILES, 2),
    shows: /too many open files|\bE[MN]FILE\b|descriptors?/i,
  },
  {
    why: 'it runs at other times than before',
    when: ({ removed, added }) => some(removed, CRON) && some(added, CRON),
    shows: /started|\bruns?\b|already running|overlap|lock|duplicate|cpu/i,
  },
  {
    why: 'it waits for the disk at every write',
    when: (lines) =>
      came(
        lines,
        /appendfsync\s+always|synchronous_commit\s*=?\s*["']?on|flush_log_at_trx_commit\s*=\s*1|sync_binlog\s*=\s*1|fsync\s*[:=]\s*["']?(?:true|on|always)|acks\s*[:=]\s*["']?all/i,
      ),
    shows: /disk|iops|fsync|slow|latenc|commit|flush|took|p9\d/i,
  },
];

/** The CPUs that lines give to containers, in all; not a number where they give none. */
function cpuOf(lines: string[]): number {
  const given = lines.flatMap((line) => {
    const [, amount, unit] = /\bcpu["']?\s*[:=]\s*["']?(\d+(?:\.\d+)?)(m?)\b/.exec(line) ?? [];
    return amount === undefined ? [] : [Number(amount) / (unit === 'm' ? 1000 : 1)];
  });
  return given.length === 0 ? Number.NaN : given.reduce((sum, one) => sum + one, 0);
}

/** Rights as clouds and clusters write them. */
const RIGHT = /\b[a-z][a-z0-9-]+:[A-Z]\w+\*?|\broles\/[\w.]+|"(?:get|list|watch|create|update|patch|delete)"/g;
const DENIED =
  /denied|not authori[sz]ed|unauthori[sz]ed|forbidden|\b40[13]\b|permission|cannot (?:get|list|watch|create|update|patch|delete)/i;

/** Rights that are no longer granted, or on something else than before. */
export function lostRights({ removed, added }: ReadChange): Consequence[] {
  const rights = (lines: string[]) => new Set(lines.flatMap((line) => line.match(RIGHT) ?? []));
  const left = rights(added);
  const lost = [...rights(removed)].filter((right) => !left.has(right));
  const kept = [...rights(removed)].filter((right) => left.has(right));
  if (lost.length === 0 && kept.length > 0)
    return [{ why: `it writes anew on what one may ${oneLine(kept.join(', '), 80)}`, shows: DENIED, isPlain: true }];
  if (lost.length === 0) return [];
  return [{ why: `it takes away the right to ${oneLine(lost.join(', '), 80)}`, shows: DENIED, isPlain: true }];
}
