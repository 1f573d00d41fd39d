import type { Action, Finding } from '../../shared/report.ts';
import type { DatabaseState } from './database-state.ts';

/** The kinds of trouble of a database server. */
export type StoryKind =
  | 'failover'
  | 'restart'
  | 'unusable'
  | 'storage'
  | 'slot'
  | 'path'
  | 'maintenance'
  | 'locks'
  | 'idle-transaction'
  | 'connections'
  | 'lag'
  | 'replication-stopped'
  | 'query'
  | 'writes'
  | 'io'
  | 'cpu'
  | 'memory'
  | 'credits'
  | 'capacity'
  | 'throttling'
  | 'evictions'
  | 'parameter'
  | 'credentials'
  | 'old-transaction'
  | 'transaction-ids'
  | 'missing-index'
  | 'subquery'
  | 'redundant-indexes'
  | 'statistics'
  | 'applier'
  | 'former-primary'
  | 'archiving'
  | 'log-gone';

/** One explanation of what the server shows. */
export type Story = {
  kind: StoryKind;
  /** From 0 to 1: how well the data bear it out. */
  score: number;
  /** The cause, its mechanism and its numbers; every number stands in the cited evidence. */
  text: string;
  /** The same in a few words, for the place of an effect. */
  brief: string;
  evidence: number[];
  actions: Action[];
  /** Of what the cause is, where it is not the database itself. */
  class?: Finding['class'];
  /** The server where it is not the one that the alert is about. */
  server?: string;
};

export type StoryTeller = (state: DatabaseState, context: StoryContext) => Story | null;

export type StoryContext = {
  /** The words of the alert, lower case. */
  text: string;
  /** The server's name as the alert or the answers say it. */
  server: string;
};

/** What a story makes happen by itself: such stories are effects when it is told. */
export const EFFECTS: Record<StoryKind, readonly StoryKind[]> = {
  failover: ['restart', 'connections', 'lag', 'cpu', 'io'],
  restart: ['connections', 'cpu'],
  unusable: ['restart', 'connections'],
  storage: ['restart', 'io', 'slot', 'connections'],
  slot: ['writes'],
  path: ['connections', 'lag'],
  maintenance: ['writes', 'query', 'io', 'cpu', 'memory', 'connections', 'lag', 'locks', 'storage', 'transaction-ids'],
  locks: ['connections', 'cpu', 'query'],
  'idle-transaction': ['connections'],
  connections: ['memory', 'cpu'],
  lag: ['writes', 'query', 'io', 'cpu'],
  'replication-stopped': ['lag', 'writes', 'io', 'cpu'],
  query: ['io', 'cpu', 'memory', 'connections'],
  writes: ['io', 'cpu', 'memory'],
  io: ['cpu', 'connections'],
  cpu: [],
  memory: ['io', 'restart', 'connections'],
  credits: ['io', 'cpu', 'connections', 'query'],
  capacity: ['io', 'cpu', 'connections', 'query', 'memory'],
  throttling: ['connections', 'writes'],
  evictions: ['memory'],
  parameter: ['restart', 'connections', 'memory', 'query', 'cpu', 'io', 'locks', 'credentials', 'failover'],
  credentials: ['connections', 'restart'],
  'old-transaction': [
    'query',
    'io',
    'cpu',
    'storage',
    'writes',
    'connections',
    'transaction-ids',
    'maintenance',
    'locks',
    'idle-transaction',
  ],
  'transaction-ids': [],
  'missing-index': ['query', 'io', 'cpu', 'connections'],
  subquery: ['missing-index', 'query', 'io', 'cpu', 'connections'],
  'redundant-indexes': ['writes', 'io', 'cpu', 'lag'],
  statistics: ['missing-index', 'query', 'io', 'cpu', 'connections'],
  applier: ['lag', 'io', 'cpu'],
  'former-primary': ['failover', 'restart'],
  archiving: ['storage', 'restart', 'io', 'writes', 'connections'],
  'log-gone': ['lag', 'replication-stopped', 'restart', 'io', 'cpu'],
};
