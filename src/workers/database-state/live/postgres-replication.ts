import type { Evidence } from '../../../shared/report.ts';
import { shellCommand } from '../../detectors/support/shell.ts';
import { bytesText, type LiveStory, type Told, toldBy } from './live-parts.ts';

/** From here on a replica shows yesterday's data, s and bytes. */
const BEHIND_SECONDS = 30;
const BEHIND_BYTES = 64e6;
const HELD_BACK_BYTES = 1e9;

type Replication = Told<'postgresql.replication'>;

/** Replicas that fall behind or are cut off, and slots that hold WAL back. */
export function laggingReplicas(evidence: Evidence[]): LiveStory[] {
  return toldBy(evidence, 'postgresql.replication').flatMap((told) => {
    const text = standbyText(told) ?? replicaText(told) ?? slotText(told);
    if (text === null) return [];
    const look = shellCommand(
      'psql',
      '-c',
      'select application_name, state, sync_state, pg_wal_lsn_diff(sent_lsn, replay_lsn) as behind, replay_lag from pg_stat_replication',
    );
    return [
      {
        kind: 'lag' as const,
        server: told.answer.target,
        score: 0.9,
        text: `Replication lag: ${text}`,
        brief: text,
        evidence: [told.number],
        actions: [{ title: 'See on the primary how far each replica is', command: look, risk: null }],
      },
    ];
  });
}

function standbyText({ answer: { target, standby } }: Replication): string | null {
  if (!standby) return null;
  const { receiver, replayPaused, replayDelaySeconds, unreplayedBytes } = standby;
  const behind = `${replayDelaySeconds === null ? '' : `${replayDelaySeconds} s`}${unreplayedBytes ? ` and ${bytesText(unreplayedBytes)} of WAL (write-ahead log)` : ''} behind`;
  if (receiver === null && (replayDelaySeconds ?? 0) >= BEHIND_SECONDS) {
    return `the standby ${target} is cut off from its primary (no WAL receiver runs) and ${behind}`;
  }
  if (replayPaused && (unreplayedBytes ?? 0) > 0) {
    return `the standby ${target} falls behind because its replay is paused (pg_wal_replay_pause): ${behind}`;
  }
  const far = (replayDelaySeconds ?? 0) >= BEHIND_SECONDS || (unreplayedBytes ?? 0) >= BEHIND_BYTES;
  return far && (unreplayedBytes ?? 0) > 0
    ? `the standby ${target} receives WAL faster than it replays it: it is ${behind}`
    : null;
}

function replicaText({ answer: { target, replicas } }: Replication): string | null {
  const [worst] = replicas
    .filter((one) => (one.replayLagSeconds ?? 0) >= BEHIND_SECONDS || (one.lagBytes ?? 0) >= BEHIND_BYTES)
    .toSorted((a, b) => (b.lagBytes ?? 0) - (a.lagBytes ?? 0));
  if (!worst) return null;
  const { application, client, state, lagBytes, replayLagSeconds } = worst;
  const parts = [
    lagBytes === null ? '' : `${bytesText(lagBytes)} of WAL (write-ahead log)`,
    replayLagSeconds === null ? '' : `${replayLagSeconds} s`,
  ];
  return `the replica ${application ?? client ?? 'without a name'} of the database server ${target} is ${parts.filter(Boolean).join(' and ')} behind (${state ?? 'state unknown'})`;
}

function slotText({ answer: { target, slots } }: Replication): string | null {
  const held = slots.find((one) => !one.active && (one.retainedBytes ?? 0) >= HELD_BACK_BYTES);
  const lost = slots.find((one) => one.walStatus === 'lost');
  const slot = held ?? lost;
  if (!slot) return null;
  return slot === held
    ? `the replication slot ${slot.name} of the database server ${target} has no consumer and holds back ${bytesText(slot.retainedBytes ?? 0)} of WAL, which fills its disk`
    : `the replication slot ${slot.name} of the database server ${target} is lost: its consumer was too far behind and has to be built anew`;
}
