import type { Calm } from './calm.ts';
import { notesNamed } from './calm-counted-caches.ts';
import type { PrintedState } from './printed/printed-state.ts';

/** How caches tell since when they run, and what they found and did not find since then. */
const KINDS: readonly { kind: string; uptime: RegExp; hits: RegExp; misses: RegExp; trouble: RegExp }[] = [
  {
    kind: 'Redis',
    uptime: /^\s*uptime_in_seconds:(\d{1,12})/gm,
    hits: /^\s*keyspace_hits:(\d{1,18})/gm,
    misses: /^\s*keyspace_misses:(\d{1,18})/gm,
    trouble: /^\s*(?:evicted_keys|rejected_connections|blocked_clients):[1-9]|_status:err\b|errorstat_OOM/m,
  },
  {
    kind: 'memcached',
    uptime: /^STAT uptime (\d{1,12})/gm,
    hits: /^STAT get_hits (\d{1,18})/gm,
    misses: /^STAT get_misses (\d{1,18})/gm,
    trouble: /^STAT (?:evictions|rejected_connections|listen_disabled_num) [1-9]/m,
  },
  {
    kind: 'Varnish',
    uptime: /\bMAIN\.uptime\s{1,60}(\d{1,12})/g,
    hits: /\bMAIN\.cache_hit\s{1,60}(\d{1,18})/g,
    misses: /\bMAIN\.cache_miss\s{1,60}(\d{1,18})/g,
    trouble: /\bMAIN\.(?:sess_dropped|backend_unhealthy|n_lru_nuked|threads_failed)\s{1,60}[1-9]/,
  },
];

/** A cache that is older has filled; what it finds then is its level, s. */
const YOUNG = 6 * 3600;
/** So much of what is asked a warm cache finds; of fewer lookups nobody can tell. */
const [FOUND, ENOUGH] = [0.9, 200];

type Look = { uptime: number; hits: number; misses: number; evidence: number };

/**
 * A cache that was started not long ago and therefore found little since then, and by now nearly all that it is asked for, by two looks at what it
 * counts; null where it is older, was looked at once, or finds little still.
 */
export function youngCache(printed: PrintedState, alert: string): Calm | null {
  const notes = notesNamed(printed, alert);
  for (const one of KINDS) {
    const looks = notes.flatMap(({ text, evidence }) => looksIn(text, one, evidence));
    const [first, ...later] = looks.toSorted((left, right) => left.uptime - right.uptime);
    const last = later.at(-1);
    if (!first || !last || notes.some(({ text }) => one.trouble.test(text))) continue;
    const [hits, misses] = [last.hits - first.hits, last.misses - first.misses];
    const counts = last.uptime > first.uptime && hits >= 0 && misses >= 0 && hits + misses >= ENOUGH;
    if (counts && last.uptime <= YOUNG && hits >= FOUND * (hits + misses))
      return {
        statement: `no failure: the cache (${one.kind}) was started ${last.uptime} s before it was looked at and has been filled since: it found ${first.hits} and missed ${first.misses} first, and ${last.hits} and ${last.misses} by then, so it finds nearly all that it is asked for now`,
        evidence: looks.map(({ evidence }) => evidence),
      };
  }
  return null;
}

function looksIn(text: string, { uptime, hits, misses }: (typeof KINDS)[number], evidence: number): Look[] {
  const [age, found, missed] = [uptime, hits, misses].map((one) =>
    [...text.matchAll(one)].map(([, value]) => Number(value)),
  );
  if (!age || !found || !missed || found.length !== age.length || missed.length !== age.length) return [];
  return age.map((value, at) => ({ uptime: value, hits: found[at] ?? 0, misses: missed[at] ?? 0, evidence }));
}
