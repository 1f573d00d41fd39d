import type { DetectorInput } from '../detector.ts';
import { type Point, peakOf, type Series, seriesOf } from './metric-series.ts';

/** Pool metrics of OpenTelemetry (database client semantic conventions, old and stable names) and of HikariCP's Micrometer binding. */
const USED = ['db.client.connections.usage', 'db.client.connection.count', 'hikaricp_connections_active'];
const MAX = ['db.client.connections.max', 'db.client.connection.max', 'hikaricp_connections_max'];
const PENDING = [
  'db.client.connections.pending_requests',
  'db.client.connection.pending_requests',
  'hikaricp_connections_pending',
];

type Peak = Point & { evidence: number };
export type PoolUse = { used: Peak | null; max: Peak | null; pending: Peak | null };

/** The peaks of used, allowed and waiting connections as far as metrics tell. */
export function poolUse(input: DetectorInput): PoolUse {
  return {
    used: peakOf(seriesOf(input, USED).filter(countsUsed)),
    max: peakOf(seriesOf(input, MAX)),
    pending: peakOf(seriesOf(input, PENDING)),
  };
}

function countsUsed({ labels }: Series): boolean {
  const state = labels.state ?? labels['db.client.connection.state'] ?? labels['db.client.connections.state'];
  return state === undefined || state === 'used';
}

/** True when practically every connection that the pool may have is in use. */
export function isFull({ used, max }: PoolUse): boolean {
  return used !== null && max !== null && max.value > 0 && used.value >= 0.95 * max.value;
}
