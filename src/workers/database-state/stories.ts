import { quote } from '../kubernetes-state/quote.ts';
import { oneLine } from '../detectors/support/text.ts';
import type { DatabaseEvent, DatabaseState, LoadProfile, Wait } from './database-state.ts';
import { changeText, metricOf, type SeriesProfile, valueText } from './profile-series.ts';
import { shapeOf, shownStatement } from './statement-shape.ts';
import type { Story, StoryContext, StoryTeller } from './story.ts';

const HOUR_MS = 3_600_000;

/** The events within the time of the metrics; without times all of them. */
export function currentEvents({ events, series }: DatabaseState): DatabaseEvent[] {
  const times = series.flatMap(({ points }) => points.flatMap(({ at }) => at ?? []));
  if (times.length === 0) return events;
  const [from, to] = [Math.min(...times), Math.max(...times)];
  return events.filter(({ at }) => {
    const ms = Date.parse(at ?? '');
    return Number.isNaN(ms) || (ms >= from - HOUR_MS / 2 && ms <= to + HOUR_MS);
  });
}

const numbers = (...profiles: (SeriesProfile | null)[]): number[] => profiles.flatMap((profile) => (profile ? [profile.series.evidence] : []));
const cited = (events: DatabaseEvent[]): number[] => events.map(({ evidence }) => evidence);
const rose = (profile: SeriesProfile | null, ratio: number): profile is SeriesProfile => profile !== null && profile.ratio >= ratio && profile.after > profile.before;
const eventText = (events: DatabaseEvent[], most: number, length: number): string => events.slice(0, most).map(({ message }) => quote(message, length)).join(', then ');

/** The share of a wait (by prefix of its name) in all load. */
function shareOf(profile: LoadProfile | null, pattern: RegExp): number {
  const total = profile?.waits.reduce((sum, { load }) => sum + load, 0) ?? 0;
  const own = profile?.waits.filter(({ name }) => pattern.test(name)).reduce((sum, { load }) => sum + load, 0) ?? 0;
  return total > 0 ? own / total : 0;
}

const waitNames = (waits: Wait[], most: number): string => waits.filter(({ load }) => load > 0).slice(0, most).map(({ name }) => name).join(', ');

/** The statement that bears most of the load, with its share. */
function heaviest(profile: LoadProfile | null): { statement: string; share: number; waits: Wait[]; load: number } | null {
  const sorted = (profile?.statements ?? []).toSorted((left, right) => right.load - left.load);
  const total = sorted.reduce((sum, { load }) => sum + load, 0);
  const top = sorted[0];
  return top && total > 0 ? { ...top, share: top.load / total } : null;
}

const topText = (top: { statement: string; waits: Wait[] } | null): string => (top ? `; the heaviest statement is ${quote(shownStatement(top.statement), 150)}${top.waits.length > 0 ? ` waiting on ${waitNames(top.waits, 3)}` : ''}` : '');

const noActions: Story['actions'] = [];

const failover: StoryTeller = (state, { server }) => {
  const events = currentEvents(state).filter(({ message }) => /failover|fail(?:ed)? over|promot(?:ed|ion)/i.test(message));
  const first = events[0];
  if (!first) return null;
  const after = currentEvents(state).filter(({ message }) => /is available|restart|recover/i.test(message) && !events.some((one) => one.message === message));
  const connections = metricOf(state, 'DatabaseConnections');
  const reason = /reason:\s*([^.]+)/i.exec(events.map(({ message }) => message).join(' '))?.[1] ?? /(health check failure[^.]*)/i.exec(first.message)?.[1];
  const gap = connections && connections.min <= 0.1 * connections.before ? `; DatabaseConnections fell from ${valueText(connections.first, null)} to ${valueText(connections.min, null)}${connections.last > 0.5 * connections.before ? ` and recovered to ${valueText(connections.last, null)}, the workload resumed normally` : ''}` : '';
  return {
    kind: 'failover',
    score: 0.92,
    text: `A failover of the database server ${server}${reason ? `, triggered by ${oneLine(reason, 80)},` : ''} interrupted it${gap}. Events: ${eventText([...events, ...after], 4, 110)}`,
    brief: 'the server failed over',
    evidence: [...cited(events), ...cited(after), ...numbers(connections)],
    actions: noActions,
  };
};

