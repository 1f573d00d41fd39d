import { quote } from '../../kubernetes-state/quote.ts';
import { type Cells, cell, rowsWith } from '../printed/printed-state.ts';
import type { StoryTeller } from '../story.ts';
import { isFelt, noActions } from './story-parts.ts';

/** What an alert says that is about the log of a server, or the disk that it fills. */
const ABOUT =
  /\bdisks?\b|\bspace\b|storage|file ?systems?|volume|\blogs?\b|binlog|archiv|recovery area|backup|9002|hang|stall|\bstuck\b/;

/** How SQL Server says that it may not reuse its log, with the reason that it gives. */
const FULL = /transaction log for database '([^'\n]{1,120})' is full due to '([A-Z_]{4,40})'/;
/** What its error log says once that is over. */
const BACKED_UP = /\bLog was backed up\b/;
const REASONS: Readonly<Record<string, string>> = {
  LOG_BACKUP: 'no backup of the log was taken, which the full recovery model waits for',
  ACTIVE_TRANSACTION: 'a transaction stays open',
  REPLICATION: 'its replication (or change data capture) has not read it yet',
  AVAILABILITY_REPLICA: 'a secondary of the availability group has not applied it yet',
};

/** A SQL Server whose transaction log is full since something keeps it from being truncated. */
export const unreusedLog: StoryTeller = ({ printed: { notes } }, { server, text }) => {
  for (const { text: note, evidence } of notes) {
    const [line, database = '', reason = ''] = FULL.exec(note) ?? [];
    const why = REASONS[reason];
    if (!line || !why || BACKED_UP.test(note.slice(note.lastIndexOf(line)))) continue;
    return {
      kind: 'archiving',
      score: ABOUT.test(text) || isFelt(text) ? 0.92 : 0.5,
      text: `The transaction log of the database ${database} on ${server} is full and cannot be truncated (log_reuse_wait ${reason}): ${why}, so writes fail (${quote(line, 150)})`,
      brief: 'the transaction log cannot be truncated',
      evidence: [evidence],
      actions: noActions,
    };
  }
  return null;
};

const ARCHIVER = /ORA-(?:00257|19809|19815|16038)\b[^\n]{0,140}/;
const FREED =
  /archiver process freed from errors|no longer stopped|db_recovery_file_dest_size of [^\n]{0,60} is [0-8]?\d(?:\.\d+)?% used/i;

/** An Oracle whose archiver is stuck since its recovery area is full. */
export const stuckArchiver: StoryTeller = ({ printed: { notes } }, { server, text }) => {
  for (const { text: note, evidence } of notes) {
    const lines = note.split('\n');
    const at = lines.findLastIndex((line) => ARCHIVER.test(line));
    if (at < 0 || lines.slice(at + 1).some((line) => FREED.test(line))) continue;
    const said = ARCHIVER.exec(lines[at] ?? '')?.[0] ?? '';
    return {
      kind: 'archiving',
      score: ABOUT.test(text) || /\boracle\b|\bora-/.test(text) ? 0.92 : 0.7,
      text: `The archiver of the Oracle database ${server} is stuck: the recovery area for archived redo logs is full (${quote(said, 150)}), so no redo log can be archived and changes hang until room is made or backups delete the archived logs`,
      brief: 'the archiver is stuck, its recovery area is full',
      evidence: [evidence],
      actions: noActions,
    };
  }
  return null;
};

/** Binary logs take this much before they are what fills a disk, bytes. */
const MUCH = 1e10;
const EXPIRY = /^(?:binlog_expire_logs_seconds|expire_logs_days)$/i;

const nameOf = (row: Cells): string => row.name ?? row.variable_name ?? '';

/** A MySQL that is told to remove its binary logs never, while they fill its disk. */
export const endlessBinlogs: StoryTeller = ({ printed }, { server, text }) => {
  const settings = printed.rows.filter(({ what }) => EXPIRY.test(nameOf(what)));
  const logs = rowsWith(printed, 'log_name', 'file_size');
  const total = logs.reduce((sum, { what }) => sum + (cell(what, 'file_size') || 0), 0);
  const [first, last] = [logs[0], logs.at(-1)];
  const never = settings.length > 0 && settings.every(({ what }) => Number(what.value ?? what.setting) === 0);
  if (
    !never ||
    !first ||
    !last ||
    total < MUCH ||
    !/\bdisks?\b|\bspace\b|storage|file ?systems?|volume|binlog/.test(text)
  )
    return null;
  return {
    kind: 'archiving',
    score: 0.9,
    text: `The binary logs (binlog) of the database server ${server} are never removed (${settings.map(({ what }) => `${nameOf(what)} ${what.value ?? what.setting}`).join(', ')}), so they fill its disk: from ${first.what.log_name} to ${last.what.log_name}`,
    brief: 'binary logs are never removed',
    evidence: [...new Set([...settings, first, last].map(({ evidence }) => evidence))],
    actions: noActions,
  };
};
