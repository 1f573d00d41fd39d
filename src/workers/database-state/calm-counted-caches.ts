import type { Calm } from './calm.ts';
import type { PrintedState } from './printed/printed-state.ts';

/** A cache that finds less than this share of what it is asked for is too small, or asked for the wrong things. */
const FOUND = 0.9;
/** Counted of fewer lookups, it tells nothing. */
const MANY = 1000;

/** How caches count what they were asked for, and found or did not find. */
const COUNTERS: readonly { kind: string; hits: RegExp; misses: RegExp }[] = [
  { kind: 'Varnish', hits: /\bMAIN\.cache_hit\s{1,60}(\d+)/g, misses: /\bMAIN\.cache_miss\s{1,60}(\d+)/g },
  // CacheStats of Guava and Caffeine, in the process of a program.
  { kind: 'the local cache', hits: /\bhitCount=(\d+)/g, misses: /\bmissCount=(\d+)/g },
  // Near caches of Hazelcast and of those that print like it.
  { kind: 'the near cache', hits: /\bhits=(\d+), misses=/g, misses: /\bhits=\d+, misses=(\d+)/g },
  {
    kind: 'the local cache',
    hits: /^cache_gets_total\{[^}\n]{0,200}result="hit"[^}\n]{0,200}\} ([\d.E+]+)/gm,
    misses: /^cache_gets_total\{[^}\n]{0,200}result="miss"[^}\n]{0,200}\} ([\d.E+]+)/gm,
  },
];

/** What such a cache counts when it does not work: clients turned away, nothing to make room for, origins that fail. */
const TROUBLE =
  /\b(?:MAIN\.(?:sess_dropped|backend_unhealthy|n_lru_limited|threads_failed)|load(?:Failure|Exception)Count)["'=:\s]{1,60}[1-9]|\bout of memory\b/;

/** The name of a cache as a workload has it: `rates-cache`, `varnish-7`. */
const NAMED = /(?<![\w.-])(?=[\w-]{0,60}(?:cache|varnish))[a-z0-9]{1,60}(?:-[a-z0-9]{1,60}){1,8}(?![\w-])/g;

const OF_REPLICA_SET = /-[a-z0-9]{6,10}-[a-z0-9]{5}$/;
/** Beyond its container's limit a cache is killed, and a sudden change does not show in what was counted since the start. */
const NOT_SHOWN =
  /\blimits?\b|working ?set|\brss\b|cgroup|\boom|\b(?:ris(?:e|es|ing|en)|rose|jump\w*|spik\w*|sudden\w*|surg\w*|increas\w*|climb\w*|drop\w*|fell|fall\w*|since)\b/i;

/** What was printed about the cache that an alert names; all that was printed where it names none. */
export function notesNamed({ notes }: PrintedState, alert: string): PrintedState['notes'] {
  const named = (alert.toLowerCase().match(NAMED) ?? []).map((one) => one.replace(OF_REPLICA_SET, ''));
  return notes.filter(
    ({ command }) => named.length === 0 || named.some((name) => command.toLowerCase().includes(name)),
  );
}

/** The same; nothing where the alert is about what no counter since the start shows. */
export const notesOfCache = (printed: PrintedState, alert: string): PrintedState['notes'] =>
  NOT_SHOWN.test(alert) ? [] : notesNamed(printed, alert);

/** A cache of keys or pages that is full because that is what it is for, and finds nearly all that it is asked for; null where it is not so. */
export function countedCache(printed: PrintedState, alert: string): Calm | null {
  const counted = notesOfCache(printed, alert).flatMap((note) =>
    COUNTERS.flatMap((one) => lookups(note.text, one)).map((told) => ({ ...told, ...note })),
  );
  const [first] = counted;
  if (!first || counted.some(({ hits, misses, text }) => !finds(hits, misses) || TROUBLE.test(text))) return null;
  const { kind, hits, misses } = first;
  return {
    statement: `no failure: ${kind} is a cache, which is full by design and makes room as needed, and nearly all that it is asked for is there (hits ${hits}, misses ${misses})`,
    evidence: [...new Set(counted.map(({ evidence }) => evidence))],
  };
}

const finds = (hits: number, misses: number): boolean => hits + misses >= MANY && hits >= FOUND * (hits + misses);

type Lookups = { kind: string; hits: number; misses: number };

/** Every cache that a text counts the lookups of; what is counted twice (before and after) is judged by what lies between, too. */
function lookups(text: string, { kind, hits, misses }: (typeof COUNTERS)[number]): Lookups[] {
  const [found, missed] = [hits, misses].map((one) => [...text.matchAll(one)].map(([, value]) => Number(value)));
  if (!found || !missed || found.length !== missed.length) return [];
  const told = found.map((value, at) => ({ kind, hits: value, misses: missed[at] ?? 0 }));
  const later = told.slice(1).flatMap((one, at) => {
    const before = told[at];
    const grown = before && one.hits > before.hits && one.misses > before.misses;
    return grown ? [{ kind, hits: one.hits - before.hits, misses: one.misses - before.misses }] : [];
  });
  // So little between two looks tells nothing.
  return [...told, ...later.filter((one) => one.hits + one.misses >= MANY)];
}
