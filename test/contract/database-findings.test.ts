import { expect } from 'chai';
import { Redis } from 'ioredis';
import pg from 'pg';
import { findProgram } from '../../scripts/servers/install-servers.ts';
import { type OwnPostgres, startPostgres } from '../../scripts/servers/start-postgres.ts';
import { type OwnRedis, startRedis } from '../../scripts/servers/start-redis.ts';
import { loadAgents, poolAgents } from '../../src/shared/agents/load-agents.ts';
import { silentLogger } from '../../src/shared/logger.ts';
import { ownServer } from '../../src/shared/mcp/configured-server.ts';
import { createMcpGateway } from '../../src/shared/mcp/mcp-gateway.ts';
import { createDatabaseServer } from '../../src/shared/mcp/servers/database/database-server.ts';
import type { DatabaseTarget } from '../../src/shared/mcp/servers/database/database-target.ts';
import type { Finding } from '../../src/shared/report.ts';
import { alertFacts, alertText } from '../../src/workers/alert-facts.ts';
import { databaseState } from '../../src/workers/detectors/database-state.ts';
import { gatherEvidence } from '../../src/workers/gather-evidence.ts';
import { planEvidence } from '../../src/workers/plan-evidence.ts';
import { databaseSessions, takeAllConnections, targetOf } from '../support/database-states.ts';
import { alert } from '../support/evidence-fixtures.ts';

const SETTINGS = { max_connections: 24, shared_preload_libraries: 'pg_stat_statements', wal_level: 'replica' };
const AGENT = poolAgents(loadAgents()).find(({ name }) => name === 'database')!;
const LEASE = { incidentId: 'i', run: 1, token: 't' } as never;

/** The whole way from an alert to findings, with nothing configured but the databases. */
async function investigate(targets: DatabaseTarget[], service: string, title: string) {
  const gateway = createMcpGateway({
    servers: [ownServer(createDatabaseServer({ targets, timeoutMs: 8_000 }))],
    logger: silentLogger,
  });
  const signal = new AbortController().signal;
  const alerts = [alert(title, { service, startsAt: new Date().toISOString() })];
  const now = new Date();
  const facts = alertFacts(alerts, now);
  const { steps } = planEvidence(AGENT, facts, alertText(alerts));
  const own = steps.filter(({ capability }) => /^(?:postgresql|redis)\./.test(capability));
  const investigations = { saveEvidence: async () => {}, evidence: async () => [] } as never;
  try {
    const { evidence, gaps } = await gatherEvidence({ gateway, investigations }, LEASE, new Map(), own, signal);
    return { findings: databaseState({ alerts, facts, evidence, now }), evidence, gaps };
  } finally {
    await gateway.close();
  }
}

/** The first finding, whose numbers have to stand in what it cites. */
function first({ findings, evidence }: Awaited<ReturnType<typeof investigate>>): Finding {
  const [finding] = findings;
  expect(finding, 'a finding').to.not.equal(undefined);
  const cited = evidence.filter(({ number }) => finding!.evidence.includes(number));
  expect(cited, 'cited evidence').to.have.length.above(0);
  return finding!;
}

