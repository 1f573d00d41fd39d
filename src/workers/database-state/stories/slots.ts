import { binaryBytes } from '../../detectors/support/quantities.ts';
import { shownCells } from '../../kubernetes-state/logs/answer-rows.ts';
import { quote } from '../../kubernetes-state/quote.ts';
import type { DatabaseState, PrintedRow } from '../database-state.ts';
import { inBytes } from '../metric-units.ts';
import { changeText, metricOf, type SeriesProfile } from '../profile-series.ts';
import type { StoryTeller } from '../story.ts';
import { noActions, numbers } from './story-parts.ts';

const SLOT_METRICS = ['OldestReplicationSlotLag', 'OldestLogicalReplicationSlotLag', 'ReplicationSlotDiskUsage'];
/** A reader that is only slow keeps less than this, bytes. */
const MUCH = 1e9;
const GROWN = 3;

/** The log that a replication slot keeps for a reader that does not come: the metric, the slot where it was printed, the bytes. */
export type KeptLog = { metric: SeriesProfile | null; slot: PrintedRow | null; bytes: number; grows: boolean };

/** What a slot keeps on the disk of the server; null where it is little, or nothing tells of it. */
export function keptLog(state: DatabaseState): KeptLog | null {
  const metric = metricOf(state, ...SLOT_METRICS);
  const measured = metric ? (inBytes(metric.series, metric.after) ?? 0) : 0;
  const unread = state.rows
    .filter(({ row }) => row.slot_name && /^f(?:alse)?$/.test(row.active ?? ''))
    .toSorted((left, right) => sizeOf(right) - sizeOf(left));
  const [slot = null] = unread;
  const bytes = Math.max(measured, slot ? sizeOf(slot) : 0);
  if (bytes < MUCH) return null;
  return { metric: measured >= MUCH ? metric : null, slot, bytes, grows: (metric?.ratio ?? 0) >= GROWN };
}

/** The slot as a clause: `a replication slot that nobody reads keeps WAL …: "slot_name audit, active f, behind 90 GB"`. */
export function slotText({ metric, slot }: KeptLog): string {
  const shown = [
    slot ? quote(shownCells(slot.row, 'slot_name', 'active', ...SIZES, 'wal_status'), 150) : null,
    metric ? changeText(metric) : null,
  ].filter((part) => part !== null);
  return `a replication slot that ${slot ? 'nobody reads (inactive)' : 'is not read'} keeps WAL (write-ahead log) on the disk: ${shown.join('; ')}`;
}

/** The evidence of what a slot keeps. */
export const slotEvidence = ({ metric, slot }: KeptLog): number[] => [
  ...numbers(metric),
  ...(slot ? [slot.evidence] : []),
];

const SIZES = ['behind', 'lag', 'lag_bytes', 'retained', 'retained_wal', 'retained_bytes', 'size', 'pg_size_pretty'];

/** The size that a row prints, as `289 GB` or as a number of bytes. */
const sizeOf = ({ row }: PrintedRow): number => binaryBytes(SIZES.map((name) => row[name]).find(Boolean) ?? '') || 0;

/** A slot that keeps more and more of the log of the server. */
export const unreadSlot: StoryTeller = (state, { server }) => {
  const kept = keptLog(state);
  if (!kept || !(kept.slot || kept.grows)) return null;
  return {
    kind: 'slot',
    score: kept.slot && kept.metric ? 0.8 : 0.7,
    text: `On the database server ${server} ${slotText(kept)}; the disk fills up unless it is read or dropped`,
    brief: 'a replication slot that is not read keeps WAL',
    evidence: slotEvidence(kept),
    actions: noActions,
  };
};