const restart: StoryTeller = (state, { server }) => {
  const events = currentEvents(state).filter(({ message }) => /reboot|restart|shut ?down|maintenance|patch|upgrad|recovery|unavailable|modif(?:y|ied|ication)|scal(?:ed|ing)/i.test(message) && !/failover|backup|needs to be rebooted|no downtime|completed without/i.test(message));
  const connections = metricOf(state, 'DatabaseConnections');
  const dropped = connections !== null && connections.min <= 0.1 * connections.before && connections.before > 0;
  if (events.length === 0) return null;
  return {
    kind: 'restart',
    score: dropped ? 0.85 : 0.5,
    text: `The database server ${server} was restarted or changed${dropped && connections ? `: DatabaseConnections fell from ${valueText(connections.first, null)} to ${valueText(connections.min, null)}` : ''}. Events: ${eventText(events, 3, 140)}`,
    brief: 'the server was restarted',
    evidence: [...cited(events), ...numbers(connections)],
    actions: noActions,
  };
};

const storage: StoryTeller = (state, { server, text }) => {
  const free = metricOf(state, 'FreeStorageSpace', 'FreeLocalStorage');
  const events = currentEvents(state).filter(({ message }) => /storage|disk (?:is )?full|no space left/i.test(message) && !/autoscal\w+ completed|DiskQueue/i.test(message));
  const told = events.filter(({ message }) => /full|exhaust|out of|ran out|no space|consumed|critical|has reached|read-only/i.test(message));
  const low = free !== null && (free.last <= 0.05 * Math.max(free.max, totalOf(events)) || free.last < 2e9);
  const falling = free !== null && free.after < 0.8 * free.before;
  const growing = [metricOf(state, 'TransactionLogsGeneration'), metricOf(state, 'TransactionLogsDiskUsage'), metricOf(state, 'WriteIOPS')].filter((one) => rose(one, 1.8));
  if (!low && told.length === 0 && !(falling && /storage|disk/.test(text)) && !(falling && events.length > 0)) return null;
  const writer = heaviest(state.profile);
  const drive = [...growing.map((one) => changeText(one as SeriesProfile)), writer && /insert|update|delete|copy|vacuum/i.test(writer.statement) ? `writes such as ${quote(shownStatement(writer.statement), 110)}` : null].filter((part) => part !== null);
  const metric = free ? `FreeStorageSpace fell from ${valueText(free.first, free.series.unit)} to ${valueText(free.last, free.series.unit)}` : 'the metric FreeStorageSpace is missing, and the events tell of it';
  return {
    kind: 'storage',
    score: low && told.length > 0 ? 0.94 : low ? 0.88 : told.length > 0 ? 0.84 : 0.55,
    text: `The storage space of the database server ${server} is ${low || told.length > 0 ? 'exhausted (disk full)' : 'running out'}: ${metric}${drive.length > 0 ? `, driven by ${drive.join(', ')}` : ''}, so writes fail or stall${events.length > 0 ? `. Events: ${eventText(told.length > 0 ? told : events, 2, 150)}` : ''}`,
    brief: `free storage shrinks${free ? ` (${changeText(free)})` : ''}`,
    evidence: [...numbers(free, ...growing), ...cited(events), ...(state.profile ? [state.profile.evidence] : [])],
    actions: noActions,
  };
};

/** The allocated storage that an event names (`82.2 GB remaining of 200 GB`), in bytes. */
function totalOf(events: DatabaseEvent[]): number {
  return Math.max(0, ...events.flatMap(({ message }) => [.../\bof (\d+(?:\.\d+)?) ?(?:GB|GiB)/i.exec(message) ?? []].slice(1)).map((gigabytes) => Number(gigabytes) * 1e9));
}

const maintenance: StoryTeller = (state, { server }) => {
  const top = heaviest(state.profile);
  const events = currentEvents(state).filter(({ message }) => /vacuum|checkpoint|wraparound|freeze/i.test(message) && !/completed successfully/i.test(message));
  const frequent = events.filter(({ message }) => /too frequently|storm|\d+ checkpoints|wraparound|excessive/i.test(message));
  const own = top && /\bvacuum\b|\banalyze\b|checkpointer|freeze/i.test(top.statement) && top.share >= 0.3 ? top : null;
  if (!own && frequent.length === 0) return null;
  const storm = frequent.some(({ message }) => /checkpoint/i.test(message));
  const [wal, iops, queue] = [metricOf(state, 'TransactionLogsGeneration'), metricOf(state, 'WriteIOPS'), metricOf(state, 'DiskQueueDepth')];
  const changes = [iops, wal, queue].filter((one): one is SeriesProfile => rose(one, 2)).map(changeText);
  const what = own ? `The maintenance statement ${quote(shownStatement(own.statement, 80), 90)}` : 'Checkpoints that follow each other too closely';
  return {
    kind: 'maintenance',
    score: own && events.length > 0 ? 0.93 : own ? 0.88 : 0.8,
    text: `${what} overloads the database server ${server}${storm && own ? ' and triggers a checkpoint storm (checkpoints too frequent)' : ''}: it writes WAL (write-ahead log) and dirty pages and takes most of the load${state.profile ? `; the load waits on ${waitNames(state.profile.waits, 3)}` : ''}${changes.length > 0 ? `. ${changes.join(', ')}` : ''}. CPU and latency are effects of it${frequent[0] ? `. Events: ${eventText(frequent, 1, 130)}` : ''}`,
    brief: 'vacuum and checkpoints load the server',
    evidence: [...cited(events), ...numbers(wal, iops, queue), ...(state.profile ? [state.profile.evidence] : [])],
    actions: noActions,
  };
};

