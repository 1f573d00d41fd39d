import { answerRows, numberIn, shownCells } from '../answer-rows.ts';
import type { StoreAnswer } from '../store-answer.ts';

/** Spikes of Redis that last so long (ms) are felt by all of its clients. */
const FELT_MS = 100;
/** `2. aof-write: 21 latency spikes (average 1210ms, …). Worst all time event 4122ms.` of LATENCY DOCTOR. */
const SPIKES = /^\s*\d+\. ([a-z][\w-]{2,40}): \d+ latency spikes? \(average (\d+)ms[^\n]{0,160}/gm;
/** An entry of LATENCY LATEST: the event, when it was last, how long then and at most (ms). */
const LATEST = /\d+\) 1\) "([a-z][\w-]{2,40})"\s+2\) \(integer\) \d+\s+3\) \(integer\) (\d+)\s+4\) \(integer\) \d+/g;

/** The longest spikes of the events whose names fit. */
function spikes(text: string, events: RegExp): string | null {
  const found = [...text.matchAll(SPIKES), ...text.matchAll(LATEST)]
    .filter(([, event = '', ms]) => events.test(event) && Number(ms) >= FELT_MS)
    .toSorted((one, other) => Number(other[2]) - Number(one[2]));
  return found[0]?.[0].replace(/^\s*\d+[.)] /, '').replace(/\s+/g, ' ') ?? null;
}

/** So many bytes wait for a client that does not fetch them. */
const WAITING_BYTES = 64 * 2 ** 20;

/** A client that does not read its answers, which the store must keep in memory meanwhile. */
export function unreadAnswers(text: string): string | null {
  const found = text
    .split('\n', 20_000)
    .filter((line) => /^id=\d+ .{0,400}\bomem=\d/.test(line))
    .map((line) => ({ line, bytes: Number(/\bomem=(\d+)/.exec(line)?.[1]) }))
    .toSorted((one, other) => other.bytes - one.bytes)[0];
  if (!found || found.bytes < WAITING_BYTES) return null;
  return ['addr', 'name', 'omem', 'cmd']
    .flatMap((key) => new RegExp(`\\b${key}=\\S+`).exec(found.line)?.[0] ?? [])
    .join(', ');
}

/** Less of the store than this (a share, and bytes) is in memory: the rest was swapped out. */
const [SWAPPED, ENOUGH_BYTES] = [0.8, 100 * 2 ** 20];

/** A store of which the system has swapped a part out. */
function swappedOut(text: string): string | null {
  const [ratio, used] = [numberIn(text, 'mem_fragmentation_ratio'), numberIn(text, 'used_memory')];
  const held = numberIn(text, 'used_memory_rss');
  return ratio > 0 && ratio < SWAPPED && used >= ENOUGH_BYTES && held < SWAPPED * used
    ? `mem_fragmentation_ratio ${ratio}, used_memory ${used}, used_memory_rss ${held}`
    : null;
}

/** A memcached all of whose connections are taken, or that had to stop listening for want of one. */
function itemsWithoutRoom(text: string): string | null {
  const of = (name: string): number => Number(new RegExp(`^STAT ${name} (\\d{1,20})\\s*$`, 'm').exec(text)?.[1]);
  const [taken, most, shut] = [of('curr_connections'), of('max_connections'), of('listen_disabled_num')];
  return taken >= 0.95 * most
    ? `curr_connections ${taken}, max_connections ${most}${shut > 0 ? `, listen_disabled_num ${shut}` : ''}`
    : null;
}

/** A member of etcd that tells of an error. */
function memberInTrouble(text: string, error: RegExp): string | null {
  const row = answerRows(text).find((one) => one['db size'] !== undefined && error.test(one.errors ?? ''));
  return row ? shownCells(row, 'endpoint', 'db size', 'errors') : null;
}

/** What Redis (LATENCY, CLIENT LIST, INFO) and etcd (`endpoint status`) answer about themselves. */
export const KEY_STORE_ANSWERS: readonly StoreAnswer[] = [
  {
    kind: 'slow-storage',
    shows: (text) => spikes(text, /^(?:aof|rdb)-/),
    meaning: 'waits for its disk when it persists data (append-only file, fsync), and all clients wait with it',
    confidence: 0.82,
  },
  {
    kind: 'slow-fork',
    shows: (text) => spikes(text, /^fork$/),
    meaning: 'stands still while it forks for a snapshot',
    confidence: 0.78,
  },
  {
    kind: 'slow-commands',
    shows: (text) => spikes(text, /^(?:command|fast-command)$/),
    meaning: 'is held up by slow commands, which block all clients',
    confidence: 0.8,
  },
  {
    kind: 'latency-spikes',
    shows: (text) => spikes(text, /./),
    meaning: 'has latency spikes that all clients feel',
    confidence: 0.74,
  },
  {
    kind: 'unread-answers',
    shows: unreadAnswers,
    meaning: 'keeps the answers for a client that does not read them (output buffer), which takes its memory',
    confidence: 0.8,
  },
  {
    kind: 'swapped-out',
    shows: swappedOut,
    meaning: 'was swapped out to disk in part, so it waits for its own memory',
    confidence: 0.68,
  },
  {
    kind: 'store-connections-full',
    shows: itemsWithoutRoom,
    meaning: 'has reached its connection limit',
    confidence: 0.8,
  },
  {
    of: 'key store',
    kind: 'store-block',
    shows: (text) => memberInTrouble(text, /NOSPACE/),
    meaning: 'has used up its space quota (alarm) and refuses writes',
    confidence: 0.86,
  },
  {
    of: 'key store',
    kind: 'no-leader',
    shows: (text) => memberInTrouble(text, /no leader/i),
    meaning: 'has no leader (quorum is lost), so it serves nobody',
    confidence: 0.82,
  },
];
