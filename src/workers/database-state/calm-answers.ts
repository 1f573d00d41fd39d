import { alertText } from '../alert-facts.ts';
import type { DetectorInput } from '../detectors/detector.ts';
import { DOUBT } from '../detectors/support/doubt.ts';
import { oncePer } from '../detectors/support/once-per.ts';
import type { Calm } from './calm.ts';
import { onlyBackupsScan, SCANS } from './calm-backup-scans.ts';
import { poolsHaveRoom, queuesAreRead, quietBroker } from './calm-brokers.ts';
import { fullByDesign } from './calm-caches.ts';
import { quietOperations, roomForDocumentClients } from './calm-documents.ts';
import { fewThreads, quietEngine } from './calm-engine.ts';
import { imageIsFull } from './calm-file-systems.ts';
import { SPEAKS_OF_HITS, warmAgain } from './calm-hit-ratio.ts';
import { slowLogIsShort, withoutSpikes } from './calm-key-stores.ts';
import { nobodyWaits } from './calm-locks.ts';
import { replicaLevel } from './calm-replicas.ts';
import { heapsHaveRoom } from './calm-search.ts';
import { streamsAreOldest } from './calm-streams.ts';
import { agesAreYoung, askedForLocks, isBloated, vacuumWorks } from './calm-vacuum.ts';
import { youngCache } from './calm-young-caches.ts';
import { complains } from './complaints.ts';
import { diagnoseDatabase } from './diagnose-database.ts';
import { lateByDesign } from './late-by-design.ts';
import {
  type Cells,
  cell,
  lockWaits,
  type PrintedState,
  rowsWith,
  type Shown,
  sessionGroups,
} from './printed/printed-state.ts';
import { BACKUP_CLIENT, isHouseKeeping } from './session-roles.ts';
import { transactionSeconds } from './stories/vacuum-stories.ts';

/** What an alert of whoever watches a server may be about, and what shows that this is as it should be; null where it does not. */
type Topic = { about: RegExp; shown: (printed: PrintedState, alert: string) => Calm | null };

/** What somebody only asks for is not told yet. */
const ASKED = /\b(?:whether|if)\b[^.,;:\n]{0,60}/gi;

/** The log that a rule watches is no complaint for what that log holds. */
const WATCHED = /\bslow[- ]?query[- ]?log\b|\bslow[- ]?log\b/gi;

/**
 * What servers that were asked themselves (psql, mysql, redis-cli) say of what the alert is about: that is as it should be, and nothing
 * waits; null where it is not, or where users complain.
 */
export const calmAnswers = oncePer((input: DetectorInput): Calm | null => {
  const text = alertText(input.alerts);
  const seen = text.replace(ASKED, '');
  if (complains(seen.replace(WATCHED, ''))) return null;
  const onlyWatched = complains(seen);
  const { state, stories } = diagnoseDatabase(input);
  if (state.printed.notes.length === 0 || stories.some(({ score }) => score >= DOUBT)) return null;
  if ((lockWaits(state.printed) ?? 0) > 0) return null;
  const young = SPEAKS_OF_HITS.test(text) ? youngCache(state.printed, text) : null;
  const warm = onlyWatched ? null : (warmAgain(input) ?? young);
  if (warm) return warm;
  for (const { about, shown } of onlyWatched ? [OF_SCANS, OF_SLOW_LOG] : TOPICS) {
    const calm = about.test(text) ? shown(state.printed, text) : null;
    if (calm) return { ...calm, evidence: [...new Set(calm.evidence)].sort((left, right) => left - right) };
  }
  return null;
});

const numbersOf = (...shown: readonly { evidence: number }[]): number[] => shown.map(({ evidence }) => evidence);

/** Up to this share of the limit there is room for every client. */
const ROOM = 0.9;
/** A transaction that is open for less time holds nothing up, s. */
const SHORT = 600;

/** The limit as PostgreSQL names its column, and as MySQL heads it where it was selected as a variable. */
const LIMITS = ['max_connections', '@@max_connections', '@@global.max_connections'];

function roomForClients(printed: PrintedState): Calm | null {
  const [limit] = [
    ...LIMITS.flatMap((column) => rowsWith(printed, column)),
    ...namedSetting(printed, 'max_connections'),
  ];
  const most = limit ? cell(limit.what, ...LIMITS, 'setting', 'value') : Number.NaN;
  const { groups, total: sessions } = sessionGroups(printed);
  const connected = namedSetting(printed, 'Threads_connected')[0] ?? rowsWith(printed, 'numbackends')[0];
  const used = sessions || (connected ? cell(connected.what, 'value', 'numbackends') : Number.NaN);
  if (!limit || !(used > 0 && used < ROOM * most)) return null;
  const held = [...groups, ...rowsWith(printed, 'pid', 'state')].some(
    ({ what }) => what.state?.startsWith('idle in transaction') && transactionSeconds(what) >= SHORT,
  );
  if (held) return null;
  const idle = groups.filter(({ what }) => what.state === 'idle').slice(0, 3);
  const kept = idle.map(
    ({ what }) => `${[what.application_name || what.usename, what.state].filter(Boolean).join(' ')} ${what.count}`,
  );
  return {
    statement: `no failure: the connections stay below the limit (max_connections ${most})${kept.length > 0 ? `, most of them are idle ones that pools keep open (${kept.join(', ')})` : ''}, and nothing waits`,
    evidence: numbersOf(limit, ...groups, ...(connected ? [connected] : [])),
  };
}

