import { expect } from 'chai';
import { makeAlert } from '../../../../scripts/eval/cases/make-alert.ts';
import type { Recorded } from '../../../../scripts/eval/cases/make-evidence.ts';
import { concluded, printed } from '../kubernetes-state/conclude-evidence.ts';

const verdict = (title: string, ...recorded: Recorded[]): string =>
  concluded(makeAlert({ title, service: 'geo-db' }), recorded, 'database').report.verdict;

describe('backups that read every table', () => {
  const title = 'Full table scans on geo-db: 3 entries of the log. Is an index missing?';
  const entry = (user: string, statement: string) =>
    `# Time: 2031-03-01T02:10:00.000000Z\n# User@Host: ${user}[${user}] @  [10.1.1.9]  Id: 91\n# Query_time: 412.1  Lock_time: 0.0 Rows_sent: 9100000  Rows_examined: 9100000\n${statement};`;
  const dump = entry('dumper', 'SELECT /*!40001 SQL_NO_CACHE */ * FROM `tiles`');
  const slow = (command: string, ...entries: string[]) => printed(command, entries.join('\n'));
  const whole = 'ssh geo-db cat /var/log/mysql/slow.log';
  const done = printed(
    'tail -2 /var/log/backup.log',
    '2031-03-01 02:00:00 mysqldump geo starts\n2031-03-01 02:44:00 mysqldump geo finished, 80 GB',
  );

  it('are no slow statements', () => {
    expect(verdict(title, slow(whole, dump, dump), done)).to.equal('healthy');
  });

  it('are copies of a table that PostgreSQL logs since they take long', () => {
    const copy = (table: string) =>
      `2031-03-01 02:10:00 UTC [811] dumper@geo LOG:  duration: 612000.1 ms  statement: COPY public.${table} (id, shape) TO stdout;`;
    const dumped = printed('tail -1 /var/log/backup.log', '02:44 pg_dump of geo: ok, 80 GB');
    const slowest = 'Slow query log of geo-db: 2 statements above 5 minutes, full table scans';
    const read = (...lines: string[]) =>
      printed('ssh geo-db grep duration: /var/log/postgresql/main.log', lines.join('\n'));
    expect(verdict(slowest, read(copy('tiles'), copy('roads')), dumped)).to.equal('healthy');
    const other =
      "2031-03-01 02:11:00 UTC [9] web@geo LOG:  duration: 700000.4 ms  statement: SELECT * FROM tiles WHERE owner = 'x'";
    expect(verdict(slowest, read(copy('tiles'), copy('roads'), other), dumped)).not.to.equal('healthy');
    expect(verdict(`${slowest}. The map is slow`, read(copy('tiles'), copy('roads')), dumped)).not.to.equal('healthy');
  });

  it('hide no statement of anybody else, and no broken backup', () => {
    const other = entry('web', "SELECT * FROM `tiles` WHERE owner = 'x'");
    expect(verdict(title, slow(whole, dump, other), done)).not.to.equal('healthy');
    expect(verdict(title, slow('ssh geo-db tail -8 /var/log/mysql/slow.log', dump, dump), done)).not.to.equal(
      'healthy',
    );
    const counted = (count: number) =>
      printed('grep "Rows_examined" -B2 -A1 slow.log | grep SELECT | grep -vc SQL_NO_CACHE', `${count}\n`);
    const last = slow('ssh geo-db tail -8 /var/log/mysql/slow.log', dump, dump);
    expect(verdict(title, last, counted(0), done)).to.equal('healthy');
    expect(verdict(title, last, counted(4), done)).not.to.equal('healthy');
    expect(verdict(title, slow(whole, dump, dump))).not.to.equal('healthy');
    const broken = printed('tail -1 /var/log/backup.log', 'mysqldump: Error 2013: lost connection; dump failed');
    expect(verdict(title, slow(whole, dump, dump), done, broken)).not.to.equal('healthy');
    expect(verdict(`${title} Users wait for maps, timeouts.`, slow(whole, dump, dump), done)).not.to.equal('healthy');
  });
});

describe('streams to replicas that are as old as their connections', () => {
  const title = 'Longest running statement on geo-db: 812000 s';
  const list = (...rows: string[]) =>
    printed(
      'ssh geo-db mysql -te "show full processlist"',
      [
        '+----+------+------+------+---------+------+-------+------+',
        '| Id | User | Host | db | Command | Time | State | Info |',
        '+----+------+------+------+---------+------+-------+------+',
        '| 7 | repl | geo-r1 | NULL | Binlog Dump GTID | 812000 | Source has sent all binlog to replica; waiting for more updates | NULL |',
        '| 5 | event_scheduler | localhost | NULL | Daemon | 812010 | Waiting on empty queue | NULL |',
        '| 90 | web | app-1 | geo | Sleep | 2100 | | NULL |',
        ...rows,
        '+----+------+------+------+---------+------+-------+------+',
      ].join('\n'),
    );
  const replica = (behind: number) =>
    printed(
      "ssh geo-r1 mysql -e 'show replica status\\G'",
      `*************************** 1. row ***************************\n           Replica_IO_Running: Yes\n          Replica_SQL_Running: Yes\n        Seconds_Behind_Source: ${behind}\n`,
    );

  it('are no statements', () => {
    expect(verdict(title, list(), replica(0))).to.equal('healthy');
  });

  it('hide no statement beside them, and no replica that is late or that nobody asked', () => {
    const report = '| 91 | bi | olap-1 | geo | Query | 5400 | Sending data | SELECT * FROM tiles |';
    expect(verdict(title, list(report), replica(0))).not.to.equal('healthy');
    expect(verdict(title, list(), replica(900))).not.to.equal('healthy');
    expect(verdict(title, list())).not.to.equal('healthy');
  });

  it('must not keep old rows, and the list must be whole', () => {
    const old = 'Longest statement on geo-db: 3 days';
    const sessions = (command: string, sender: string, ...rows: string[]) =>
      printed(
        command,
        [
          ' pid | usename | backend_type | state | query_start | backend_xmin | query',
          '-----+---------+--------------+-------+-------------+--------------+------',
          ` 11 | rep | walsender | active | 2031-03-01 01:00:00+00 | ${sender} | START_REPLICATION 5/A0000000 TIMELINE 1`,
          ...rows,
          '(2 rows)',
        ].join('\n'),
      );
    const now = ' 12 | web | client backend | active | 2031-03-04 01:00:00+00 | 9001 | select 1';
    const level = printed(
      'psql -h geo-db -c "select application_name, state, sent_lsn, replay_lsn, replay_lag from pg_stat_replication"',
      ' application_name | state | sent_lsn | replay_lsn | replay_lag\n---+---+---+---+---\n geo-r1 | streaming | 7/A0 | 7/A0 | 00:00:00.002\n(1 row)\n',
    );
    const all =
      'psql -h geo-db -c "select * from pg_stat_activity where state <> \'idle\' order by query_start limit 9"';
    expect(verdict(old, sessions(all, '', now), level)).to.equal('healthy');
    expect(verdict(old, sessions(all, '880', now), level)).not.to.equal('healthy');
    expect(verdict(old, sessions(all, ''), level)).not.to.equal('healthy');
    const some = 'psql -h geo-db -c "select * from pg_stat_activity where usename = \'rep\'"';
    expect(verdict(old, sessions(some, '', now), level)).not.to.equal('healthy');
    const query = ' 13 | bi | client backend | active | 2031-03-03 01:00:00+00 | 9001 | select sum(a) from tiles';
    expect(verdict(old, sessions(all, '', query, now), level)).not.to.equal('healthy');
  });
});
