import { shownCells } from '../answer-rows.ts';
import { countAt, type Notes, notationsIn, objectsIn, wordAt } from './shell-notation.ts';
import { type SpacedRow, spacedRows } from './spaced-rows.ts';

/** The share of a disk (percent) above which the search engine shuts the indices on it (flood stage). */
const FLOOD = 95;

/** Indices that the engine made read-only because a disk was nearly full. */
export const shutIndices = (text: string): string | null =>
  /"?\bread_only_allow_delete"?\s*[:=]\s*"?true\b/.exec(text)?.[0] ?? null;

/** The nodes of `_cat/allocation` with the share of their disks that is used. */
export const disksOf = (text: string): SpacedRow[] => spacedRows(text, 'shards', 'disk.percent', 'node');

/** A node whose disk is above the last watermark. */
export function floodedNode(text: string): string | null {
  const row = disksOf(text).find((one) => Number(one['disk.percent']) >= FLOOD);
  return row ? shownCells(row, 'node', 'disk.used', 'disk.avail', 'disk.total', 'disk.percent') : null;
}

/** A circuit breaker that has refused requests and is still near its limit. */
export function openBreaker(text: string): string | null {
  if (!/\btripped\b/.test(text)) return null;
  const found = notationsIn(text)
    .flatMap((value) => objectsIn(value))
    .find(
      ({ own }) =>
        countAt(own, 'tripped') > 0 &&
        countAt(own, 'estimated_size_in_bytes') >= 0.9 * countAt(own, 'limit_size_in_bytes'),
    );
  return found
    ? `${found.key} tripped ${wordAt(found.own, 'tripped')}, estimated_size_in_bytes ${wordAt(found.own, 'estimated_size_in_bytes')}, limit_size_in_bytes ${wordAt(found.own, 'limit_size_in_bytes')}`
    : null;
}

/** From this share (percent) on the collector of garbage hardly frees anything. */
const HEAP_FULL = 92;

/** A node whose heap is full. */
export function fullHeap(text: string): string | null {
  const row = spacedRows(text, 'name', 'heap.percent').find((one) => Number(one['heap.percent']) >= HEAP_FULL);
  return row ? shownCells(row, 'name', 'heap.percent', 'cpu') : null;
}

/** Of so many requests in a queue somebody notices. */
const QUEUED = 100;

/** A pool of threads whose queue is so long that it refuses requests. */
export function refusingPool(text: string): string | null {
  const row = spacedRows(text, 'name', 'active', 'queue', 'rejected').find(
    (one) => Number(one.queue) >= QUEUED && Number(one.rejected) > 0,
  );
  return row ? shownCells(row, 'node_name', 'name', 'active', 'queue', 'rejected') : null;
}

/** Why a shard has no node, as the engine itself explains it (`_cluster/allocation/explain`). */
export function explainedShard(text: string): string | null {
  if (!/"current_state"\s*:\s*"unassigned"/.test(text)) return null;
  const all = notationsIn(text).flatMap((value) => objectsIn(value));
  const [shard] = all.filter(({ own }) => wordAt(own, 'current_state') === 'unassigned');
  const refusals = all.filter(({ own }) => wordAt(own, 'decision') === 'NO' && wordAt(own, 'decider') !== '');
  const other = refusals.find(({ own }) => wordAt(own, 'decider') !== 'same_shard') ?? refusals[0];
  if (!shard) return null;
  return [
    `index ${wordAt(shard.own, 'index')}, shard ${wordAt(shard.own, 'shard')}`,
    ...(other ? [`${wordAt(other.own, 'decider')}: ${wordAt(other.own, 'explanation')}`] : explained(shard.own)),
  ].join('; ');
}

const explained = (own: Notes): string[] => [wordAt(own, 'allocate_explanation')].filter(Boolean);

const SHARD = /^\S+\s+\d+\s+[pr]\s+UNASSIGNED\b[^\n]*$/gm;

/** Shards of `_cat/shards` that lie nowhere, those that hold the only copy first. */
export function homelessShard(text: string): string | null {
  const found = [...text.matchAll(SHARD)].map(([line]) => line.trim().replace(/\s+/g, ' '));
  const [shard] = [...found.filter((line) => / p UNASSIGNED/.test(line)), ...found];
  return shard ?? null;
}

/** A cluster that misses copies although it has several nodes; one of a single node never has a place for them. */
export function copiesMissing(text: string): string | null {
  const body = notationsIn(text.slice(0, 20_000))
    .flatMap((value) => objectsIn(value))
    .find(({ own }) => wordAt(own, 'status') === 'yellow' && own.unassigned_shards !== undefined)?.own;
  return body && countAt(body, 'unassigned_shards') > 0 && countAt(body, 'number_of_data_nodes') > 1
    ? `status yellow, number_of_data_nodes ${wordAt(body, 'number_of_data_nodes')}, unassigned_shards ${wordAt(body, 'unassigned_shards')}`
    : null;
}
