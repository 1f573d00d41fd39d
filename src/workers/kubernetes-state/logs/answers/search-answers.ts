import { DEPTH } from '../../diagnosis.ts';
import type { StoreAnswer } from '../store-answer.ts';
import {
  copiesMissing,
  explainedShard,
  floodedNode,
  fullHeap,
  homelessShard,
  openBreaker,
  refusingPool,
  shutIndices,
} from './search-cluster.ts';

const of = 'search cluster';

/** What Elasticsearch and OpenSearch answer about their cluster (`_cluster`, `_cat`, `_nodes`). */
export const SEARCH_ANSWERS: readonly StoreAnswer[] = [
  {
    of,
    kind: 'store-block',
    shows: shutIndices,
    meaning:
      'has made indices read-only and refuses writes to them, because the disk of a node was above the flood stage watermark',
    confidence: 0.84,
  },
  {
    of,
    kind: 'disk-watermark',
    shows: floodedNode,
    meaning: 'has a node whose disk is nearly full (flood stage watermark), so indices on it get read-only',
    confidence: 0.84,
  },
  {
    of,
    kind: 'open-breaker',
    shows: openBreaker,
    meaning: 'refuses requests by a circuit breaker because the heap (memory) of a node is used up',
    confidence: 0.84,
  },
  {
    of,
    kind: 'full-heap',
    shows: fullHeap,
    meaning: 'has a node whose heap (memory) is full, so that it collects garbage instead of working',
    confidence: 0.74,
  },
  {
    of,
    kind: 'refusing-pool',
    shows: refusingPool,
    meaning: 'has a thread pool whose queue is full, so it rejects requests',
    confidence: 0.78,
  },
  {
    of,
    kind: 'shards-unassigned',
    shows: explainedShard,
    meaning: 'has shards that are unassigned because no node may take them',
    confidence: 0.8,
    depth: DEPTH.pod,
  },
  {
    of,
    kind: 'shards-unassigned',
    shows: homelessShard,
    meaning: 'has shards that are unassigned (on no node)',
    confidence: 0.76,
    depth: DEPTH.pod,
  },
  {
    of,
    kind: 'shards-unassigned',
    shows: copiesMissing,
    meaning: 'misses copies of shards (unassigned)',
    confidence: 0.64,
    depth: DEPTH.workload,
  },
];
