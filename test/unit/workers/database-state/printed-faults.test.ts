import { expect } from 'chai';
import { makeAlert } from '../../../../scripts/eval/cases/make-alert.ts';
import type { Recorded } from '../../../../scripts/eval/cases/make-evidence.ts';
import { concluded, printed } from '../kubernetes-state/conclude-evidence.ts';

const alarm = (title: string, description = '') => makeAlert({ title, description, service: 'orders' });

const report = (title: string, ...recorded: Recorded[]) => {
  const { report: told, struck } = concluded(alarm(title), recorded, 'database');
  expect(struck.filter((line) => line.startsWith('root cause'))).to.deep.equal([]);
  return told;
};

const cause = (title: string, ...recorded: Recorded[]): string => {
  const told = report(title, ...recorded);
  expect(told.class).to.equal('database');
  return told.rootCause.statement;
};

describe('what ails a PostgreSQL, printed by psql', () => {
  it('is an index that is missing by the plan and the definition of the table', () => {
    const text = cause(
      'Searching parcels by phone takes 12 s',
      printed(
        'PGPASSWORD=x psql -U app -h db7.example.com shop',
        `                                        QUERY PLAN
-----------------------------------------------------------------------------------------------------------
 Seq Scan on parcels p  (cost=0.00..512003.00 rows=2 width=88) (actual time=900.1..3800.25 rows=3 loops=1)
   Filter: (((p.phone)::text = '0123'::text) AND (p.deleted_at IS NULL))
   Rows Removed by Filter: 9120331
 Planning Time: 0.100 ms
 Execution Time: 3801.5 ms
(5 rows)
`,
      ),
      printed(
        String.raw`psql -h db7 shop -c '\d parcels'`,
        `                Table "logistics.parcels"
 Column |  Type  | Collation | Nullable | Default
--------+--------+-----------+----------+---------
 id     | bigint |           | not null |
 phone  | text   |           |          |
Indexes:
    "parcels_pkey" PRIMARY KEY, btree (id)
    "parcels_customer_idx" btree (customer_id, phone)
Referenced by:
    TABLE "events" CONSTRAINT "e_fk" FOREIGN KEY (parcel_id) REFERENCES parcels(id)
`,
      ),
    );
    expect(text).to.include('no index of parcels begins with phone').and.include('Rows Removed by Filter: 9120331');
  });

  it('is told by the counters of the table where nobody made a plan', () => {
    const text = cause(
      'orders api is slow, timeouts',
      printed(
        'kubectl exec -n shop pg-0 -- psql -xc "select * from pg_stat_user_tables"',
        `-[ RECORD 1 ]-----+------------------------------
relid             | 16512
schemaname        | public
relname           | basket_items
seq_scan          | 51230
seq_tup_read      | 409840000000
idx_scan          | 12
n_live_tup        | 8000000
n_dead_tup        | 120
last_autoanalyze  | 2031-04-02 08:00:11.12+00
-[ RECORD 2 ]-----+------------------------------
relid             | 16590
schemaname        | public
relname           | countries
seq_scan          | 900000
seq_tup_read      | 220000000
idx_scan          | 0
n_live_tup        | 249
n_dead_tup        | 0
last_autoanalyze  | 2031-01-02 08:00:11.12+00
`,
      ),
    );
    expect(text).to.include('basket_items').and.include('index');
  });

  it('is a subquery that runs again for each row', () => {
    const text = cause(
      'CPU of the database at 100%',
      printed(
        'ssh dbhost sudo -u postgres psql crm -f /tmp/plan.sql',
        `                                     QUERY PLAN
------------------------------------------------------------------------------------------
 Index Scan using c_pk on customers c  (cost=0.42..91233.10 rows=900 width=40) (actual time=3.1..45120.7 rows=8100 loops=1)
   Filter: (active AND ((SubPlan 1) > 3))
   Rows Removed by Filter: 22
   SubPlan 1
     ->  Aggregate  (cost=100.1..100.2 rows=1 width=8) (actual time=5.5..5.5 rows=1 loops=8122)
           ->  Seq Scan on tickets t  (cost=0.00..99.0 rows=40 width=0) (actual time=0.1..5.4 rows=12 loops=8122)
                 Filter: (customer_id = c.id)
                 Rows Removed by Filter: 41220
 Execution Time: 45130.9 ms
(9 rows)
`,
      ),
    );
    expect(text).to.include('correlated subquery').and.include('tickets').and.include('loops=8122');
  });

  it('is a planner without statistics', () => {
    const text = cause(
      'reports time out since the restore',
      printed(
        'psql -h wh1 dwh -c "explain analyze select …"',
        `                                     QUERY PLAN
------------------------------------------------------------------------------------------
 Nested Loop  (cost=0.85..40.11 rows=1 width=40) (actual time=0.1..61200.4 rows=930112 loops=1)
   ->  Index Scan using f_day on facts f  (cost=0.43..8.45 rows=1 width=8) (actual time=0.05..900.5 rows=930112 loops=1)
         Index Cond: (day = '2031-04-01'::date)
   ->  Index Scan using d_pk on dims d  (cost=0.42..8.44 rows=1 width=32) (actual time=0.06..0.06 rows=1 loops=930112)
         Index Cond: (id = f.dim_id)
 Execution Time: 61300.1 ms
(6 rows)
`,
      ),
      printed(
        'psql -h wh1 dwh -c "select relname, n_live_tup, last_analyze, last_autoanalyze from pg_stat_all_tables"',
        ` relname | n_live_tup | last_analyze | last_autoanalyze
---------+------------+--------------+------------------
 facts   |   41220331 |              |
 dims    |     120331 |              |
(2 rows)
`,
      ),
    );
    expect(text).to.include('no statistics of facts, dims').and.include('rows=930112');
  });

  it('is a table with indexes that nobody reads, where writing is slow', () => {
    const index = (name: string, columns: string, scans: number) =>
      ` audit | ${name} | ${scans} | 12 GB | CREATE INDEX ${name} ON app.audit USING btree (${columns})`;
    const text = cause(
      'Import of audit rows falls behind, batches take 90 s',
      printed(
        'psql -h a1 -d app -c "select relname, indexrelname, idx_scan, pg_size_pretty(pg_relation_size(indexrelid)) as size, pg_get_indexdef(indexrelid) from pg_stat_user_indexes"',
        [
          ' relname | indexrelname | idx_scan | size | pg_get_indexdef',
          '---------+--------------+----------+------+-----------------',
          ' audit | audit_pkey | 880012 | 9 GB | CREATE UNIQUE INDEX audit_pkey ON app.audit USING btree (id)',
          index('audit_actor', 'actor_id', 99120),
          index('audit_a', 'actor_id', 0),
          index('audit_b', 'kind, at', 0),
          index('audit_c', 'payload_hash', 0),
          index('audit_d', 'ip', 0),
          '(6 rows)',
        ].join('\n'),
      ),
    );
    expect(text)
      .to.include('Too many indexes slow every insert')
      .and.include('audit_b')
      .and.include('audit_a is redundant');
  });

  it('is a session that keeps vacuum from removing dead rows', () => {
    const text = cause(
      'Queue polling gets slower every hour (table bloat)',
      printed(
        'psql -h q1 jobs -c "VACUUM (VERBOSE) job"',
        'INFO:  vacuuming "jobs.public.job"\nINFO:  finished vacuuming "jobs.public.job": index scans: 0\ntuples: 0 removed, 812331 remain, 801200 are dead but not yet removable\nVACUUM\n',
      ),
      printed(
        'psql -h q1 jobs -c "select pid, usename, application_name, state, now()-xact_start as xact_age, left(query,60) as query from pg_stat_activity order by xact_start limit 2"',
        `  pid  | usename | application_name |        state        |    xact_age     |       query
-------+---------+------------------+---------------------+-----------------+--------------------
 40021 | bi      | notebook         | idle in transaction | 1 day 03:10:22  | select * from job
 40400 | jobs    | poller           | active              | 00:00:02.1      | select id from job
(2 rows)
`,
      ),
    );
    expect(text).to.include('idle in transaction').and.include('40021').and.include('801200');
  });

  it('is a slot without a reader where that is what holds the rows', () => {
    const text = cause(
      'Table bloat of accounts grows',
      printed(
        'psql -h q1 -c "select relname, n_live_tup, n_dead_tup, last_autovacuum from pg_stat_user_tables" -c "select slot_name, slot_type, active, xmin, catalog_xmin from pg_replication_slots"',
        ` relname  | n_live_tup | n_dead_tup |    last_autovacuum
----------+------------+------------+------------------------
 accounts |      40000 |    9912000 | 2031-04-02 10:01:00+00
(1 row)

  slot_name  | slot_type | active |  xmin  | catalog_xmin
-------------+-----------+--------+--------+--------------
 old_standby | physical  | f      | 771200 |
(1 row)
`,
      ),
    );
    expect(text).to.include('slot').and.include('old_standby').and.include('9912000');
  });
});