const namedSetting = (printed: PrintedState, name: string): Shown<Cells>[] =>
  printed.rows.filter(({ what }) => (what.name ?? what.variable_name)?.toLowerCase() === name.toLowerCase());

function backupRuns(printed: PrintedState): Calm | null {
  const long = printed.rows.filter(({ what }) => what.state !== undefined && transactionSeconds(what) >= SHORT);
  const backups = long.filter(({ what }) =>
    BACKUP_CLIENT.test(`${what.application_name} ${what.usename ?? what.user}`),
  );
  const others = long.filter((one) => !backups.includes(one) && !isHouseKeeping(one.what));
  const [first] = backups;
  if (!first || others.length > 0 || lockWaits(printed) !== 0 || isBloated(printed)) return null;
  const past = printed.notes.find(({ text }) => habit(text));
  return {
    statement: `no failure: the long transaction is that of the backup (${first.what.application_name || first.what.usename || first.what.user}), it blocks nobody (no lock is waited for)${past ? ', and it takes as long as the ones before it' : ''}`,
    evidence: [...numbersOf(...backups), ...(past ? [past.evidence] : []), ...askedForLocks(printed)],
  };
}

/** A log with three or more runs that came to their end, each of another day. */
function habit(text: string): boolean {
  const done = text.split('\n').filter((line) => /\b(?:done|finished|complete[d]?|success\w*)\b/i.test(line));
  const days = new Set(done.flatMap((line) => /\d{4}-\d\d-\d\d/.exec(line)?.[0] ?? []));
  return days.size >= 3 && /dump|backup/i.test(text);
}

/** The words of an alert about what waits in a broker. */
const OF_QUEUES = /queues?\b|messages?\b|backlog|depth/i;

const OF_SCANS: Topic = { about: SCANS, shown: onlyBackupsScan };
const OF_SLOW_LOG: Topic = { about: /slow[- ]?log/i, shown: slowLogIsShort };
const TOPICS: readonly Topic[] = [
  OF_SLOW_LOG,
  { about: /latency/i, shown: withoutSpikes },
  { about: /threads?[_ ]running|running threads/i, shown: fewThreads },
  { about: /\bheap\b|\bjvm\b/i, shown: heapsHaveRoom },
  {
    about: /rabbit\w*|watermark|resource alarm/i,
    shown: (printed, alert) => (OF_QUEUES.test(alert) ? queuesAreRead(printed) : quietBroker(printed)),
  },
  { about: /\binnodb\b|history list|\bundo\b|\bpurge\b|semaphore/i, shown: quietEngine },
  {
    about: /\block(?:s|ed|ing)?\b|\bblock(?:s|ed|ing)\b|deadlock/i,
    shown: (printed) => nobodyWaits(printed) ?? quietOperations(printed, true),
  },
  {
    about: /vacuum|wraparound|freez|frozen|transaction ?id|\bxids?\b/i,
    shown: (printed, alert) => vacuumWorks(printed) ?? agesAreYoung(printed, alert),
  },
  {
    // Consumers of a queue lag, too.
    about:
      /^(?![\s\S]*\b(?:consumers?|kafka|topics?|partitions?)\b)[\s\S]*(?:\blag\b|replication ?lag|behind|replica)/i,
    shown: (printed, alert) => replicaLevel(printed) ?? lateByDesign(printed, alert),
  },
  {
    about: /connection|sessions|clients|backends/i,
    shown: (printed) => roomForClients(printed) ?? roomForDocumentClients(printed) ?? poolsHaveRoom(printed),
  },
  {
    about: /transaction|long[- ]?(?:running|quer)|running for|open for|\boldest\b|\blongest\b/i,
    shown: (printed) => backupRuns(printed) ?? streamsAreOldest(printed) ?? quietOperations(printed),
  },
  OF_SCANS,
  {
    about:
      /memory|\bmem(?:free|_|\b)|nodemem|\bram\b|evict|fragment|\bkeys\b|maxmemory|buffer ?(?:pool|cache)|shared_buffers|\bcache\b/i,
    shown: fullByDesign,
  },
  { about: /file ?systems?|\bdisk|\bmounts?\b|volume|inodes?|\bfs\b/i, shown: imageIsFull },
];
