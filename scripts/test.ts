/**
 * Runs the whole test suite on real servers: `npm test [-- MOCHA ARGUMENTS]`. Uses DATABASE_URL and REDIS_URL when given,
 * else starts servers of its own in a temporary folder and stops them at the end. What cannot be had is left out with a
 * line that says so; in CI that is a failure. `--coverage` adds the coverage of src and its bound.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { canInstall, ensureProgram } from './servers/install-servers.ts';
import { type OwnPostgres, startPostgres } from './servers/start-postgres.ts';
import { type OwnRedis, startRedis } from './servers/start-redis.ts';

/** Files at once: they share no database, queue or port, and the slow ones mostly wait. */
const JOBS = '3';
/** MiB of young objects: with Node's default a tenth of the time goes into collecting what recorded cases and fleets leave behind. */
const YOUNG_OBJECTS = '--max-semi-space-size=64';
const root = join(import.meta.dirname, '..');
const bin = join(root, 'node_modules', '.bin');
const given = process.argv.slice(2);
const coverage = given.includes('--coverage');
const named = given.filter((argument) => argument !== '--coverage');
const mochaArguments = named.some((argument) => argument.endsWith('.ts'))
  ? named
  : [...named, '--parallel', '--jobs', JOBS, 'test/**/*.test.ts'];

const own: (OwnPostgres | OwnRedis)[] = [];
const databaseUrl = process.env.DATABASE_URL ?? (await ownDatabaseUrl());
const redisUrl = process.env.REDIS_URL ?? (await ownRedisUrl());
const missing = [databaseUrl ? null : 'PostgreSQL', redisUrl ? null : 'Redis'].filter((name) => name !== null);
for (const name of missing)
  console.error(
    `SKIPPED: the tests on a real ${name}: none is given, none is installed, and it can't be installed here`,
  );
// Prometheus is small to install, and tests that need it start their own; where it can't be had the simulated one is tested alone.
const prometheusMissing = ensureProgram('prometheus', 'prometheus') === null;
if (prometheusMissing)
  console.error("SKIPPED: the tests on a real Prometheus: it is not installed, and it can't be installed here");
const code =
  prometheusMissing && process.env.CI && canInstall() ? 1 : missing.length > 0 && process.env.CI ? 1 : await runMocha();
for (const server of own) await server.stop();
process.exit(code);

async function ownDatabaseUrl(): Promise<string | null> {
  const server = await startPostgres();
  if (server) own.push(server);
  return server?.url() ?? null;
}

async function ownRedisUrl(): Promise<string | null> {
  const server = await startRedis();
  if (server) own.push(server);
  return server?.url ?? null;
}

function runMocha(): Promise<number> {
  // Mocha's processes take the option over.
  const mocha = [YOUNG_OBJECTS, join(root, 'node_modules', 'mocha', 'bin', 'mocha.js'), ...mochaArguments];
  const command = coverage ? [join(root, 'node_modules', 'c8', 'bin', 'c8.js'), process.execPath, ...mocha] : mocha;
  // The tests choose their own configuration: nothing of the caller's may leak into it.
  const { DATABASE_URL: _database, REDIS_URL: _redis, ...environment } = process.env;
  const env = {
    ...environment,
    PATH: `${bin}:${process.env.PATH}`,
    ...(databaseUrl ? { TEST_DATABASE_URL: databaseUrl } : {}),
    ...(redisUrl ? { TEST_REDIS_URL: redisUrl } : {}),
  };
  const child = spawn(process.execPath, command, { cwd: root, stdio: 'inherit', env });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((done) => child.on('exit', (exitCode) => done(exitCode ?? 1)));
}
