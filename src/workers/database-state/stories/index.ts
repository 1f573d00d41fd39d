import type { StoryTeller } from '../story.ts';
import { failover, restart } from './availability.ts';
import { maintenance } from './maintenance.ts';
import { lag } from './replication.ts';
import { cpu, credits, io, memory, transactionIds } from './resources.ts';
import { connections, locks } from './sessions.ts';
import { query, writes } from './statements.ts';
import { storage } from './storage.ts';

/** Every story that the metrics, the load and the events of a server can tell. */
export const STORIES: readonly StoryTeller[] = [
  failover,
  restart,
  storage,
  maintenance,
  locks,
  connections,
  lag,
  query,
  writes,
  io,
  cpu,
  memory,
  credits,
  transactionIds,
];

/** The names of the metrics that show the health of a server; at least three of them must have been seen calm. */
export const VITAL = [
  'CPUUtilization',
  'DatabaseConnections',
  'FreeStorageSpace',
  'ReplicaLag',
  'WriteLatency',
  'ReadLatency',
  'DiskQueueDepth',
  'FreeableMemory',
] as const;
