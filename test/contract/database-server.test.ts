import { expect } from 'chai';
import { Redis } from 'ioredis';
import pg from 'pg';
import { findProgram } from '../../scripts/servers/install-servers.ts';
import { type OwnPostgres, startPostgres } from '../../scripts/servers/start-postgres.ts';
import { type OwnRedis, startRedis } from '../../scripts/servers/start-redis.ts';
import { createDatabaseServer } from '../../src/shared/mcp/servers/database/database-server.ts';
import { allPages, secondPage } from '../support/all-pages.ts';
import { databaseSessions, takeAllConnections, targetOf } from '../support/database-states.ts';
import { runCapability, runTool } from '../support/run-tool.ts';
import { failureOf } from '../unit/shared/mcp/support/waits.ts';

const SETTINGS = { max_connections: 20, shared_preload_libraries: 'pg_stat_statements', wal_level: 'replica' };
const SECRET = 'hunter2-secret';

if (findProgram('initdb')) {
  describe('the database server on a real PostgreSQL', function () {
    this.timeout(60_000);
    let primary: OwnPostgres;
    let url: string;
    let sessions: ReturnType<typeof databaseSessions>;
    const serverFor = (address: string) =>
      createDatabaseServer({ targets: [targetOf('orders', address, { services: ['checkout'] })], timeoutMs: 10_000 });

    before(async () => {
      primary = (await startPostgres({ settings: SETTINGS }))!;
      const admin = new pg.Client({ connectionString: primary.url() });
      await admin.connect();
      await admin.query('create database orders');
      await admin.end();
      url = primary.url('orders');
      const owner = new pg.Client({ connectionString: url });
      await owner.connect();
      await owner.query(`
        create table accounts (id int primary key, email text, balance int);
        insert into accounts select n, 'person' || n || '@example.com', n from generate_series(1, 5000) n;
        create role monitor login password '${SECRET}'; create role stranger login;
        grant pg_monitor to monitor;
        create extension pg_stat_statements;
        analyze`);
      await owner.end();
    });
    after(() => primary.stop());
    beforeEach(() => {
      sessions = databaseSessions(url);
    });
    afterEach(() => sessions.end());

    it('counts connections against their limit and tells who holds them', async () => {
      const idle = await sessions.connect('billing app');
      await idle.query("begin; update accounts set email = 'ada@example.com' where id = 424242424");
      const { data, text } = await runCapability(serverFor(url), 'postgresql.activity', { about: ['checkout'] });
      const [answer] = data.targets;
      expect(answer).to.include({ target: 'orders', maxConnections: 20, reservedConnections: 3, refused: null });
      expect(answer!.connections).to.be.within(2, 20);
      const billing = answer!.byClient.find(({ application }) => application === 'billing app');
      expect(billing).to.include({ count: 1, idleInTransaction: 1, database: 'orders' });
      const session = answer!.sessions.find(({ application }) => application === 'billing app')!;
      expect(session).to.include({ state: 'idle in transaction' });
      expect(session.statement).to.include('update accounts set email = ? where id = ?');
      expect(text).to.include('idle in transaction').and.not.include('ada@example.com').and.not.include('424242424');
    });

    it('shows who waits behind whom, over several steps', async () => {
      const [holder, second, third] = [
        await sessions.connect('holder app'),
        await sessions.connect('second app'),
        await sessions.connect('third app'),
      ];
      await holder.query('begin; update accounts set balance = 0 where id = 1');
      await second.query('begin; update accounts set balance = 0 where id = 2');
      sessions.start(second, 'update accounts set balance = 1 where id = 1');
      await sessions.until("select count(*) = 1 from pg_stat_activity where wait_event_type = 'Lock'");
      sessions.start(third, 'update accounts set balance = 2 where id = 2');
      await sessions.until("select count(*) = 2 from pg_stat_activity where wait_event_type = 'Lock'");
      const { data, text } = await runCapability(serverFor(url), 'postgresql.locks', {});
      const [answer] = data.targets;
      expect(answer).to.include({ waiting: 2 });
      const [chain] = answer!.chains;
      expect(answer!.chains).to.have.length(1);
      expect(chain!.root).to.include({ application: 'holder app', state: 'idle in transaction' });
      expect(chain!.blocked.map(({ application, depth }) => [application, depth])).to.deep.equal([
        ['second app', 1],
        ['third app', 2],
      ]);
      expect(text).to.include('2 wait behind process');
    });

    it('names the table that a lock is on, and never joins the queue itself', async () => {
      const [holder, waiter] = [await sessions.connect('ddl app'), await sessions.connect('reader app')];
      await holder.query('begin; lock table accounts in access exclusive mode');
      sessions.start(waiter, 'select count(*) from accounts');
      await sessions.until("select count(*) = 1 from pg_stat_activity where wait_event_type = 'Lock'");
      const server = serverFor(url);
      const { data } = await runCapability(server, 'postgresql.locks', {});
      expect(data.targets[0]!.chains[0]!.blocked[0]).to.include({
        relation: 'public.accounts',
        lock: 'AccessShareLock on relation',
      });
      const sizes = await runCapability(server, 'postgresql.sizes', {});
      expect(sizes.data.targets[0]!.tables[0]).to.include({ table: 'public.accounts' });
    });

    it('tells what takes the time, by shape, and how to record it where it is not recorded', async () => {
      const app = await sessions.connect('report app');
      await app.query("select pg_sleep(0.3), 'person7@example.com'");
      const { data, text } = await runCapability(serverFor(url), 'postgresql.statements', { order: 'mean' });
      const slow = data.targets[0]!.statements.find(({ statement }) => statement.includes('pg_sleep'));
      expect(data.targets[0]).to.include({ recorded: true });
      expect(slow!.meanMs).to.be.above(290);
      expect(text).to.not.include('person7');
      const without = await runCapability(serverFor(primary.url('postgres')), 'postgresql.statements', {});
      expect(without.data.targets[0]).to.include({ recorded: false });
      expect(without.data.targets[0]!.notes.join()).to.include('CREATE EXTENSION pg_stat_statements');
    });

    it('says how to load the extension where it is only created', async () => {
      const bare = (await startPostgres({ settings: { max_connections: 20 } }))!;
      try {
        const app = new pg.Client({ connectionString: bare.url() });
        await app.connect();
        await app.query('create extension pg_stat_statements');
        await app.end();
        const { data } = await runCapability(serverFor(bare.url()), 'postgresql.statements', {});
        expect(data.targets[0]!.notes.join()).to.include('shared_preload_libraries');
      } finally {
        await bare.stop();
      }
    });

    it('reads sizes, dead rows, settings and checkpoints', async () => {
      const app = await sessions.connect('churn app');
      await app.query('update accounts set balance = balance + 1; select pg_stat_force_next_flush()');
      await sessions.until("select n_dead_tup > 0 from pg_stat_user_tables where relname = 'accounts'");
      const server = serverFor(url);
      const sizes = (await runCapability(server, 'postgresql.sizes', {})).data.targets[0]!;
      expect(sizes.tables[0]!.deadRows).to.be.above(0);
      expect(sizes.tables[0]!.bloatBytes).to.be.a('number');
      expect(sizes.databases.find(({ name }) => name === 'orders')!.bytes).to.be.above(1e6);
      expect(sizes.walBytes).to.be.above(0);
      const facts = (await runCapability(server, 'postgresql.server', {})).data.targets[0]!;
      expect(facts.settings).to.deep.include({ name: 'max_connections', value: '20', unit: null });
      // Ours is bounded; what is told is what holds for everybody.
      expect(facts.settings).to.deep.include({ name: 'statement_timeout', value: '0', unit: 'ms' });
      expect(facts.checkpoints.timed).to.be.a('number');
      expect(facts.databases.map(({ name }) => name)).to.include('orders');
    });

    it('pages through tables, statements and those who wait, so that all pages are the whole', async () => {
      const owner = await sessions.connect('owner app');
      for (let n = 0; n < 7; n++) {
        await owner.query(
          `create table if not exists page_${n} (id int); select count(*) as counted_${n} from page_${n}`,
        );
      }
      const [holder, ...waiters] = await Promise.all(
        ['holder', 'w1', 'w2', 'w3'].map((name) => sessions.connect(name)),
      );
      await holder!.query('begin; lock table page_0 in access exclusive mode');
      for (const waiter of waiters) sessions.start(waiter, 'select * from page_0');
      await sessions.until("select count(*) = 3 from pg_stat_activity where wait_event_type = 'Lock'");
      const server = serverFor(url);
      type Target = {
        tables: { table: string }[];
        statements: { queryId: string; user: string }[];
        sessions: { pid: number }[];
        chains: { blocked: { pid: number }[]; blockedCount: number }[];
      };
      const read = async (tool: string, limit: number) =>
        (await allPages<Target>(server, tool, { target: 'orders', limit }, 'targets')).map(([target]) => target!);
      const tables = (await read('get_postgresql_sizes', 3)).map((one) => one.tables.map(({ table }) => table));
      expect(tables.map((page) => page.length)).to.deep.equal([3, 3, 2]);
      expect(new Set(tables.flat()).size).to.equal(8);
      const chains = (await read('get_postgresql_locks', 2)).map(({ chains: [chain] }) => chain!);
      expect(chains.map(({ blocked, blockedCount }) => [blocked.length, blockedCount])).to.deep.equal([
        [2, 3],
        [1, 3],
      ]);
      expect(new Set(chains.flatMap(({ blocked }) => blocked.map(({ pid }) => pid))).size).to.equal(3);
      const active = (await read('get_postgresql_activity', 2)).flatMap((one) => one.sessions.map(({ pid }) => pid));
      expect([active.length >= 4, new Set(active).size]).to.deep.equal([true, active.length]);
      const pages = await read('get_postgresql_statements', 2);
      expect(pages.length).to.be.above(2);
      const cursor = await secondPage(server, 'get_postgresql_sizes', { target: 'orders', limit: 3 });
      const foreign = failureOf(runTool(server, 'get_postgresql_locks', { target: 'orders', cursor }));
      expect(await foreign).to.include({ failure: 'bad_request', detail: 'invalid_cursor' });
      await holder!.query('rollback');
      for (let n = 0; n < 7; n++) await owner.query(`drop table page_${n}`);
    });

    it('reads how far a standby is behind, from both sides', async () => {
      const standby = (await startPostgres({ settings: SETTINGS, standbyOf: primary.url() }))!;
      const replica = new pg.Client({ connectionString: standby.url('orders') });
      try {
        await replica.connect();
        await sessions.until("select count(*) = 1 from pg_stat_replication where state = 'streaming'");
        const writer = await sessions.connect('writer app');
        await writer.query('update accounts set balance = balance + 1 where id = 1');
        // Without synchronous_commit the commit may not be written yet, but it is inserted.
        await sessions.until('select bool_and(replay_lsn = pg_current_wal_insert_lsn()) from pg_stat_replication');
        await replica.query('select pg_wal_replay_pause()');
        await writer.query('update accounts set balance = balance + 1');
        await sessions.until(
          'select coalesce(max(pg_wal_lsn_diff(flush_lsn, replay_lsn)), 0) > 100000 from pg_stat_replication',
        );
        const onPrimary = (await runCapability(serverFor(url), 'postgresql.replication', {})).data.targets[0]!;
        expect(onPrimary).to.include({ role: 'primary' });
        expect(onPrimary.replicas[0]!.lagBytes).to.be.above(100_000);
        const onStandby = await runCapability(serverFor(standby.url('orders')), 'postgresql.replication', {});
        const { role, standby: own } = onStandby.data.targets[0]!;
        expect(role).to.equal('standby');
        expect(own).to.include({ receiver: 'streaming', replayPaused: true });
        expect(own!.unreplayedBytes).to.be.above(100_000);
        expect(own!.replayDelaySeconds).to.be.a('number');
        expect(onStandby.text).to.include('REPLAY IS PAUSED');
        for (const part of ['activity', 'locks', 'statements', 'sizes', 'server'] as const) {
          await runCapability(serverFor(standby.url('orders')), `postgresql.${part}`, {});
        }
      } finally {
        await replica.end();
        await standby.stop();
      }
    });

    it('takes the refusal of a server without a free slot for an answer', async () => {
      await sessions.end();
      const giveBack = await takeAllConnections(url.replace('postgres@', 'stranger@'));
      const server = serverFor(url.replace('postgres@', 'monitor@'));
      try {
        const { data, text } = await runCapability(server, 'postgresql.activity', {});
        expect(data.targets[0]!.refused).to.include({ code: 'too_many_connections' });
        expect(data.targets[0]!.refused!.message).to.match(/connection slots|too many clients/);
        expect(text).to.include('takes no more sessions');
        const locks = await failureOf(runCapability(server, 'postgresql.locks', {}));
        expect(locks).to.include({ failure: 'overload', detail: '53300' });
      } finally {
        await giveBack();
        sessions = databaseSessions(url);
      }
    });

    it('says what a user without pg_monitor does not see, and which role to grant', async () => {
      const other = await sessions.connect('private app');
      await other.query('begin; select 1');
      const stranger = serverFor(url.replace('postgres@', 'stranger@'));
      const { data } = await runCapability(stranger, 'postgresql.activity', {});
      expect(data.targets[0]!.notes.join()).to.include('GRANT pg_monitor TO stranger');
      expect(data.targets[0]!.connections).to.be.above(1);
      for (const part of ['locks', 'statements', 'replication', 'sizes', 'server'] as const) {
        await runCapability(stranger, `postgresql.${part}`, {});
      }
    });

    it('cannot write, whatever a user may do', async () => {
      const { readPostgres } = await import('../../src/shared/mcp/servers/database/postgresql/postgres-session.ts');
      const signal = new AbortController().signal;
      const write = readPostgres(targetOf('orders', url), signal, (query) => query('delete from public.accounts'));
      expect((await failureOf(write)).message).to.include('read-only transaction');
      const later = readPostgres(targetOf('orders', url), signal, async (query) => {
        await query('commit');
        return query('delete from public.accounts');
      });
      expect((await failureOf(later)).message).to.include('read-only transaction');
    });

    it('has two connections at most, and gives them back', async () => {
      const server = serverFor(url);
      const asked = Array.from({ length: 12 }, () => runCapability(server, 'postgresql.activity', {}));
      const counts = (await Promise.all(asked)).map(({ data }) => data.targets[0]!.byClient);
      const own = counts.flat().filter(({ application }) => application === 'rca-fleet');
      for (const { count } of own) expect(count).to.be.at.most(1);
      await sessions.until("select count(*) = 0 from pg_stat_activity where application_name = 'rca-fleet'");
    });

    it('tells wrong addresses, passwords, databases and deadlines apart, and shows no secret', async () => {
      const failed = (address: string, more = {}, timeoutMs = 5_000, signal?: AbortSignal) => {
        const server = createDatabaseServer({ targets: [targetOf('orders', address, more)], timeoutMs });
        return failureOf(runCapability(server, 'postgresql.activity', {}, signal));
      };
      const refused = await failed('postgres://monitor:hunter2@127.0.0.1:1/orders');
      expect(refused).to.include({ dependency: 'database', failure: 'connection' });
      expect(refused.message).to.include('DATABASE_TARGETS').and.not.include('hunter2');
      expect(await failed(primary.url('nowhere'))).to.include({ failure: 'not_found', detail: '3D000' });
      const noUser = await failed(url.replace('postgres@', 'nobody:hunter2@'));
      expect(noUser).to.include({ failure: 'auth' });
      expect(noUser.message).to.not.include('hunter2');
      expect(await failed(url, {}, 5_000, AbortSignal.abort())).to.include({ failure: 'aborted' });
      expect(await failed(url, {}, 1)).to.include({ failure: 'timeout' });
    });
  });
}

