import { expect } from 'chai';
import pg from 'pg';
import { loadConfig } from '../../src/shared/config.ts';
import type { Database } from '../../src/shared/database/database.ts';
import { assertMigrated, migrate, migrationStatus } from '../../src/shared/database/migrate.ts';
import { openDatabase } from '../../src/shared/database/open-database.ts';
import { FleetError } from '../../src/shared/errors.ts';
import { silentLogger } from '../../src/shared/logger.ts';
import { availableBackends, type FreshBackend, freshBackend } from '../support/backends.ts';
import { rejection } from '../support/errors.ts';
import { eventually } from '../support/fleet.ts';
import { startTcpProxy, through } from '../support/tcp-proxy.ts';

const tables = async (database: Database) => {
  const rows = await database.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'rca_fleet' order by 1`,
  );
  return rows.map((row) => row.name);
};

for (const backend of availableBackends().filter((name) => name !== 'redis')) {
  describe(`the migrations on ${backend}`, () => {
    let fresh: FreshBackend;
    let database: Database;
    let latest: number;
    const open = () => openDatabase(loadConfig(fresh.environment), silentLogger);
    before(async () => {
      fresh = await freshBackend(backend);
      database = await open();
      ({ latest } = await migrationStatus(database));
    });
    after(async () => {
      await database.close();
      await fresh.remove();
    });

    const refusal = async (promise: Promise<unknown>) => {
      const error = (await rejection(promise)) as FleetError;
      expect(error).to.be.instanceOf(FleetError);
      expect(error.code).to.equal('config_invalid');
      return error.message;
    };

    it('says what is to be done without doing it, and refuses to work on an empty database', async () => {
      const status = await migrationStatus(database);
      expect(status).to.include({ version: 0 });
      expect(status.pending[0]).to.equal('1.do.first-schema');
      expect(status.pending).to.have.length(status.latest);
      expect(await tables(database)).to.deep.equal([]);
      expect(await refusal(assertMigrated(database))).to.match(/at version 0, .* run "npm run migrate"/);
    });

    it('goes up once when many processes ask at the same time', async () => {
      const other = backend === 'embedded' ? null : await open();
      const done = await Promise.all([migrate(database), migrate(other ?? database), migrate(database)]);
      await other?.close();
      expect(done.map((files) => files.length).sort()).to.deep.equal([0, 0, latest]);
      expect(await tables(database)).to.include.members(['alerts', 'incidents', 'deliveries', 'schema_version']);
      await assertMigrated(database);
      expect(await migrationStatus(database)).to.deep.equal({ version: latest, latest, pending: [] });
    });

    it('plans a way down, goes it, and comes up again', async () => {
      expect((await migrationStatus(database, 0)).pending.at(-1)).to.equal('1.undo.first-schema');
      expect((await migrate(database, 0)).at(-1)).to.equal('1.undo.first-schema');
      expect(await tables(database)).to.deep.equal(['schema_version']);
      expect(await refusal(assertMigrated(database))).to.match(/npm run migrate/);
      expect((await migrate(database))[0]).to.equal('1.do.first-schema');
      await assertMigrated(database);
    });

    it('refuses a version that does not exist, and changes nothing', async () => {
      for (const target of [latest + 1, -1, 0.5, Number.NaN]) {
        expect(await refusal(migrate(database, target))).to.match(/there is no schema version/);
      }
      await assertMigrated(database);
    });

    it('refuses a schema that a newer program has made and says nothing of older ones, up and down', async () => {
      await database.query('comment on schema rca_fleet is null');
      const newer = `insert into rca_fleet.schema_version (version, name, md5, run_at) values (${latest + 1}, 'newer', 'x', now())`;
      await database.query(newer);
      for (const attempt of [assertMigrated, migrate, (on: Database) => migrate(on, 0)]) {
        expect(await refusal(attempt(database))).to.match(/this program knows \d+: start the newer program/);
      }
      expect(await tables(database)).to.include('alerts');
      await database.query(`delete from rca_fleet.schema_version where version = ${latest + 1}`);
      await assertMigrated(database);
    });

    it('works on a newer schema that says programs of its version can live with it', async () => {
      const newer = `insert into rca_fleet.schema_version (version, name, md5, run_at) values (${latest + 1}, 'newer', 'x', now())`;
      await database.query(newer);
      await database.query(`comment on schema rca_fleet is 'oldest program: ${latest}'`);
      await assertMigrated(database);
      // Moving it is up to the newer program all the same.
      expect(await refusal(migrate(database))).to.match(/start the newer program/);
      await database.query(`comment on schema rca_fleet is 'oldest program: ${latest + 1}'`);
      expect(await refusal(assertMigrated(database))).to.match(/start the newer program/);
      await database.query(`comment on schema rca_fleet is null`);
      await database.query(`delete from rca_fleet.schema_version where version = ${latest + 1}`);
    });

    it('undoes a migration that fails halfway', async () => {
      await migrate(database, 0);
      await database.query('create table rca_fleet.evidence (in_the_way int)');
      expect((await rejection(migrate(database))).message).to.match(/already exists/);
      expect(await tables(database)).to.deep.equal(['evidence', 'schema_version']);
      await database.query('drop table rca_fleet.evidence');
      await migrate(database);
      await assertMigrated(database);
    });
  });
}

const server = availableBackends().includes('postgres') ? describe : describe.skip;
server('the migrations on a server that misbehaves', () => {
  let fresh: FreshBackend;
  before(async () => {
    fresh = await freshBackend('postgres');
  });
  after(() => fresh.remove());

  it('say in a sentence that the server is away', async () => {
    const proxy = await startTcpProxy(fresh.environment.DATABASE_URL!);
    const database = await openDatabase(
      loadConfig({ DATABASE_URL: through(proxy, fresh.environment.DATABASE_URL!) }),
      silentLogger,
    );
    await proxy.cut();
    const error = await rejection(assertMigrated(database));
    expect(error).to.include({ code: 'store_unavailable', retryable: true });
    expect(error.message).to.match(/the database did not answer/);
    await database.close();
  });

  it('leave no lock behind when their connection breaks, and do not end the process', async () => {
    const database = await openDatabase(loadConfig(fresh.environment), silentLogger);
    const client = new pg.Client({ connectionString: fresh.environment.DATABASE_URL! });
    await client.connect();
    try {
      const broken = database.withMigrationSession(async (session) => {
        const [row] = (await session.query('select pg_backend_pid() as pid')).rows;
        await client.query('select pg_terminate_backend($1)', [row!.pid]);
        await session.query('select 1');
      });
      expect(await rejection(broken)).to.include({ code: 'store_unavailable' });
      await migrate(database);
      // A backend gives its locks back a moment after its client has gone.
      await eventually('no lock', async () => (await locksHere(client)).length === 0);
    } finally {
      await client.end();
      await database.close();
    }
  });
});

/** The advisory locks of the client's database: on the same server other suites migrate theirs. */
async function locksHere(client: pg.Client): Promise<unknown[]> {
  const here = 'database = (select oid from pg_database where datname = current_database())';
  return (await client.query(`select * from pg_locks where locktype = 'advisory' and ${here}`)).rows;
}