if (findProgram('initdb')) {
  describe('an alert about a PostgreSQL that is configured', function () {
    this.timeout(60_000);
    let primary: OwnPostgres;
    let url: string;
    let sessions: ReturnType<typeof databaseSessions>;
    const ask = (title = 'orders-api is slow', address = url) =>
      investigate([targetOf('orders', address, { services: ['orders-api'] })], 'orders-api', title);

    before(async () => {
      primary = (await startPostgres({ settings: SETTINGS }))!;
      url = primary.url();
      const owner = new pg.Client({ connectionString: url });
      await owner.connect();
      await owner.query(`
        create table accounts (id int primary key, balance int);
        insert into accounts select n, n from generate_series(1, 20000) n;
        create role app login; grant all on accounts to app; create extension pg_stat_statements`);
      await owner.end();
    });
    after(() => primary.stop());
    beforeEach(() => {
      sessions = databaseSessions(url);
    });
    afterEach(() => sessions.end());

    it('finds nothing where nothing is wrong', async () => {
      await (await sessions.connect('quiet app')).query('select pg_stat_statements_reset()');
      const { findings, evidence, gaps } = await ask();
      expect(findings).to.deep.equal([]);
      expect(evidence.map(({ capability }) => capability)).to.include.members(['postgresql.locks', 'redis.info']);
      expect(gaps).to.deep.equal([]);
    });

    it('finds the session that others wait behind', async () => {
      const holder = await sessions.connect('billing app');
      await holder.query('begin; update accounts set balance = 0 where id = 1');
      for (const name of ['one app', 'two app', 'three app']) {
        sessions.start(await sessions.connect(name), 'update accounts set balance = 1 where id = 1');
      }
      await sessions.until("select count(*) = 3 from pg_stat_activity where wait_event_type = 'Lock'");
      const finding = first(await ask());
      expect(finding).to.include({ component: 'orders', cause: true });
      expect(finding.statement)
        .to.match(/3 sessions wait behind process \d+ of billing app/)
        .and.include('idle in transaction')
        .and.include('update accounts set balance = ?');
      expect(finding.actions.map(({ command }) => command).join('\n')).to.match(/pg_cancel_backend\(\d+\)/);
    });

    it('finds the server full, and who holds its slots', async () => {
      const held: pg.Client[] = [];
      for (let n = 0; n < 19; n++) held.push(await sessions.connect('leaky app'));
      const finding = first(await ask());
      expect(finding.statement)
        .to.match(/nearly exhausted|exhausted/)
        .and.include('19 of them belong to leaky app')
        .and.include('connection leak');
      expect(finding.confidence).to.be.at.least(0.8);
    });

    it('finds the server full where it takes nobody in, the fleet neither', async () => {
      await sessions.end();
      const giveBack = await takeAllConnections(url.replace('postgres@', 'app@'));
      try {
        const result = await ask('orders-api cannot connect', url.replace('postgres@', 'app@'));
        expect(first(result).statement).to.include('refuses new sessions');
        expect(result.gaps.map(({ what }) => what)).to.include('lock chains of the PostgreSQL server');
      } finally {
        await giveBack();
        sessions = databaseSessions(url);
      }
    });

    it('finds the statement that takes the time', async () => {
      const app = await sessions.connect('report app');
      await app.query('select pg_stat_statements_reset()');
      for (let n = 0; n < 6; n++) await app.query('select pg_sleep($1), count(*) from accounts', [0.11]);
      const finding = first(await ask());
      expect(finding.statement).to.match(/pg_sleep.* takes \d+(?:\.\d+)? % of the time of all statements: 6 calls/);
    });

    it('finds the standby whose replay was paused', async () => {
      const standby = (await startPostgres({ settings: SETTINGS, standbyOf: url }))!;
      const replica = new pg.Client({ connectionString: standby.url() });
      try {
        await replica.connect();
        await sessions.until("select count(*) = 1 from pg_stat_replication where state = 'streaming'");
        await replica.query('select pg_wal_replay_pause()');
        const writer = await sessions.connect('writer app');
        await writer.query('update accounts set balance = balance + 1');
        await sessions.until(
          'select coalesce(max(pg_wal_lsn_diff(flush_lsn, replay_lsn)), 0) > 1000000 from pg_stat_replication',
        );
        const finding = first(await ask('replica is behind', standby.url()));
        expect(finding.statement).to.match(/replay is paused .* MB of WAL/);
      } finally {
        await replica.end();
        await standby.stop();
      }
    });

    it('says that no target goes by the names of another alert, once', async () => {
      const { evidence, gaps } = await investigate([targetOf('orders', url)], 'payments', 'payments is slow');
      expect(evidence).to.deep.equal([]);
      expect(new Set(gaps.map(({ why }) => why))).to.have.property('size', 1);
      expect(gaps[0]!.why).to.include('no database target goes by "payments"');
    });
  });
}

if (findProgram('redis-server')) {
  describe('an alert about a Redis that is configured', () => {
    let redis: OwnRedis;
    let client: Redis;
    const ask = () => investigate([targetOf('cache', redis.url)], 'cache', 'cache fails');

    beforeEach(async () => {
      redis = (await startRedis({
        maxclients: 15,
        maxmemory: '3mb',
        appendonly: 'no',
        'maxmemory-policy': 'noeviction',
      }))!;
      client = new Redis(redis.url);
    });
    afterEach(async () => {
      client.disconnect();
      await redis.stop();
    });

    const fill = async () => {
      for (let n = 0; n < 60; n++) await client.set(`key:${n}`, 'x'.repeat(100_000)).catch(() => {});
    };

    it('finds nothing where nothing is wrong', async () => {
      expect((await ask()).findings).to.deep.equal([]);
    });

    it('finds its memory full and writes refused', async () => {
      await fill();
      expect(first(await ask()).statement).to.match(
        /maxmemory is reached.*noeviction, so writes fail \(\d+ were refused/,
      );
    });

    it('finds its memory full and keys evicted', async () => {
      await client.config('SET', 'maxmemory-policy', 'allkeys-lru');
      await fill();
      expect(first(await ask()).statement).to.match(/allkeys-lru, so keys are evicted \(\d+ since its start\)/);
    });

    it('finds the command that held everybody up', async () => {
      await client.eval('local n = 0 for i = 1, 40000000 do n = n + i end return n', 0);
      const { statement } = first(await ask());
      expect(statement).to.match(/Slow command on the Redis server cache.*EVAL \(2 arguments\) took \d+(?:\.\d+)? ms/);
    }).timeout(20_000);

    it('finds its clients at their limit', async () => {
      const taken: Redis[] = [];
      try {
        for (let n = 0; n < 14; n++) {
          const one = new Redis(redis.url, { lazyConnect: true, retryStrategy: () => null });
          one.on('error', () => {});
          taken.push(one);
          await one.connect();
        }
        const finding = first(await ask());
        expect(finding.statement).to.include('max number of clients reached');
        expect(finding).to.include({ component: 'cache', cause: true });
      } finally {
        for (const one of taken) one.disconnect();
      }
    });
  });
}