if (findProgram('redis-server')) {
  describe('the database server on a real Redis', () => {
    let redis: OwnRedis;
    let client: Redis;
    const serverFor = (url: string, more = {}) =>
      createDatabaseServer({ targets: [targetOf('cache', url, more)], timeoutMs: 5_000 });

    before(async () => {
      const limits = { maxclients: 12, maxmemory: '3mb', 'maxmemory-policy': 'allkeys-lru', appendonly: 'no' };
      redis = (await startRedis({ ...limits, 'slowlog-log-slower-than': 0, 'latency-monitor-threshold': 1 }))!;
      client = new Redis(redis.url);
    });
    after(async () => {
      client.disconnect();
      await redis.stop();
    });

    it('reads memory against its limit, evictions, clients and settings', async () => {
      for (let n = 0; n < 60; n++) await client.set(`session:user${n}@example.com`, 'x'.repeat(100_000));
      const { data, text } = await runCapability(serverFor(redis.url), 'redis.info', {});
      const [answer] = data.targets;
      expect(answer!.memory).to.include({ maxBytes: 3 * 1024 * 1024, policy: 'allkeys-lru' });
      expect(answer!.stats.evictedKeys).to.be.above(0);
      expect(answer!.clients).to.include({ max: 12 });
      expect(answer!.role).to.equal('master');
      expect(answer!.commands.map(({ command }) => command)).to.include('SET');
      expect(text).to.include('keys evicted');
      const clients = await runCapability(serverFor(redis.url), 'redis.clients', {});
      expect(clients.data.targets[0]!.byClient[0]).to.include({ address: '127.0.0.1' });
    });

    it('reads slow commands without their values', async () => {
      await client.set('token:abcdef0123', SECRET);
      await client.call('DEBUG', 'SLEEP', '0.05').catch(() => client.keys('*'));
      const { data, text } = await runCapability(serverFor(redis.url), 'redis.slowlog', { limit: 128 });
      const commands = data.targets[0]!.entries.map(({ command }) => command);
      expect(commands).to.include('SET token:* (2 arguments)');
      expect(data.targets[0]).to.include({ thresholdMicroseconds: 0 });
      expect(text).to.not.include(SECRET).and.not.include('abcdef0123').and.not.include('example.com');
    });

    it('pages through its clients and its slow commands', async () => {
      const others = await Promise.all(
        ['a', 'b', 'c'].map(async (connectionName) => {
          const other = new Redis(redis.url, { connectionName });
          await other.ping();
          return other;
        }),
      );
      type Target = { byClient: { name: string | null }[]; entries: unknown[] };
      const read = async (tool: string, limit: number) =>
        (await allPages<Target>(serverFor(redis.url), tool, { limit }, 'targets')).map(([target]) => target!);
      const names = (await read('get_redis_clients', 2)).map(({ byClient }) => byClient.map(({ name }) => name));
      expect(names.every((page) => page.length <= 2)).to.equal(true);
      expect(names.flat()).to.include.members(['a', 'b', 'c']);
      expect(new Set(names.flat()).size).to.equal(names.flat().length);
      const slow = await runCapability(serverFor(redis.url), 'redis.slowlog', { limit: 5 });
      expect(slow.data).to.include({ truncated: true });
      const next = await runCapability(serverFor(redis.url), 'redis.slowlog', {
        limit: 5,
        cursor: slow.data.nextCursor!,
      });
      expect(next.data.targets[0]!.entries).to.have.length(5);
      for (const other of others) other.disconnect();
    });

    it('says what its user may not do, and asks the rest', async () => {
      await client.call('ACL', 'SETUSER', 'watcher', 'on', `>${SECRET}`, '+info');
      const server = serverFor(redis.url.replace('redis://', 'redis://watcher@'), { password: () => SECRET });
      const { data } = await runCapability(server, 'redis.info', {});
      expect(data.targets[0]!.memory.usedBytes).to.be.above(0);
      expect(data.targets[0]!.notes.join('\n')).to.include('+config|get').and.include('+latency|latest');
      const refused = await failureOf(runCapability(server, 'redis.slowlog', {}));
      expect(refused).to.include({ failure: 'auth' });
      expect(refused.message).to.include('+slowlog|get');
      const wrong = serverFor(redis.url.replace('redis://', 'redis://watcher@'), { password: () => 'wrong' });
      const error = await failureOf(runCapability(wrong, 'redis.info', {}));
      expect(error).to.include({ failure: 'auth' });
      expect(error.message).to.not.include(SECRET);
    });

    it('takes the refusal of a server with all its clients for an answer', async () => {
      const taken: Redis[] = [];
      try {
        for (let n = 0; n < 11; n++) {
          const one = new Redis(redis.url, { lazyConnect: true, retryStrategy: () => null });
          one.on('error', () => {});
          await one.connect();
          taken.push(one);
        }
        const { data, text } = await runCapability(serverFor(redis.url), 'redis.info', {});
        expect(data.targets[0]!.refused).to.include({ code: 'max_clients_reached' });
        expect(text).to.include('takes no more clients');
      } finally {
        for (const one of taken) one.disconnect();
      }
    });

    it('tells a closed port from a late answer and an abort', async () => {
      const closed = await failureOf(runCapability(serverFor('redis://127.0.0.1:1'), 'redis.info', {}));
      expect(closed).to.include({ failure: 'connection' });
      expect(closed.message).to.include('DATABASE_TARGETS');
      const given = runCapability(serverFor(redis.url), 'redis.info', {}, AbortSignal.abort());
      expect(await failureOf(given)).to.include({ failure: 'aborted' });
    });
  });
}

