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
  'EngineCPUUtilization',
  'CurrConnections',
  'DatabaseMemoryUsagePercentage',
  'ReplicationLag',
] as const;
