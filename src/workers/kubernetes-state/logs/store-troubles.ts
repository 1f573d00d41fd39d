import type { FailureKind } from './failure-kind.ts';

/** What databases, caches, searches and brokers write into their own logs, or hand to their clients, when they are ill themselves. */
export const STORE_TROUBLES: readonly FailureKind[] = [
  {
    name: 'store-disk-full',
    class: 'database',
    meaning: 'the disk of the database is full (no space left), so it refuses writes',
    pattern:
      /could not extend file|The table '[^']+' is full|SQLSTATE\W{0,3}53100|could not write to file "(?:pg_wal|base)\/[^"]{1,80}": No space|ORA-01653|filegroup is full/i,
    weight: 1,
  },
  {
    name: 'lock-table-full',
    class: 'database',
    meaning:
      'the lock table of the database is full (its shared memory, max_locks_per_transaction), so statements fail',
    pattern: /ERROR: +out of shared memory|max_locks_per_transaction|number of locks exceeds the lock table size/i,
    weight: 1,
  },
  {
    name: 'identifiers-used-up',
    class: 'database',
    meaning:
      'the numbers of a table are used up (a sequence or a column of integers is at its maximum), so no row can be added',
    pattern:
      /reached maximum value of sequence|Failed to read auto-increment value|\binteger out of range\b|Out of range value for column '\w*id'|Duplicate entry '(?:127|32767|65535|8388607|2147483647|4294967295)' for key|Arithmetic overflow error converting IDENTITY/i,
    weight: 1,
  },
  {
    name: 'store-persistence',
    class: 'database',
    meaning: 'the store cannot persist its data to disk (snapshot or append-only file fails) and refuses writes',
    pattern:
      /\bMISCONF\b|Background saving error|Can't save in background|error writing to the AOF file|AOF fsync is taking too long|Write error saving DB/i,
    weight: 1,
    certain: true,
  },
  {
    name: 'missing-index',
    class: 'database',
    meaning: 'queries read whole collections (COLLSCAN, collection scan): an index is missing',
    pattern: /planSummary"?\s?[:=]\s?"?COLLSCAN/,
    weight: 0.9,
    certain: true,
  },
  {
    name: 'replication-stopped',
    class: 'database',
    meaning: 'replication is broken: the replica no longer follows its source',
    pattern:
      /requested WAL segment \S+ has already been removed|could not receive data from WAL stream|(?:Replica|Slave) SQL(?: for channel '[^']*')?: (?:Error|Could not|Worker)|(?:replica|slave) (?:SQL|I\/O) thread.{0,60}(?:abort|stopp)|Last_(?:SQL|IO)_Errno: [1-9]|too stale to catch up|We are too stale|MASTERDOWN Link with MASTER|replication (?:terminated|broken|stopped|has stopped)/i,
    weight: 1,
    certain: true,
  },
  {
    name: 'no-primary',
    class: 'database',
    meaning: 'the replica set has no primary (an election was lost or a member stepped down)',
    pattern:
      /no primary (?:server|available|found|exists|detected)|NoPrimary|could not find (?:host matching read preference|a primary)|not enough (?:votes|voting nodes)|CLUSTERDOWN|no (?:elected )?leader|NotLeaderFor|NOT_LEADER|LEADER_NOT_AVAILABLE|stepping down from primary|cluster_manager_not_discovered|master_not_discovered/i,
    weight: 0.95,
  },
  {
    name: 'not-enough-replicas',
    class: 'database',
    meaning: 'too few replicas of the store are alive for its consistency level, so it refuses requests',
    pattern:
      /NOT_ENOUGH_REPLICAS|NotEnoughReplicas|Cannot achieve consistency level|NoHostAvailable|NOREPLICAS|all shards failed|primary shard is not active/i,
    weight: 0.95,
  },
  {
    name: 'transaction-ids',
    class: 'database',
    meaning: 'the database runs out of transaction IDs (wraparound): vacuum is overdue',
    pattern:
      /not accepting commands (?:to avoid wraparound|that assign new)|must be vacuumed within \d+ transactions|wraparound failure/i,
    weight: 1,
    certain: true,
  },
  {
    name: 'store-block',
    class: 'database',
    meaning: 'the store blocks writes because its disk or memory is nearly used up (watermark, resource alarm)',
    pattern:
      /cluster_block_exception|flood[- _]stage(?: disk)? watermark|(?:memory|disk) resource limit alarm|connection\.blocked|resource alarm|circuit_breaking_exception|es_rejected_execution|database space exceeded|NOSPACE/i,
    weight: 1,
    certain: true,
  },
  {
    name: 'slow-storage',
    class: 'infrastructure',
    meaning: 'its disk is too slow (fsync and requests take too long)',
    pattern:
      /slow fdatasync|apply request took too long|leader is overloaded likely from slow disk|wal: sync duration of|failed to send out heartbeat on time|slow (?:disk|fsync)/i,
    weight: 0.95,
  },
  {
    name: 'throughput-exceeded',
    class: 'database',
    meaning: 'the throughput that was provisioned for the store is exceeded, so it throttles requests',
    pattern:
      /ProvisionedThroughputExceeded|RequestLimitExceeded|Request rate is large|TooManyRequests.{0,40}(?:cosmos|RU\b)/i,
    weight: 1,
  },
  {
    name: 'broker-unreachable',
    class: 'infrastructure',
    meaning: 'the broker cannot be reached or does not know the topic',
    pattern:
      /not present in metadata after|Bootstrap broker .{1,120} disconnected|Broker may not be available|Node may not be available|No resolvable bootstrap urls|AMQPConnectionError|UNKNOWN_TOPIC_OR_PARTITION|NoBrokersAvailable|BrokerUnreachable|out of available brokers/i,
    weight: 0.95,
  },
  {
    name: 'store-busy',
    class: 'database',
    meaning: 'the store is busy with itself (loading its data, a script, a long command) and does not answer',
    pattern:
      /LOADING Redis is loading|BUSY Redis is busy|the database system is (?:starting up|in recovery mode|shutting down)|the database system is not yet accepting/i,
    weight: 0.95,
  },
  {
    name: 'statement-timeout',
    class: 'database',
    meaning: 'statements run into the time limit of the database',
    pattern:
      /canceling statement due to (?:statement timeout|conflict with recovery)|query execution was interrupted|maximum statement execution time exceeded|MaxTimeMSExpired|operation exceeded time limit/i,
    weight: 0.95,
  },
];