describe('what ails other stores, printed by their clients', () => {
  it('is a full scan that EXPLAIN of MySQL shows', () => {
    const text = cause(
      'Invoices page slow',
      printed(
        'mysql -h m1 erp -t -e "EXPLAIN SELECT * FROM invoice WHERE ext_ref = 7"',
        `+----+-------------+---------+------------+------+---------------+------+---------+------+---------+----------+-------------+
| id | select_type | table   | partitions | type | possible_keys | key  | key_len | ref  | rows    | filtered | Extra       |
+----+-------------+---------+------------+------+---------------+------+---------+------+---------+----------+-------------+
|  1 | SIMPLE      | invoice | NULL       | ALL  | NULL          | NULL | NULL    | NULL | 7712003 |    10.00 | Using where |
+----+-------------+---------+------------+------+---------------+------+---------+------+---------+----------+-------------+
`,
      ),
    );
    expect(text).to.include('whole table invoice').and.include('7712003');
  });

  it('is an applier at one large change of a table without a key', () => {
    const text = cause(
      'Replica shows old orders',
      printed(
        String.raw`mysql -h r2 -e "SHOW SLAVE STATUS\G"`,
        '*************************** 1. row ***************************\n             Slave_IO_State: Waiting for master to send event\n           Slave_IO_Running: Yes\n          Slave_SQL_Running: Yes\n             Last_SQL_Errno: 0\n             Last_SQL_Error:\n      Seconds_Behind_Master: 5120\n',
      ),
      printed(
        'mysql -h r2 -e "SHOW FULL PROCESSLIST"',
        'Id\tUser\tHost\tdb\tCommand\tTime\tState\tInfo\n7\tsystem user\t\tNULL\tQuery\t5100\tExecuting event\tUPDATE stats SET day = 1 WHERE site = 4\n',
      ),
      printed(
        String.raw`mysql -h r2 -e "SHOW CREATE TABLE stats\G"`,
        '*************************** 1. row ***************************\n       Table: stats\nCreate Table: CREATE TABLE `stats` (\n  `site` int NOT NULL,\n  `day` int DEFAULT NULL,\n  KEY `ix_day` (`day`)\n) ENGINE=InnoDB\n',
      ),
    );
    expect(text).to.include('Seconds_Behind_Master: 5120').and.include('stats has no primary key');
  });

  it('are keys without an end that push others out', () => {
    const text = cause(
      'Customers find their carts empty',
      printed(
        'redis-cli -h cache2 info',
        '# Memory\nused_memory:1073700000\nmaxmemory:1073741824\nmaxmemory_policy:allkeys-lru\n# Stats\nexpired_keys:20\nevicted_keys:771200\nkeyspace_hits:9000\nkeyspace_misses:900\n# Keyspace\ndb0:keys=800000,expires=120000,avg_ttl=900\n',
      ),
    );
    expect(text).to.include('without an expiry (TTL)').and.include('db0:keys=800000,expires=120000');
  });

  it('is not an error whose field is empty', () => {
    const told = report(
      'Is the replica of orders fine?',
      printed(
        String.raw`mysql -h r2 -e "SHOW REPLICA STATUS\G"`,
        '*************************** 1. row ***************************\n         Replica_IO_Running: Yes\n        Replica_SQL_Running: Yes\n              Last_IO_Errno: 0\n              Last_IO_Error:\n             Last_SQL_Errno: 0\n             Last_SQL_Error:\n      Seconds_Behind_Source: 0\n',
      ),
    );
    expect(told.verdict).to.equal('healthy');
  });
});