const locks: StoryTeller = (state, { server, text }) => {
  const share = shareOf(state.profile, /^Lock:/);
  const events = currentEvents(state).filter(({ message }) => /deadlock|lock (?:wait|timeout|contention)|blocked|blocking|idle in transaction/i.test(message));
  const idle = state.profile?.statements.find(({ statement }) => /idle in transaction/i.test(statement)) ?? null;
  if (share < 0.3 && events.length === 0 && !(idle && share > 0.1)) return null;
  const waiting = state.profile?.statements.filter(({ waits }) => waits[0]?.name.startsWith('Lock:')) ?? [];
  const holder = idle ?? state.profile?.statements.find(({ waits }) => !waits.some(({ name }) => name.startsWith('Lock:'))) ?? null;
  return {
    kind: 'locks',
    score: Math.min(0.92, 0.6 + 0.5 * share + (events.length > 0 ? 0.15 : 0) + (/\block|deadlock|block/.test(text) ? 0.05 : 0)),
    text: `Lock contention on the database server ${server}: sessions block each other (waits on ${waitNames(state.profile?.waits.filter(({ name }) => name.startsWith('Lock:')) ?? [], 2) || 'locks'})${waiting[0] ? `; blocked is ${quote(shownStatement(waiting[0].statement), 130)}` : ''}${holder ? `; the lock may be held by ${quote(shownStatement(holder.statement), 110)}` : ''}${events[0] ? `. Events: ${eventText(events, 2, 150)}` : ''}`,
    brief: 'sessions wait for locks',
    evidence: [...cited(events), ...(state.profile ? [state.profile.evidence] : [])],
    actions: noActions,
  };
};

const CONNECTION_WORDS = /connection(?:s|\s+count)?\b[^.]{0,60}(?:exhaust|limit|refus|reject|reached|exceed|maximum|satur)|too many (?:clients|connections)|remaining connection slots|max_connections|connection slots|connection pool|connection leak/i;

const connections: StoryTeller = (state, { server, text }) => {
  const series = metricOf(state, 'DatabaseConnections');
  const events = currentEvents(state).filter(({ message }) => CONNECTION_WORDS.test(message));
  const spoken = CONNECTION_WORDS.test(text);
  const up = rose(series, 1.5) && !series.recovered;
  if (!up && events.length === 0) return null;
  const idleShare = shareOf(state.profile, /^(?:Client:ClientRead|Client:|IPC:)|idle/i);
  const idle = state.profile?.statements.find(({ statement }) => /idle in transaction|idle/i.test(statement)) ?? null;
  const [host, user] = [state.profile?.hosts[0], state.profile?.users[0]];
  const held = idleShare >= 0.3 || idle ? ' by sessions that are idle (connection leak: idle or idle in transaction, waiting on Client:ClientRead)' : '';
  const clients = user ? `; most load comes from user ${user.name}${host ? ` on ${host.name}` : ''}` : '';
  return {
    kind: 'connections',
    score: up && (events.length > 0 || spoken) ? 0.9 : events.length > 0 ? 0.84 : 0.56,
    text: `The connections of the database server ${server} are exhausted (connection exhaustion, max_connections)${held}${series ? `: ${changeText(series)}` : ''}${clients}${events[0] ? `. Events: ${eventText(events, 2, 150)}` : ''}`.replace('are exhausted (connection exhaustion, max_connections)', events.length > 0 || spoken ? 'are exhausted (connection exhaustion: max_connections is reached)' : 'pile up'),
    brief: `connections pile up${series ? ` (${changeText(series)})` : ''}`,
    evidence: [...numbers(series), ...cited(events), ...(state.profile ? [state.profile.evidence] : [])],
    actions: noActions,
  };
};

