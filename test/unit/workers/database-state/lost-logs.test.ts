import { expect } from 'chai';
import { makeAlert } from '../../../../scripts/eval/cases/make-alert.ts';
import type { Recorded } from '../../../../scripts/eval/cases/make-evidence.ts';
import { concluded, printed } from '../kubernetes-state/conclude-evidence.ts';

const report = (title: string, service: string, ...recorded: Recorded[]) => {
  const { report: told, struck } = concluded(makeAlert({ title, service }), recorded, 'database');
  expect(struck.filter((line) => line.startsWith('root cause'))).to.deep.equal([]);
  return told;
};

describe('a replica that comes too late for the log of its source', () => {
  it('is a standby whose segment of the WAL is gone', () => {
    const log = (...after: string[]) =>
      printed(
        'ssh wh-standby tail -5 /var/log/postgresql/postgresql-15-main.log',
        [
          '2031-02-03 04:00:01 UTC [811] LOG:  started streaming WAL from primary at 5A/31000000 on timeline 2',
          '2031-02-03 04:00:01 UTC [811] FATAL:  could not receive data from WAL stream: ERROR:  requested WAL segment 000000020000005A00000031 has already been removed',
          ...after,
        ].join('\n'),
      );
    const title = 'Replica wh-standby does not follow its primary';
    const { rootCause, class: kind } = report(title, 'wh-standby', log());
    expect(kind).to.equal('database');
    expect(rootCause.statement).to.include('cannot catch up').and.include('000000020000005A00000031');
    // It took the segment from the archive since.
    const back = '2031-02-03 04:10:01 UTC [820] LOG:  restored log file "000000020000005A00000031" from archive';
    expect(report(title, 'wh-standby', log(back)).rootCause.statement).not.to.include('cannot catch up');
    // Its primary says that it streams.
    const streams = printed(
      'psql -h wh-main -c "select application_name, state, replay_lag from pg_stat_replication"',
      ' application_name | state | replay_lag\n---+---+---\n wh-standby | streaming | 00:00:00.1\n(1 row)\n',
    );
    expect(report(title, 'wh-standby', log(), streams).rootCause.statement).not.to.include('cannot catch up');
  });

  it('is a replica of MySQL whose binary logs were purged', () => {
    const status = (io: string, behind: string, error: string) =>
      printed(
        "ssh stock-r1 mysql -e 'show replica status\\G'",
        `*************************** 1. row ***************************
           Replica_IO_Running: ${io}
          Replica_SQL_Running: Yes
        Seconds_Behind_Source: ${behind}
                Last_IO_Error: ${error}
`,
      );
    const error =
      "Got fatal error 1236 from source when reading data from binary log: 'Cannot replicate because the source purged required binary logs. Replicate the missing transactions from elsewhere'";
    const title = 'MySQL replication of stock-r1 is not running';
    expect(report(title, 'stock-r1', status('No', 'NULL', error)).rootCause.statement)
      .to.include('binary log')
      .and.include('purged required binary logs');
    expect(report(title, 'stock-r1', status('Yes', '0', '')).rootCause.statement).not.to.include('gone');
  });

  it('is a member of a replica set by its last operation and the oplog of the primary', () => {
    const set = (state: string) =>
      printed(
        "mongosh --host cart-0 --eval 'rs.status()'",
        `{ set: 'cart', members: [
  { _id: 0, name: 'cart-0:27017', health: 1, state: 1, stateStr: 'PRIMARY', uptime: 900, optimeDate: ISODate('2031-03-01T09:00:00.000Z') },
  { _id: 1, name: 'cart-1:27017', health: 1, state: 3, stateStr: '${state}', uptime: 90, optimeDate: ISODate('2031-02-27T01:00:00.000Z') } ] }`,
      );
    const oplog = printed(
      "mongosh --host cart-0 --eval 'rs.printReplicationInfo()'",
      "configured oplog size: '990 MB'\nlog length start to end: '86000 secs (23.89 hrs)'\noplog first event time: 'Fri Feb 28 2031 09:06:40 GMT+0000 (UTC)'\n",
    );
    const title = 'Member cart-1 of the replica set cart is not SECONDARY';
    expect(report(title, 'cart', set('RECOVERING'), oplog).rootCause.statement)
      .to.include('cart-1')
      .and.include('too stale')
      .and.include('initial sync');
    expect(report(title, 'cart', set('SECONDARY'), oplog).rootCause.statement).not.to.include('too stale');
  });
});

describe('other logs that a replica comes too late for', () => {
  it('are the backlog of a Redis that is too short again and again', () => {
    const title = 'Replica cache-1 does not get in sync';
    const lack = (at: number) =>
      `812:M 02 Jan 2031 03:0${at}:06.000 * Unable to partial resync with replica 10.0.0.8:6379 for lack of backlog (Replica request was: 81282${at}).`;
    const log = (...lines: string[]) => printed('ssh cache-0 tail /var/log/redis/redis.log', lines.join('\n'));
    expect(report(title, 'cache-1', log(lack(1), lack(5))).rootCause.statement).to.include('replication backlog');
    const synced = '812:M 02 Jan 2031 03:09:30.000 * Synchronization with replica 10.0.0.8:6379 succeeded';
    expect(report(title, 'cache-1', log(lack(1), lack(5), synced)).rootCause.statement).not.to.include('backlog of');
    expect(report(title, 'cache-1', log(lack(1))).rootCause.statement).not.to.include('replication backlog');
  });

  it('are those of a slot that was given up for its reader', () => {
    const said = printed(
      'tail -2 postgresql.log',
      '2031-01-02 03:04:05 UTC [12] ERROR:  can no longer get changes from replication slot "wh_sub"\n2031-01-02 03:04:05 UTC [12] DETAIL:  This slot has been invalidated because it exceeded the maximum reserved size.',
    );
    expect(report('Subscription of the replica wh-1 has stopped', 'wh-1', said).rootCause.statement).to.include(
      'slot must be created anew',
    );
  });
});