describe('sessions that psql lists', () => {
  const activity = (...rows: string[]) =>
    printed(
      'psql -h s1 shop -c "select pid, application_name, state, wait_event_type, now()-xact_start as xact_age, query from pg_stat_activity"',
      [
        ' pid | application_name | state | wait_event_type | xact_age | query',
        '-----+------------------+-------+-----------------+----------+-------',
        ...rows,
        `(${rows.length} rows)`,
      ].join('\n'),
    );

  it('wait for locks that an idle one may hold', () => {
    const text = cause(
      'checkout p99 above 20 s',
      activity(
        ' 7 | admin-ui | idle in transaction | Client | 00:31:00 | update stock set n = 1',
        ' 8 | shop | active | Lock | 00:00:20 | update stock set n = n - 1 where id = 4',
        ' 9 | shop | active | Lock | 00:00:19 | update stock set n = n - 1 where id = 5',
        ' 10 | shop | active | Lock | 00:00:11 | update stock set n = n - 1 where id = 6',
      ),
    );
    expect(text).to.include('wait').and.include('admin-ui');
  });

  it('are idle in a transaction that somebody forgot', () => {
    expect(
      cause(
        'Oldest transaction of shop is 2 h old',
        activity(' 7 | admin-ui | idle in transaction | Client | 02:01:00 | select 1'),
      ),
    ).to.include('admin-ui is idle in transaction');
  });

  it('take all connections', () => {
    expect(
      cause(
        'shop cannot connect to the database',
        printed(
          'psql -h s1 -c "select usename, state, count(*) from pg_stat_activity group by 1,2" -c "show max_connections"',
          ' usename | state | count\n---------+-------+-------\n batch | active | 180\n web | active | 18\n(2 rows)\n\n max_connections\n-----------------\n 200\n(1 row)\n',
        ),
      ),
    )
      .to.include('max_connections 200')
      .and.include('batch');
  });

  it('run one statement that most of the time goes to', () => {
    expect(
      cause(
        'Latency of shop-api above 2 s',
        printed(
          'psql -h s1 -c "select calls, mean_exec_time, query from pg_stat_statements"',
          ' calls | mean_exec_time | query\n-------+----------------+-------\n 4012 | 1820.5 | select * from prices p join offers o on true\n 90121 | 0.4 | select 1\n(2 rows)\n',
        ),
      ),
    ).to.include('join offers');
  });

  it('leave a standby behind', () => {
    expect(
      cause(
        'Reports show old data',
        printed(
          'psql -h s1 -c "select application_name, state, replay_lag from pg_stat_replication"',
          ' application_name | state | replay_lag\n------------------+-----------+------------\n s2 | streaming | 00:22:10.5\n(1 row)\n',
        ),
      ),
    )
      .to.include('s2')
      .and.include('falls behind');
  });

  it('belong to a database where nothing is found', () => {
    expect(
      report('Something is odd with tracking', activity(' 8 | shop | active | IO | 00:00:01 | select 1')).class,
    ).to.equal('database');
  });
});

