import { expect } from 'chai';
import { makeAlert } from '../../../../scripts/eval/cases/make-alert.ts';
import type { Recorded } from '../../../../scripts/eval/cases/make-evidence.ts';
import { concluded, printed } from '../kubernetes-state/conclude-evidence.ts';

const verdict = (title: string, service: string, ...recorded: Recorded[]): string =>
  concluded(makeAlert({ title, service }), recorded, 'database').report.verdict;

describe('a lag in seconds while nobody writes', () => {
  const title = 'Replication lag of pg-b above 900 s';
  const standby = (received: string, replayed: string, lag = 3100.5) =>
    printed(
      'psql -h pg-b -xc "select pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn(), extract(epoch from now()-pg_last_xact_replay_timestamp()) as lag"',
      `-[ RECORD 1 ]-----------+--------\npg_last_wal_receive_lsn | ${received}\npg_last_wal_replay_lsn  | ${replayed}\nlag | ${lag}\n`,
    );
  const receiver = (status: string) =>
    printed(
      'psql -h pg-b -xc "select status, latest_end_lsn, sender_host from pg_stat_wal_receiver"',
      `-[ RECORD 1 ]--+-----------\nstatus         | ${status}\nlatest_end_lsn | 7/40000\nsender_host    | pg-a\n`,
    );
  const primary = (place: string) =>
    printed(
      'psql -h pg-a -c "select pg_current_wal_lsn()"',
      ` pg_current_wal_lsn\n--------------------\n ${place}\n(1 row)\n`,
    );
  const log = printed(
    'ssh pg-b tail -n 2 /var/log/postgresql/postgresql-16-main.log',
    '2031-04-02 10:00:14.115 UTC [88] LOG:  restartpoint starting: time\n2031-04-02 10:04:44.008 UTC [88] LOG:  recovery restart point at 7/3F000\n',
  );

  it('is the age of the last change where the places in the log are the same', () => {
    expect(
      verdict(title, 'pg-b', standby('7/40000', '7/40000'), receiver('streaming'), primary('7/40000'), log),
    ).to.equal('healthy');
  });

  it('is a lag where replay, the stream or the primary is elsewhere', () => {
    const at = '7/40000';
    for (const server of [
      [standby('7/9000000', at), receiver('streaming')],
      [standby(at, at), receiver('waiting')],
      [standby(at, at)],
      [standby(at, at), receiver('streaming'), primary('8/9000000')],
    ])
      expect(verdict(title, 'pg-b', ...server)).not.to.equal('healthy');
  });
});

describe('a replica that was told to stay behind', () => {
  const mysql = (delay: number, behind: number, sql = 'Yes') =>
    printed(
      'mysql -h arch-db -e "show replica status\\G"',
      `*************************** 1. row ***************************\n Replica_IO_Running: Yes\n Replica_SQL_Running: ${sql}\n Seconds_Behind_Source: ${behind}\n SQL_Delay: ${delay}\n Last_SQL_Error: \n`,
    );
  const postgres = (behind: string) => [
    printed(
      'psql -h arch-db -c "show recovery_min_apply_delay"',
      ' recovery_min_apply_delay\n--------------------------\n 2h\n(1 row)\n',
    ),
    printed(
      'psql -h arch-db -c "select now() - pg_last_xact_replay_timestamp() as delay"',
      ` delay\n-----------------\n ${behind}\n(1 row)\n`,
    ),
    printed(
      'psql -h arch-db -c "select status, sender_host from pg_stat_wal_receiver"',
      ' status | sender_host\n-----------+-------------\n streaming | main-db\n(1 row)\n',
    ),
  ];
  const mongo = (behind: number, other = 0, state = 'SECONDARY') => [
    printed(
      'mongosh --quiet --eval "rs.conf()"',
      `{ members: [ { _id: 0, host: 'm1.x:27017', hidden: false, secondaryDelaySecs: Long('0') }, { _id: 1, host: 'arch-db.x:27017', hidden: true, secondaryDelaySecs: Long('7200') } ] }`,
    ),
    printed(
      'mongosh --quiet --eval "rs.printSecondaryReplicationInfo()"',
      `source: m2.x:27017\n{\n  replLag: '${other} secs (0 hrs) behind the primary '\n}\n---\nsource: arch-db.x:27017\n{\n  replLag: '${behind} secs (2 hrs) behind the primary '\n}\n`,
    ),
    printed(
      'mongosh --quiet --eval "rs.status().members.map(m => m.name + m.stateStr)"',
      `m1.x:27017 PRIMARY\nm2.x:27017 ${state}\n`,
    ),
  ];
  const title = 'Replication lag of arch-db above 60 s';

  it('is behind by just that', () => {
    expect(verdict(title, 'arch-db', mysql(7200, 7201))).to.equal('healthy');
    expect(verdict(title, 'arch-db', ...postgres('02:00:03.1'))).to.equal('healthy');
    expect(verdict(title, 'arch-db', ...mongo(7200))).to.equal('healthy');
    const listed = printed(
      'psql -h arch-db -c "select application_name, state, replay_lag from pg_stat_replication"',
      ' application_name | state | replay_lag\n----+----+----\n arch | streaming | 01:59:58.2\n(1 row)\n',
    );
    expect(verdict(title, 'arch-db', ...postgres('02:00:03.1'), listed)).to.equal('healthy');
  });

  it('is late where it is behind by more, was never told to, or others are late or ill as well', () => {
    expect(verdict(title, 'arch-db', mysql(7200, 19_000))).not.to.equal('healthy');
    expect(verdict(title, 'arch-db', mysql(0, 7200))).not.to.equal('healthy');
    expect(verdict(title, 'arch-db', mysql(7200, 7200, 'No'))).not.to.equal('healthy');
    expect(verdict(title, 'arch-db', ...postgres('06:40:00'))).not.to.equal('healthy');
    expect(verdict(title, 'arch-db', ...mongo(26_000))).not.to.equal('healthy');
    expect(verdict(title, 'arch-db', ...mongo(7200, 900))).not.to.equal('healthy');
    expect(verdict(title, 'arch-db', ...mongo(7200, 0, 'RECOVERING'))).not.to.equal('healthy');
    expect(verdict(title.replace('arch-db', 'm2'), 'm2', ...mongo(7200, 900))).not.to.equal('healthy');
  });
});

