import { expect } from 'chai';
import { makeAlert } from '../../../../scripts/eval/cases/make-alert.ts';
import type { Recorded } from '../../../../scripts/eval/cases/make-evidence.ts';
import { concluded, printed } from '../kubernetes-state/conclude-evidence.ts';
import { alarm, CALM_SQL, rds, spike } from './rds-fixture.ts';

const verdict = (title: string, ...recorded: Recorded[]): string =>
  concluded(makeAlert({ title, service: 'erp-db' }), recorded, 'database').report.verdict;

const sessions = (rows: string[]) =>
  printed(
    'psql -h erp-db erp -c "select usename, state, count(*) from pg_stat_activity group by 1,2"',
    [' usename | state | count', '---------+-------+-------', ...rows, `(${rows.length} rows)`].join('\n'),
  );
const limit = (most: number) =>
  printed('psql -h erp-db -c "show max_connections"', ` max_connections\n-----------------\n ${most}\n(1 row)\n`);
const waits = (count: number) =>
  printed(
    'psql -h erp-db -c "select count(*) from pg_locks where not granted"',
    ` count\n-------\n     ${count}\n(1 row)\n`,
  );

describe('a server that is shown to be well by what it printed', () => {
  const title = 'Postgres connections of erp-db above 60 %';

  it('keeps idle connections below its limit', () => {
    const pools = [' web     | idle  |   180', ' web     | active |    4'];
    expect(verdict(title, sessions(pools), limit(300), waits(0))).to.equal('healthy');
    expect(verdict(title, sessions(pools), limit(190), waits(0))).not.to.equal('healthy');
    expect(verdict(title, sessions(pools), limit(300), waits(7))).not.to.equal('healthy');
  });

  it('is only suspected for idle connections where neither its limit is told nor anybody is refused', () => {
    const inPod = (rows: string[]) =>
      printed(
        'kubectl exec -n erp erp-pg-0 -- psql -U postgres -c "select usename, state, count(*) from pg_stat_activity group by 1,2"',
        [' usename | state | count', '---------+-------+-------', ...rows, `(${rows.length} rows)`].join('\n'),
      );
    const idle = inPod([' web     | idle  |   180', ' web     | active |    4']);
    const refused = printed(
      'kubectl logs -n erp web-6d5f8b7c9-x2k4q --tail=2',
      '2031-04-02 10:31:04 ERROR psycopg2.OperationalError: FATAL: sorry, too many clients already\n',
    );
    expect(verdict('Does erp-pg run out of connections?', idle)).to.equal('inconclusive');
    const { report } = concluded('web of erp answers with errors', [idle, refused], 'database');
    expect(report.verdict).to.be.oneOf(['identified', 'probable']);
    expect(JSON.stringify(report)).to.include('sessions that are idle (connection leak)');
  });

  it('has room for its clients where MySQL tells its limit as a variable', () => {
    const asked = (most: number) =>
      printed(
        `mysql -h erp-db -te "show global status like 'Threads_connected'; select @@global.max_connections"`,
        `+-------------------+-------+\n| Variable_name     | Value |\n+-------------------+-------+\n| Threads_connected | 212   |\n+-------------------+-------+\n+--------------------------+\n| @@global.max_connections |\n+--------------------------+\n|                      ${most} |\n+--------------------------+\n`,
      );
    const many = 'More than 200 connections on erp-db';
    expect(verdict(many, asked(900))).to.equal('healthy');
    expect(verdict(many, asked(220))).not.to.equal('healthy');
  });

  it('has room where an alert only names what more clients might mean', () => {
    const named = (symptom: string) =>
      concluded(
        makeAlert({
          title: 'Backends of erp-db: 184, threshold 150',
          description: `Threshold 150 from 2029.\nsuspected_symptom: ${symptom}`,
          service: 'erp-db',
        }),
        [sessions([' web     | idle  |   180', ' web     | active |    4']), limit(1200), waits(0)],
        'database',
      ).report.verdict;
    expect(named('Connection leak, too many clients.')).to.equal('healthy');
    expect(named('The web tier logs too many clients since 9 o clock.')).not.to.equal('healthy');
  });

  it('is dumped by a backup that blocks nobody', () => {
    const dump = (application: string) =>
      printed(
        'psql -h erp-db -c "select pid, usename, application_name, state, now()-xact_start as xact_age, left(query,30) as query from pg_stat_activity"',
        ` pid | usename | application_name | state | xact_age | query
-----+---------+------------------+--------+----------+------------------
 811 | ops | ${application} | active | 01:50:10 | COPY public.a TO stdout
 900 | web | erp | active | 00:00:00 | select 1
(2 rows)
`,
      );
    const long = 'Long running transaction on erp-db: 1h 50m';
    expect(verdict(long, dump('pg_dump'), waits(0))).to.equal('healthy');
    expect(verdict(long, dump('pg_dump'))).not.to.equal('healthy');
    expect(verdict(long, dump('report-tool'), waits(0))).not.to.equal('healthy');
  });

  it('grants every lock that is asked for', () => {
    const many = 'Many locks on erp-db, is something blocked?';
    const counted = (...rows: string[]) =>
      printed(
        'psql -h erp-db -c "select mode, granted, count(*) from pg_locks group by 1,2"',
        [' mode | granted | count', '------+---------+-------', ...rows, `(${rows.length} rows)`].join('\n'),
      );
    const blockers = (...rows: string[]) =>
      printed(
        'psql -h erp-db -c "select pid, pg_blocking_pids(pid) from pg_stat_activity where cardinality(pg_blocking_pids(pid)) > 0"',
        [' pid | pg_blocking_pids', '-----+------------------', ...rows, `(${rows.length} rows)`].join('\n'),
      );
    const granted = ' AccessShareLock | t | 311';
    expect(verdict(many, counted(granted))).to.equal('healthy');
    expect(verdict(many, counted(granted), blockers())).to.equal('healthy');
    expect(verdict(many, waits(0))).to.equal('healthy');
    expect(verdict(many, counted(granted, ' ExclusiveLock | f | 3'))).not.to.equal('healthy');
    expect(verdict(many, counted(granted), blockers(' 811 | {900}'))).not.to.equal('healthy');
    expect(verdict(many, sessions([' web | active | 4']))).not.to.equal('healthy');
    // A session that was left in its transaction keeps its locks for the next one.
    const left = printed(
      'psql -h erp-db -c "select pid, state, now()-xact_start as xact_age from pg_stat_activity"',
      ' pid | state | xact_age\n-----+-------+----------\n 811 | idle in transaction | 00:41:10\n(1 row)\n',
    );
    expect(verdict(many, counted(granted), left)).not.to.equal('healthy');
  });

  it('vacuums to prevent wraparound without anybody waiting', () => {
    const worker = (age: number) =>
      printed(
        'psql -h erp-db -c "select pid, backend_type, query from pg_stat_activity" -c "select datname, age(datfrozenxid) from pg_database"',
        ` pid | backend_type | query
-----+-------------------+--------------------------------------------
 811 | autovacuum worker | autovacuum: VACUUM public.t (to prevent wraparound)
(1 row)

 datname | age
---------+-----------
 erp     | ${age}
(1 row)
`,
      );
    const title2 = 'Autovacuum on erp-db runs for 3 hours (to prevent wraparound)';
    expect(verdict(title2, worker(205_000_000), waits(0))).to.equal('healthy');
    expect(verdict(title2, worker(1_900_000_000), waits(0))).not.to.equal('healthy');
  });

  it('is a cache that is full by design, unless what it is asked for is gone', () => {
    const info = (hits: number, expires: number) =>
      printed(
        'redis-cli -h erp-db info',
        `used_memory:990\nmaxmemory:1000\nmaxmemory_policy:allkeys-lfu\nrejected_connections:0\nevicted_keys:90000\nkeyspace_hits:${hits}\nkeyspace_misses:1000\ndb0:keys=5000,expires=${expires},avg_ttl=0\n`,
      );
    const full = 'Redis memory of erp-db at 99 %, keys are evicted';
    expect(verdict(full, info(50_000, 0))).to.equal('healthy');
    expect(verdict(full, info(900, 0))).not.to.equal('healthy');
    expect(verdict(full, info(50_000, 2000))).not.to.equal('healthy');
    expect(verdict('Users of erp-db see errors, Redis evicts keys', info(50_000, 0))).not.to.equal('healthy');
  });

  it('is a store of keys with an end that throws the oldest of them away, unless it refused something or keys are missed', () => {
    const asked = (expires: number, refused = 0, policy = 'volatile-ttl') => [
      printed('redis-cli -h erp-db info memory', `used_memory:1990\nmaxmemory:2000\nmaxmemory_policy:${policy}\n`),
      printed(
        'redis-cli -h erp-db info stats',
        `rejected_connections:0\nevicted_keys:700\nkeyspace_hits:80000\nkeyspace_misses:2000\nerrorstat_OOM:count=${refused}\n`,
      ),
      printed(
        'redis-cli -h erp-db info keyspace',
        `# Keyspace\ndb0:keys=6000,expires=${expires},avg_ttl=910022\ndb1:keys=40,expires=40,avg_ttl=1\n`,
      ),
    ];
    const full = 'Redis memory of erp-db at 99 %, keys are evicted';
    expect(verdict(full, ...asked(5980))).to.equal('healthy');
    // Keys without an end are never thrown away, so the others are in their place.
    expect(verdict(full, ...asked(1500))).not.to.equal('healthy');
    expect(verdict(full, ...asked(5980, 31))).not.to.equal('healthy');
    expect(verdict(full, ...asked(5980, 0, 'noeviction'))).not.to.equal('healthy');
    expect(verdict(`${full}; shoppers are logged out`, ...asked(5980))).not.to.equal('healthy');
  });

  it('is a memcached that throws its oldest items away, unless what it is asked for is gone', () => {
    const stats = (misses: number, evictions: number, refused = 0) =>
      printed(
        'nc erp-db 11211',
        `STAT get_hits 880000\r\nSTAT get_misses ${misses}\r\nSTAT listen_disabled_num ${refused}\r\nSTAT limit_maxbytes 1000\r\nSTAT bytes 990\r\nSTAT total_items 90000\r\nSTAT evictions ${evictions}\r\nEND\r\n`,
      );
    const full = 'Memcached memory of erp-db above 95 %';
    expect(verdict(full, stats(9000, 700))).to.equal('healthy');
    expect(verdict(full, stats(700_000, 700))).not.to.equal('healthy');
    expect(verdict(full, stats(9000, 60_000))).not.to.equal('healthy');
    expect(verdict(full, stats(9000, 700, 4))).not.to.equal('healthy');
    expect(verdict(full, stats(9000, 700), stats(700_000, 700))).not.to.equal('healthy');
    expect(verdict('Users of erp-db see errors, memcached memory is full', stats(9000, 700))).not.to.equal('healthy');
  });

  it('holds so little that its fragments tell nothing', () => {
    const info = (used: number, rss: number, ratio: string) =>
      printed(
        'valkey-cli -h erp-db info memory',
        `used_memory:${used}\nused_memory_rss:${rss}\nmaxmemory:0\nmem_fragmentation_ratio:${ratio}\nevicted_keys:0\n`,
      );
    const fragments = 'Valkey mem_fragmentation_ratio of erp-db above 3';
    expect(verdict(fragments, info(2_000_000, 11_000_000, '5.5'))).to.equal('healthy');
    expect(verdict(fragments, info(2_000_000_000, 9_000_000_000, '4.5'))).not.to.equal('healthy');
    expect(verdict(fragments, info(9_000_000, 2_000_000, '0.22'))).not.to.equal('healthy');
  });

  it('has standbys that are level with it', () => {
    const standby = (state: string, lag: string) =>
      printed(
        'psql -h erp-db -xc "select application_name, state, replay_lag from pg_stat_replication"',
        `-[ RECORD 1 ]----+----------------\napplication_name | s1\nstate            | ${state}\nreplay_lag       | ${lag}\n`,
      );
    const late = 'Replication lag of erp-db was 400 s';
    expect(verdict(late, standby('streaming', '00:00:00.01'))).to.equal('healthy');
    expect(verdict(late, standby('streaming', '00:12:00'))).not.to.equal('healthy');
    expect(verdict(late, standby('catchup', '00:00:00.01'))).not.to.equal('healthy');
  });
});