const lag: StoryTeller = (state, { server, text }) => {
  const series = metricOf(state, 'ReplicaLag', 'AuroraReplicaLag', 'OldestReplicationSlotLag');
  const events = currentEvents(state).filter(({ message }) => /replica(?:tion)?\b[^.]{0,60}\b(?:lag|behind|delay)|replay is behind/i.test(message));
  const writes = [metricOf(state, 'TransactionLogsGeneration'), metricOf(state, 'WriteIOPS')].filter((one): one is SeriesProfile => rose(one, 1.8));
  const up = series !== null && series.after >= 30 && series.ratio >= 3;
  const spoken = /replica(?:tion)?[ -]?lag|lag\b[^.]{0,40}replica/.test(text);
  if (!up && !(events.length > 0 && (series === null || spoken)) && !(series === null && spoken && writes.length > 0)) return null;
  const top = heaviest(state.profile);
  const writing = top !== null && /^\s*(?:insert|update|delete|copy|merge|vacuum)|wal/i.test(`${top.statement} ${top.waits[0]?.name ?? ''}`);
  const why = writes.length > 0 || writing ? ' because a write-heavy workload on the primary generates WAL (write-ahead log) faster than the replica can replay it' : ' although the writes of the primary did not grow, so the replica itself is slow to replay WAL (write-ahead log)';
  return {
    kind: 'lag',
    score: up ? 0.92 : events.length > 0 ? 0.85 : 0.72,
    text: `Replication lag: the read replica${series?.series.entity ? ` ${series.series.entity}` : ` of ${server}`} falls behind${why}${series ? ` (${changeText(series)})` : ' (the ReplicaLag metric itself is missing)'}${writes.length > 0 ? `; on the primary ${writes.map(changeText).join(', ')}` : ''}${topText(top)}`,
    brief: `the replica falls behind${series ? ` (${changeText(series)})` : ''}`,
    evidence: [...numbers(series, ...writes), ...cited(events), ...(state.profile ? [state.profile.evidence] : [])],
    actions: noActions,
  };
};

/** From here on a processor is busy, percent. */
const BUSY = 80;

const query: StoryTeller = (state, { server }) => {
  const cpu = metricOf(state, 'CPUUtilization');
  const top = heaviest(state.profile);
  if (!top || top.share < 0.45 || /vacuum|checkpointer/i.test(top.statement)) return null;
  const shape = shapeOf(top.statement);
  const busy = cpu !== null && cpu.after >= BUSY && !cpu.recovered;
  const reads = rose(metricOf(state, 'ReadIOPS'), 2) || rose(metricOf(state, 'ReadLatency'), 3);
  const grown = state.profile && growth(state.profile.load) >= 2;
  if (shape.verb !== 'select' || !(busy || reads || grown)) return null;
  const onCpu = /^CPU/.test(top.waits[0]?.name ?? '') || shareOf(state.profile, /^CPU/) >= 0.4;
  const scan = reads || shape.joins > 0 || shape.aggregate ? ' (it reads far more rows than it needs: a sequential scan or bad plan, probably a missing index)' : '';
  return {
    kind: 'query',
    score: busy && onCpu ? 0.9 : busy ? 0.8 : 0.64,
    text: `One expensive query ${onCpu && busy ? 'saturates the CPU (CPU saturation)' : 'overloads the database server'}${onCpu && busy ? ` of the database server ${server}` : ` ${server}`}: ${quote(shownStatement(top.statement), 170)} takes most of the load, waiting on ${waitNames(top.waits, 2) || 'CPU'}${scan}${cpu ? `; ${changeText(cpu)}` : ''}`,
    brief: 'one query takes most of the load',
    evidence: [...numbers(cpu, metricOf(state, 'ReadIOPS')), ...(state.profile ? [state.profile.evidence] : [])],
    actions: noActions,
  };
};

function growth(load: number[]): number {
  const [first, last] = [load.slice(0, 2), load.slice(-3)];
  const before = first.reduce((sum, value) => sum + value, 0) / Math.max(1, first.length);
  const after = last.reduce((sum, value) => sum + value, 0) / Math.max(1, last.length);
  return before > 0 ? after / before : 1;
}

