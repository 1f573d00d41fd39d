import type { Cells } from './printed/printed-state.ts';

/** The programs that copy a whole server away, by the names that they give to their sessions. */
export const BACKUP_CLIENT =
  /pg_dump|pg_basebackup|mysqldump|mydumper|xtrabackup|mariabackup|mongodump|barman|pgbackrest|wal-g|\bbackup\b/i;

/** True for the row of a session that is a part of the server itself, or hands its log on. */
export const isHouseKeeping = (row: Cells): boolean =>
  /autovacuum|walsender|wal ?receiver|START_REPLICATION|Binlog Dump|event_scheduler/i.test(
    Object.values(row).join(' '),
  );

/** The words by which servers call a session that hands their log on to a replica, or waits for work that others give it. */
const STREAM =
  /^(?:walsender|walreceiver|logical replication (?:launcher|worker|apply worker|parallel worker)|Binlog Dump(?: GTID)?|Daemon|event_scheduler|system user|START_REPLICATION\b.*)$/i;

/** True for a session that streams a log for as long as its replica follows, or a thread that the server keeps: it is no statement. */
export const isStream = (row: Cells): boolean =>
  [row.backend_type, row.command, row.user, row.query, row.left, row.info].some((value) =>
    STREAM.test(value?.trim() ?? ''),
  );