describe('clients of a replica set', () => {
  const logs = printed(
    'kubectl logs -n shop deploy/cart',
    '2031-04-02 10:20:01 ERROR save failed: MongoServerError: not primary\n'.repeat(3),
  );
  const members = (first: string, second: string) =>
    printed(
      'kubectl exec -n shop m-0 -- mongosh --eval "rs.status().members"',
      `[ { "name": "m-0.m:27017", "health": 1, "stateStr": "${first}" }, { "name": "m-1.m:27017", "health": 1, "stateStr": "${second}" } ]`,
    );
  const url = (hosts: string) =>
    printed('kubectl exec -n shop deploy/cart -- env', `NODE_ENV=production\nMONGO=mongodb://app:x@${hosts}\n`);

  it('write to the former primary where they name it alone', () => {
    const { statement } = report(
      'cart cannot save',
      logs,
      members('SECONDARY', 'PRIMARY'),
      url('m-0.m:27017/cart?directConnection=true'),
    ).rootCause;
    expect(statement).to.include('m-0, which is no longer the primary').and.include('directConnection=true');
  });

  it('find the primary where they know all members', () => {
    const { statement } = report(
      'cart cannot save',
      logs,
      members('SECONDARY', 'PRIMARY'),
      url('m-0.m:27017,m-1.m:27017/cart?replicaSet=m'),
    ).rootCause;
    expect(statement).not.to.include('no longer the primary');
  });
});

describe('clients of a Redis that was the primary', () => {
  it('write to what says of itself that it follows another one', () => {
    const { statement } = report(
      'saving carts fails',
      printed(
        'kubectl logs -n shop deploy/cart',
        "2031-04-02 10:20:01 ERROR READONLY You can't write against a read only replica.\n".repeat(3),
      ),
      printed(
        'kubectl exec -n shop kv-0 -- redis-cli info replication',
        '# Replication\nrole:slave\nmaster_host:10.4.6.3\nmaster_link_status:up\n',
      ),
    ).rootCause;
    expect(statement).to.include('read-only replica').and.include('10.4.6.3');
  });
});