describe('a failover that is over', () => {
  const events: [number, string][] = [
    [5, 'Multi-AZ instance failover started.'],
    [6, 'DB instance restarted'],
    [7, 'Multi-AZ instance failover completed'],
  ];
  const recorded = rds({ DatabaseConnections: spike(90, 0) }, CALM_SQL, events);
  const about = (description: string) =>
    concluded(alarm('Failover of RDS ledger-prod', description), recorded, 'database').report;

  it('is no cause of anything where somebody asks whether all is well again', () => {
    expect(about('Is the server fine again?').verdict).to.equal('healthy');
    expect(about('Nothing left to do?').verdict).to.equal('healthy');
  });

  it('is the cause of an outage whose cause is asked for', () => {
    expect(about('Payments were interrupted, is there a root cause?').rootCause.statement).to.include('failover');
    expect(about('Connections dropped to 0 and recovered').rootCause.statement).to.include('failover');
  });
});

describe('a server whose key is gone', () => {
  it('is told with who took the key away', () => {
    const { report } = concluded(
      alarm('RDS ledger-prod not reachable'),
      [
        printed(
          'aws rds describe-db-instances --db-instance-identifier ledger-prod --query "DBInstances[0].DBInstanceStatus"',
          '"inaccessible-encryption-credentials"\n',
        ),
        printed(
          'aws cloudtrail lookup-events --output text',
          '2031-04-02T09:58:01Z\tScheduleKeyDeletion\tjanitor-role\n',
        ),
        ...rds({}, CALM_SQL),
      ],
      'database',
    );
    expect(report.rootCause.statement).to.include('ScheduleKeyDeletion of janitor-role').and.include('KMS');
  });
});