const writes: StoryTeller = (state, { server }) => {
  const [iops, wal] = [metricOf(state, 'WriteIOPS'), metricOf(state, 'TransactionLogsGeneration')];
  const up = [iops, wal].filter((one): one is SeriesProfile => rose(one, 2) && !one.recovered);
  const top = heaviest(state.profile);
  if (up.length === 0 || !top || !/insert|update|delete|copy|merge/i.test(top.statement)) return null;
  return {
    kind: 'writes',
    score: 0.62,
    text: `A write-heavy workload loads the database server ${server}: ${up.map(changeText).join(', ')}${topText(top)}`,
    brief: `the server writes far more (${up.map(changeText).join(', ')})`,
    evidence: [...numbers(...up), ...(state.profile ? [state.profile.evidence] : [])],
    actions: noActions,
  };
};

const io: StoryTeller = (state, { server }) => {
  const [queue, writeLatency, readLatency, iops] = [metricOf(state, 'DiskQueueDepth'), metricOf(state, 'WriteLatency'), metricOf(state, 'ReadLatency'), metricOf(state, 'WriteIOPS', 'ReadIOPS')];
  const slow = [writeLatency, readLatency].filter((one): one is SeriesProfile => rose(one, 4) && isSlow(one) && !one.recovered);
  const queued = rose(queue, 5) && queue.after >= 5;
  if (slow.length === 0 && !queued) return null;
  const changes = [queued ? queue : null, ...slow, rose(iops, 1.3) ? iops : null].filter((one): one is SeriesProfile => one !== null).map(changeText);
  return {
    kind: 'io',
    score: queued && slow.length > 0 ? 0.76 : 0.66,
    text: `The disk of the database server ${server} is saturated (I/O, IOPS limit or throttling): ${changes.join(', ')}${topText(heaviest(state.profile))}`,
    brief: `the disk is saturated (${changes.slice(0, 2).join(', ')})`,
    evidence: [...numbers(queue, ...slow, iops), ...(state.profile ? [state.profile.evidence] : [])],
    actions: noActions,
  };
};

/** CloudWatch tells latencies in seconds, recordings sometimes in milliseconds. */
const isSlow = ({ after, series: { unit } }: SeriesProfile): boolean => after >= (/^seconds$/i.test(unit ?? '') ? 0.02 : 15);

const cpu: StoryTeller = (state, { server }) => {
  const series = metricOf(state, 'CPUUtilization');
  if (!series || series.after < BUSY || series.recovered) return null;
  const onCpu = state.profile === null || shareOf(state.profile, /^CPU/) >= 0.25;
  return {
    kind: 'cpu',
    score: onCpu ? 0.74 : 0.4,
    text: `The CPU of the database server ${server} is saturated: ${changeText(series)}${topText(heaviest(state.profile))}`,
    brief: changeText(series),
    evidence: [...numbers(series), ...(state.profile ? [state.profile.evidence] : [])],
    actions: noActions,
  };
};

const memory: StoryTeller = (state, { server }) => {
  const [free, swap] = [metricOf(state, 'FreeableMemory'), metricOf(state, 'SwapUsage')];
  const low = free !== null && free.after <= 0.4 * free.before && !free.recovered;
  const swapping = rose(swap, 2) && swap.after >= 2.5e8;
  if (!low && !swapping) return null;
  const changes = [low ? free : null, swapping ? swap : null].filter((one): one is SeriesProfile => one !== null).map(changeText);
  return {
    kind: 'memory',
    score: low && swapping ? 0.68 : 0.52,
    text: `The database server ${server} runs short of memory${swapping ? ' and swaps' : ''}: ${changes.join(', ')}`,
    brief: `memory shrinks (${changes.join(', ')})`,
    evidence: numbers(free, swap),
    actions: noActions,
  };
};

const transactionIds: StoryTeller = (state, { server }) => {
  const series = metricOf(state, 'MaximumUsedTransactionIDs');
  if (!series || series.after < 1.2e9) return null;
  return {
    kind: 'transaction-ids',
    score: 0.8,
    text: `The database server ${server} runs out of transaction IDs (wraparound): MaximumUsedTransactionIDs is at ${valueText(series.last, null)}, so vacuum must freeze old rows`,
    brief: 'transaction IDs run out',
    evidence: numbers(series),
    actions: noActions,
  };
};

/** Every story that the metrics, the load and the events of a server can tell. */
export const STORIES: readonly StoryTeller[] = [failover, restart, storage, maintenance, locks, connections, lag, query, writes, io, cpu, memory, transactionIds];

/** The names of the metrics that show the health of a server; at least three of them must have been seen calm. */
export const VITAL = ['CPUUtilization', 'DatabaseConnections', 'FreeStorageSpace', 'ReplicaLag', 'WriteLatency', 'ReadLatency', 'DiskQueueDepth', 'FreeableMemory'] as const;

export type { StoryContext };
