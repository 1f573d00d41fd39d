import { DEPTH } from '../../diagnosis.ts';
import type { StoreAnswer } from '../store-answer.ts';
import { belowLeast, leaderless, underReplicated } from './kafka-partitions.ts';
import { blockedConnection, resourceAlarm, splitNodes, stoppedNode } from './rabbit-status.ts';

const of = 'broker';

/** What brokers answer: `rabbitmqctl status`, `cluster_status` and `list_connections`, `kafka-topics --describe`. */
export const BROKER_ANSWERS: readonly StoreAnswer[] = [
  {
    of,
    kind: 'store-block',
    shows: resourceAlarm,
    meaning: 'blocks all publishers by a resource alarm, because its memory or disk is nearly used up',
    confidence: 0.86,
  },
  {
    of,
    kind: 'split-cluster',
    shows: splitNodes,
    meaning: 'is split (network partition): its nodes do not see each other any more',
    confidence: 0.84,
  },
  {
    of,
    kind: 'member-missing',
    shows: stoppedNode,
    meaning: 'misses a node of its cluster, which does not run',
    confidence: 0.74,
    depth: DEPTH.workload,
  },
  {
    of,
    kind: 'blocked-publishers',
    shows: blockedConnection,
    meaning: 'blocks connections that publish (resource alarm or flow control)',
    confidence: 0.72,
    depth: DEPTH.workload,
  },
  {
    of,
    kind: 'no-leader',
    shows: leaderless,
    meaning: 'has partitions without a leader (offline), which can neither be read nor written',
    confidence: 0.82,
    depth: DEPTH.pod,
  },
  {
    of,
    kind: 'not-enough-replicas',
    shows: belowLeast,
    meaning:
      'has partitions with fewer replicas in sync (ISR) than the least that their topic asks for, so it refuses writes that ask for all',
    confidence: 0.8,
    depth: DEPTH.pod,
  },
  {
    of,
    kind: 'under-replicated',
    shows: underReplicated,
    meaning: 'has under-replicated partitions: not all replicas are in sync (ISR)',
    confidence: 0.74,
    depth: DEPTH.workload,
  },
];