describe('an alert that denies harm', () => {
  it('is answered by the metrics of the server that it names', () => {
    const { report } = concluded(
      alarm('CPU of RDS ledger-prod at 20 %', 'Nobody has reported errors, no users wait for it.'),
      rds({}, CALM_SQL),
      'database',
    );
    expect(report.verdict).to.equal('healthy');
  });
});

describe('prepared transactions', () => {
  const bloated = (prepared: string) =>
    concluded(
      makeAlert({ title: 'Table bloat of ledger', service: 'erp-db' }),
      [
        printed(
          'psql -h erp-db -c "select relname, n_live_tup, n_dead_tup, last_autovacuum from pg_stat_user_tables" -c "select * from pg_prepared_xacts"',
          ` relname | n_live_tup | n_dead_tup | last_autovacuum
---------+------------+------------+------------------------
 ledger  |      4000 |    9912000 | 2031-04-02 10:01:00+00
(1 row)

 transaction | gid | prepared | owner | database
-------------+-----+-------------------------------+-------+------
 812         | tx1 | ${prepared} | app | erp
(1 row)
`,
        ),
      ],
      'database',
    ).report.rootCause.statement;

  it('are to blame where they are old, and not those of a moment ago', () => {
    expect(bloated('2031-03-30 10:01:00.5+00')).to.include('prepared transaction');
    expect(bloated('2031-04-02 10:00:58.5+00')).not.to.include('prepared transaction');
  });
});
