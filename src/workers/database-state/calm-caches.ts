import { numberIn, settingIn } from '../kubernetes-state/logs/answer-rows.ts';
import { keySpace, makesRoom } from '../kubernetes-state/logs/key-space.ts';
import type { Calm } from './calm.ts';
import { countedCache, notesOfCache } from './calm-counted-caches.ts';
import { printedLoan, swapsNow } from './lent-host-memory.ts';
import { cell, type PrintedState, rowsWith } from './printed/printed-state.ts';

/** A cache finds so many times as often as it misses what it is asked for. */
const HITS = 9;
const FULL = 0.9;

/** What an alert calls the cache of which it says that it is full, and what shows that this one works. */
const CACHES: readonly { about: RegExp; shown: (printed: PrintedState, alert: string) => Calm | null }[] = [
  { about: /memory|evict|\bkeys\b/i, shown: keysMakeRoom },
  { about: /memory|evict|\bcache\b/i, shown: itemsMakeRoom },
  { about: /fragment/i, shown: fragmentsOfLittle },
  { about: /buffer ?pool/i, shown: poolOfPages },
  { about: /wired ?tiger|\bcache\b[^\n]{0,40}(?:full|us(?:ed|age)|fill|%|above)/i, shown: cacheOfDocuments },
  { about: /shared_buffers|\bshared buffers|buffer ?cache/i, shown: sharedBuffers },
];

/** A cache that is full because that is what it is for, and finds nearly all that it is asked for; null where it is not so. */
export function fullByDesign(printed: PrintedState, alert: string): Calm | null {
  for (const { about, shown } of CACHES) {
    const calm = about.test(alert) ? shown(printed, alert) : null;
    if (calm) return calm;
  }
  return countedCache(printed, alert) ?? printedLoan(printed, alert);
}

function keysMakeRoom({ answers }: PrintedState, alert: string): Calm | null {
  for (const [server, asked] of Map.groupBy(answers, ({ server: of }) => of)) {
    // Memory, counters and key space may have been asked for one after the other.
    const text = asked.map((one) => one.text).join('\n');
    const space = keySpace(text);
    const [hits, misses] = [numberIn(text, 'keyspace_hits'), numberIn(text, 'keyspace_misses')];
    const uniform = space !== null && (space.expires <= 0.02 * space.keys || space.expires >= 0.9 * space.keys);
    const ill =
      numberIn(text, 'rejected_connections') > 0 || /_status:err\b/.test(text) || numberIn(text, 'blocked_clients') > 0;
    const full = numberIn(text, 'used_memory') >= FULL * numberIn(text, 'maxmemory');
    if (makesRoom(text, alert) && full && uniform && hits >= HITS * misses && !ill)
      return {
        statement: `no failure: ${server || 'the store'} is a cache that is full by design (maxmemory_policy ${settingIn(text, 'maxmemory_policy')} makes room as needed), and nearly all that it is asked for is there (keyspace_hits ${settingIn(text, 'keyspace_hits')}, keyspace_misses ${settingIn(text, 'keyspace_misses')})`,
        evidence: asked.map(({ evidence }) => evidence),
      };
  }
  return null;
}

/** Items that were thrown away before their time, as a share of all that were ever stored, that no client misses. */
const THROWN_AWAY = 0.1;

/** What memcached says of itself (`STAT get_hits 90170044`). */
const statsIn = (text: string): Map<string, number> =>
  new Map([...text.matchAll(/^STAT (\w{1,40}) (\d{1,20})\s*$/gm)].map(([, name = '', value]) => [name, Number(value)]));

/** A memcached, which always throws the oldest items away when it is full. */
function itemsMakeRoom(printed: PrintedState, alert: string): Calm | null {
  const caches = notesOfCache(printed, alert)
    .map(({ text, evidence }) => ({ of: statsIn(text), evidence }))
    .filter(({ of }) => of.has('get_hits'));
  const [first] = caches;
  const works = caches.every(({ of }) => {
    const [hits, misses] = [of.get('get_hits') ?? 0, of.get('get_misses') ?? Number.NaN];
    const refused = (of.get('rejected_connections') ?? 0) + (of.get('listen_disabled_num') ?? 0);
    const thrown =
      (of.get('evictions') ?? Number.NaN) <= THROWN_AWAY * (of.get('total_items') ?? of.get('cmd_set') ?? 0);
    return hits >= HITS * misses && hits > 0 && thrown && refused === 0;
  });
  if (!first || !works) return null;
  return {
    statement: `no failure: the cache is full by design (memcached throws the oldest items away as needed; evictions ${first.of.get('evictions')}), and nearly all that it is asked for is there (get_hits ${first.of.get('get_hits')}, get_misses ${first.of.get('get_misses')})`,
    evidence: caches.map(({ evidence }) => evidence),
  };
}

/** Redis itself leaves fragments alone that are less than this altogether (active-defrag-ignore-bytes), bytes. */
const IGNORED = 100 * 2 ** 20;