describe('the targets of the database server', () => {
  const server = createDatabaseServer({
    targets: [
      targetOf('orders', 'postgres://u:p@orders-db.shop.svc:5432/orders_v2', { services: ['checkout'] }),
      targetOf('cache', 'redis://:p@10.0.0.7:6379'),
    ],
    timeoutMs: 100,
  });

  it('are listed without their secrets', async () => {
    const { data, text } = await runTool(server, 'list_database_targets', {});
    expect(data).to.deep.include({
      targets: [
        {
          name: 'orders',
          product: 'postgresql',
          host: 'orders-db.shop.svc:5432',
          database: 'orders_v2',
          services: ['checkout'],
        },
        { name: 'cache', product: 'redis', host: '10.0.0.7:6379', database: null, services: [] },
      ],
    });
    expect(text).to.not.include(':p@');
  });

  it('answer only to their names, and say which there are', async () => {
    const unknown = await failureOf(runCapability(server, 'postgresql.locks', { about: ['user-service'] }));
    expect(unknown).to.include({ failure: 'not_found' });
    expect(unknown.message).to.include('"user-service"').and.include('orders, cache').and.include('services');
    const other = await runCapability(server, 'postgresql.locks', { about: ['cache'] });
    expect(other.data.targets).to.deep.equal([]);
    expect(await failureOf(runCapability(server, 'redis.info', { target: 'orders' }))).to.include({
      failure: 'not_found',
    });
  });
});