describe('a cache that is full', () => {
  const pool = (reads: number, waits: number) =>
    printed(
      'mysql -h sh-db -e "show global status like \'Innodb_buffer_pool%\'"',
      `Variable_name\tValue\nInnodb_buffer_pool_pages_free\t2040\nInnodb_buffer_pool_pages_total\t524288\nInnodb_buffer_pool_pages_dirty\t9000\nInnodb_buffer_pool_read_requests\t90000000\nInnodb_buffer_pool_reads\t${reads}\nInnodb_buffer_pool_wait_free\t${waits}\n`,
    );
  const tiger = (used: number, byClients: number) =>
    printed(
      'mongosh --quiet --eval "db.serverStatus().wiredTiger.cache"',
      `{ 'bytes currently in the cache': ${used}, 'maximum bytes configured': 1000000, 'tracked dirty bytes in the cache': 9000, 'pages evicted by application threads': ${byClients} }`,
    );

  it('does what it is for where hardly anything has to be fetched', () => {
    expect(verdict('InnoDB buffer pool of sh-db 99 % used', 'sh-db', pool(40_000, 0))).to.equal('healthy');
    expect(verdict('WiredTiger cache of sh-db is 80 % full', 'sh-db', tiger(801_000, 0))).to.equal('healthy');
  });

  it('is too small where much is fetched or clients wait for room', () => {
    expect(verdict('InnoDB buffer pool of sh-db 99 % used', 'sh-db', pool(9_000_000, 0))).not.to.equal('healthy');
    expect(verdict('InnoDB buffer pool of sh-db 99 % used', 'sh-db', pool(40_000, 51_000))).not.to.equal('healthy');
    expect(verdict('WiredTiger cache of sh-db is full', 'sh-db', tiger(960_000, 0))).not.to.equal('healthy');
    expect(verdict('WiredTiger cache of sh-db is full', 'sh-db', tiger(801_000, 5200))).not.to.equal('healthy');
    // Another alert is not answered by it.
    expect(verdict('Host memory of sh-db 98 % used', 'sh-db', pool(40_000, 0))).not.to.equal('healthy');
  });
});

describe('a file system that is always full', () => {
  const df = (root: number) =>
    printed(
      'ssh kiosk-3 df -hT',
      `Filesystem     Type     Size  Used Avail Use% Mounted on\n/dev/sda2      ext4     100G   40G   60G  ${root}% /\n/dev/sr0       iso9660  3.1G  3.1G     0 100% /media/dvd\n/dev/sdb1      ext4     9G   9G     0G  100% /media/usb\n`.replace(
        /.*usb\n/,
        root === 41 ? '$&' : '',
      ),
    );

  it('is the image of a medium', () => {
    expect(verdict('Disk kiosk-3: /media/dvd is 100 % full', 'kiosk-3', df(40))).to.equal('healthy');
  });

  it('is none where a file system that is written is full, or the alert is about another one', () => {
    expect(verdict('Disk kiosk-3: /media/dvd is 100 % full', 'kiosk-3', df(96))).not.to.equal('healthy');
    expect(verdict('Disk kiosk-3: /media/dvd is 100 % full', 'kiosk-3', df(41))).not.to.equal('healthy');
    expect(verdict('Disk kiosk-3: /media is 100 % full', 'kiosk-3', df(40))).not.to.equal('healthy');
  });
});
