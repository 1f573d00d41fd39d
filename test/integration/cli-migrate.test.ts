import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { doctorCommand } from '../../scripts/cli/doctor.ts';
import { migrateCommand } from '../../scripts/cli/migrate.ts';
import { type FreshBackend, freshBackend, isAvailable } from '../support/backends.ts';
import { MIGRATIONS, VERSION } from '../support/migrations.ts';
import { runCommand } from '../unit/scripts/cli/support/run-command.ts';

const DONE = MIGRATIONS.map((name) => `done: ${name}`).join('\n');

describe('npm run migrate on the embedded database', function () {
  this.timeout(60_000);
  let fresh: FreshBackend;
  before(async () => {
    fresh = await freshBackend('embedded');
  });
  after(() => fresh.remove());
  const migrate = (...args: string[]) => runCommand(migrateCommand, args, fresh.environment);

  it('says what would run without making the directory', async () => {
    const { code, out } = await migrate('--dry-run');
    expect({ code, out }).to.deep.equal({ code: 0, out: MIGRATIONS.map((name) => `would run: ${name}`).join('\n') });
    expect(existsSync(join(fresh.environment.DATA_DIR!, 'postgres'))).to.equal(false);
  });

  it('brings it up, after which the doctor finds it well', async () => {
    expect((await migrate()).out).to.equal(`${DONE}\nthe schema is at version ${VERSION}`);
    const { out } = await runCommand(doctorCommand, ['--timeout', '60'], {
      ...fresh.environment,
      PORT: '0',
      WORKER_PORT: '0',
    });
    expect(out).to.match(/^✓ database: PostgreSQL \d+.*, embedded in /m);
    expect(out).to.include(`✓ schema: version ${VERSION}\n`);
  });
});

describe('npm run migrate on a PostgreSQL server', () => {
  let fresh: FreshBackend;
  before(async function () {
    if (!isAvailable('postgres')) this.skip();
    fresh = await freshBackend('postgres');
  });
  after(() => fresh?.remove());
  const migrate = (...args: string[]) => runCommand(migrateCommand, args, fresh.environment);

  it('goes up, tells its status and is done the second time', async () => {
    const before = (await migrate('status')).out;
    expect(before).to.include(`version:  0\nlatest:   ${VERSION}\npending:  ${MIGRATIONS.join(', ')}\n`);
    expect(before).to.include('not there yet');
    expect((await migrate('up', '--dry-run', '--sql')).out).to.match(
      /^would run: 1\.do\.first-schema\n {4}.*create table/s,
    );
    expect((await migrate('status')).out).to.include('version:  0');
    expect((await migrate('up')).out).to.equal(`${DONE}\nthe schema is at version ${VERSION}`);
    expect((await migrate('up')).out).to.equal(`nothing to do: the schema is at version ${VERSION}`);
    const after = `version:  ${VERSION}\nlatest:   ${VERSION}\npending:  nothing\nqueues:   BullMQ's tables are there`;
    expect((await migrate('status')).out).to.equal(after);
  });

  it('goes down only to a version that was named, and says what is lost', async () => {
    const plan = await migrate('down', '--to', '0', '--dry-run');
    expect(plan.out).to.include('would run: 1.undo.first-schema\n    drop table');
    expect((await migrate('status')).out).to.include(`version:  ${VERSION}`);
    const done = await migrate('down', '--to', '0');
    expect(done.code).to.equal(0);
    expect(done.out).to.match(/^drop table rca_fleet\.alerts \(0 rows\)$/m);
    expect(done.out).to.match(/done: 1\.undo\.first-schema\nthe schema is at version 0$/);
  });

  it('refuses what it would misunderstand, with code 2', async () => {
    const wrong = [
      [['down'], 'down needs --to'],
      [['sideways'], 'give one of up, down, status'],
      [['up', '--to', 'one'], '--to wants a version number'],
      [['up', '--to', '99'], `this program knows versions 0 to ${VERSION}`],
      [['down', '--to', `${VERSION}`], `use up --to ${VERSION}`],
      [['status', '--to', '1'], 'status takes no options'],
      [['--sql'], '--sql goes with --dry-run'],
    ] as const;
    await migrate('down', '--to', '0');
    for (const [args, why] of wrong) {
      const { code, out, err } = await migrate(...args);
      expect({ code, out }, args.join(' ')).to.deep.equal({ code: 2, out: '' });
      expect(err).to.include(why);
    }
  });

  it('never goes down by "up"', async () => {
    await migrate('up');
    const { code, err } = await migrate('up', '--to', '0');
    expect(code).to.equal(2);
    expect(err).to.include('use down --to 0');
    expect((await migrate('status')).out).to.include(`version:  ${VERSION}`);
  });

  it('says in one line why the database cannot be used, without the password', async () => {
    const url = new URL(fresh.environment.DATABASE_URL!);
    url.pathname = '/no_such_database';
    url.password = 'hunter2secret';
    const missing = await runCommand(migrateCommand, ['status'], { DATABASE_URL: url.href });
    expect(missing.code).to.equal(1);
    expect(missing.err).to.match(/^migrate: the database refuses: [^\n]*$/);
    url.host = '127.0.0.1:9';
    const away = await runCommand(migrateCommand, ['status'], { DATABASE_URL: url.href });
    expect(away.err).to.match(/^migrate: the database did not answer: connect ECONNREFUSED [^\n]*$/);
    expect(missing.err + away.err).not.to.include('hunter2secret');
  });
});