/** The pages of a store that holds hardly anything: its process alone is a multiple of that. */
function fragmentsOfLittle({ answers }: PrintedState): Calm | null {
  const stores = answers.filter(({ text }) => numberIn(text, 'mem_fragmentation_ratio') > 0);
  const [first] = stores;
  const little = stores.every(({ text }) => {
    const told = numberIn(text, 'mem_fragmentation_bytes');
    const bytes = Number.isNaN(told) ? numberIn(text, 'used_memory_rss') - numberIn(text, 'used_memory') : told;
    // Below one, pages were swapped out.
    const swapped = numberIn(text, 'mem_fragmentation_ratio') < 1;
    const lost = numberIn(text, 'evicted_keys') > 0 || numberIn(text, 'rejected_connections') > 0;
    return bytes < IGNORED && !swapped && !lost && !/_status:err\b/.test(text);
  });
  if (!first || !little) return null;
  return {
    statement: `no failure: ${first.server || 'the store'} holds so little (used_memory ${settingIn(first.text, 'used_memory')}) that the ratio of its fragments (mem_fragmentation_ratio ${settingIn(first.text, 'mem_fragmentation_ratio')}) tells nothing`,
    evidence: stores.map(({ evidence }) => evidence),
  };
}

/** So rarely a page has to be fetched from the disk where the pool is large enough. */
const MISSED = 0.01;
/** Sessions at work, changed pages that wait for the disk (a share of all), above which the server has other troubles. */
const [CROWD, DIRTY] = [30, 0.7];

/** The buffer pool of InnoDB: hardly a free page is how it looks when it works. */
function poolOfPages({ notes, answers }: PrintedState): Calm | null {
  // Without a terminal, mysql puts tabs between its columns.
  const text = notes.map((note) => note.text.replaceAll('\t', ' | ')).join('\n');
  const of = (name: string): number => numberIn(text, `Innodb_buffer_pool_${name}`);
  const hit = Number(/Buffer pool hit rate (\d+) \/ 1000/.exec(text)?.[1]);
  const counted = of('read_requests') > 0 && of('reads') <= MISSED * of('read_requests');
  const waits =
    of('wait_free') > 0 || numberIn(text, 'Innodb_data_pending_reads') > 10 || /Pending reads +[1-9]\d/.test(text);
  const dirty = of('pages_dirty') > DIRTY * of('pages_total');
  const crowded = numberIn(text, 'Threads_running') >= CROWD || numberIn(text, 'Innodb_row_lock_current_waits') > 0;
  if (!(counted || hit >= 1000 * (1 - MISSED)) || (counted && hit < 1000 * (1 - MISSED))) return null;
  if (waits || dirty || crowded || swapsNow(text)) return null;
  const shown = counted
    ? `Innodb_buffer_pool_reads ${of('reads')} of Innodb_buffer_pool_read_requests ${of('read_requests')}${of('wait_free') === 0 ? ', Innodb_buffer_pool_wait_free 0' : ''}`
    : `Buffer pool hit rate ${hit} / 1000`;
  return {
    statement: `no failure: the buffer pool of ${answers.find(({ server }) => server !== '')?.server ?? 'the server'} is full of pages by design, nearly every page that is asked for is there (${shown}), and nobody waits for a free one`,
    evidence: notes
      .filter((note) => /Innodb_buffer_pool_|Buffer pool hit rate/.test(note.text))
      .map((note) => note.evidence),
  };
}

/** From here on the threads of clients must make room in the cache of WiredTiger themselves; so little changed data is healthy. */
const [TRIGGER, CHANGED] = [0.9, 0.15];

/** The cache of WiredTiger (MongoDB), which keeps itself at four fifths of its size. */
function cacheOfDocuments({ notes }: PrintedState): Calm | null {
  for (const { text, evidence } of notes) {
    const of = (name: string): number =>
      Number(new RegExp(`['"]${name}['"]: ?(?:\\w{0,10}Long\\()?['"]?(\\d+)`).exec(text)?.[1]);
    const [used, most] = [of('bytes currently in the cache'), of('maximum bytes configured')];
    const [changed, byClients] = [of('tracked dirty bytes in the cache'), of('pages evicted by application threads')];
    if (used < TRIGGER * most && changed < CHANGED * most && byClients === 0)
      return {
        statement: `no failure: the cache of WiredTiger keeps itself filled by design (bytes currently in the cache ${used}, maximum bytes configured ${most}), and no thread of a client has to make room (pages evicted by application threads 0)`,
        evidence: [evidence],
      };
  }
  return null;
}

/** The buffers of PostgreSQL, which are in use after some hours of work. */
function sharedBuffers(printed: PrintedState): Calm | null {
  const counted = rowsWith(printed, 'blks_hit', 'blks_read').filter(({ what }) => cell(what, 'blks_hit') > 0);
  const busy = counted.toSorted((left, right) => cell(right.what, 'blks_hit') - cell(left.what, 'blks_hit'))[0];
  if (!busy || cell(busy.what, 'blks_read') > MISSED * cell(busy.what, 'blks_hit')) return null;
  return {
    statement: `no failure: the buffers are in use by design, and nearly every block that is asked for is there (blks_hit ${busy.what.blks_hit}, blks_read ${busy.what.blks_read})`,
    evidence: [busy.evidence],
  };
}