describe('a log that cannot be put away', () => {
  const counter = (archived: string, failed: string, count: number) =>
    printed(
      'psql -h bank-db -c "select * from pg_stat_archiver"',
      ` archived_count | last_archived_time | failed_count | last_failed_wal | last_failed_time
----------------+------------------------+------+--------------------------+------------------------
 8000 | ${archived} | ${count} | 0000000100000012000000F3 | ${failed}
(1 row)
`,
    );
  const log = printed(
    'kubectl logs bank-db-0 -c postgres --tail 4',
    `2031-02-03 04:10:00 UTC [77] LOG:  archive command failed with exit code 1
2031-02-03 04:10:00 UTC [77] DETAIL:  The failed archive command was: wal-g wal-push pg_wal/0000000100000012000000F3
ERROR: 2031/02/03 04:10:00 failed to upload 'wal_005/0000000100000012000000F3.lz4' to bucket 'bank-wal': AccessDenied: Access Denied
2031-02-03 04:10:01 UTC [77] WARNING:  archiving write-ahead log file "0000000100000012000000F3" failed too many times, will try again later
`,
  );
  const title = 'Disk of bank-db fills up, 88 % used';

  it('fills the disk of PostgreSQL, and the program says why', () => {
    const { rootCause, class: kind } = report(
      title,
      'bank-db',
      counter('2031-02-02 20:00:00+00', '2031-02-03 04:10:00+00', 480),
      log,
    );
    expect(kind).to.equal('database');
    expect(rootCause.statement).to.include('WAL archiving').and.include('Access Denied').and.include('pg_wal grows');
  });

  it('is told by the operator of a cluster in JSON, too', () => {
    const said = printed(
      'kubectl logs -n pay pay-db-1 --tail 2',
      `{"level":"error","msg":"failed to run wal-archive command","error":"unexpected failure invoking barman-cloud-wal-archive: exit status 2"}
{"level":"info","logger":"postgres","msg":"record","record":{"error_severity":"WARNING","message":"archiving write-ahead log file \\"000000010000000A00000012\\" failed too many times, will try again later"}}`,
    );
    const asked = printed(
      'kubectl exec -n pay pay-db-1 -- psql -c "show archive_mode"',
      ' archive_mode\n---\n on\n(1 row)\n',
    );
    expect(report('wal disk of pay-db nearly full', 'pay-db', asked, said).rootCause.statement).to.include(
      'WAL archiving',
    );
  });

  it('is over where a segment was archived after the last failure, and none where only one try failed', () => {
    const over = counter('2031-02-03 06:00:00+00', '2031-02-03 04:10:00+00', 480);
    expect(report(title, 'bank-db', over, log).rootCause.statement).not.to.include('WAL archiving');
    const once = counter('2031-02-03 04:09:00+00', '2031-02-03 04:10:00+00', 1);
    expect(report(title, 'bank-db', once).rootCause.statement).not.to.include('WAL archiving');
  });

  it('hangs an Oracle whose recovery area is full, until its archiver is free again', () => {
    const alertLog = (...after: string[]) =>
      printed(
        'tail -4 /u01/app/oracle/diag/rdbms/ledg/LEDG/trace/alert_LEDG.log',
        ['ARC1: Error 19809 Creating archive log file', 'ORA-19809: limit exceeded for recovery files', ...after].join(
          '\n',
        ),
      );
    const hang = 'Oracle ledg: sessions hang on log file switch';
    expect(report(hang, 'ledg', alertLog()).rootCause.statement)
      .to.include('archiver')
      .and.include('ORA-19809');
    const freed = 'Archiver process freed from errors. No longer stopped';
    expect(report(hang, 'ledg', alertLog(freed)).rootCause.statement).not.to.include('is stuck');
  });

  it('fills the log of a SQL Server that nobody backs up', () => {
    const said = printed(
      'docker logs mssql-crm --tail 1',
      "Msg 9002, Level 17, State 2: The transaction log for database 'crm' is full due to 'LOG_BACKUP'.",
    );
    expect(report('Writes to crm fail, log is full', 'mssql-crm', said).rootCause.statement).to.include(
      'no backup of the log',
    );
  });

  it('are binary logs of MySQL that are never removed', () => {
    const asked = (seconds: number) =>
      printed(
        `mysql -h shop-m -te "show binary logs; show variables like 'binlog_expire_logs_seconds'"`,
        `+---------------+------------+-----------+
| Log_name | File_size | Encrypted |
+---------------+------------+-----------+
| binlog.000101 | 8589934592 | No |
| binlog.000102 | 8589934592 | No |
+---------------+------------+-----------+
+----------------------------+-------+
| Variable_name | Value |
+----------------------------+-------+
| binlog_expire_logs_seconds | ${seconds} |
+----------------------------+-------+
`,
      );
    const full = 'Disk of shop-m 91 % full';
    expect(report(full, 'shop-m', asked(0)).rootCause.statement)
      .to.include('never removed')
      .and.include('binlog.000101');
    expect(report(full, 'shop-m', asked(604800)).rootCause.statement).not.to.include('never removed');
  });
});
