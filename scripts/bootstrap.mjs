/**
 * Runs one of our TypeScript entry files, whatever Node (20 or newer) and however little is installed: installs the locked
 * dependencies when they are missing or out of date, and hands over to the Node that the project pins. Plain JavaScript,
 * because it must run on a Node that knows no TypeScript. Usage: node scripts/bootstrap.mjs FILE.ts [ARGUMENT ...]
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readFileSync, writeFileSync } from 'node:fs';
import module from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stampFile = join(root, 'node_modules', '.rca-fleet-installed');
const pinnedNode = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
/** The first Node that runs our TypeScript and all libraries. */
const OLDEST_NODE = 24;

const [file, ...rest] = process.argv.slice(2);
if (!file) {
  console.error('usage: node scripts/bootstrap.mjs FILE.ts [ARGUMENT ...]');
  process.exit(2);
}

installIfNeeded();
useCompileCache();
const script = resolve(root, file);
if (major(process.version) >= OLDEST_NODE) {
  process.argv.splice(1, process.argv.length - 1, script, ...rest);
  await import(pathToFileURL(script).href);
} else {
  handOver(pinnedNode, [...process.execArgv, script, ...rest]);
}

function installIfNeeded() {
  const lock = readFileSync(join(root, 'package-lock.json'));
  const stamp = createHash('sha256').update(lock).digest('hex');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp && existsSync(pinnedNode)) return;
  // npm would empty the folder that the link leads to, and with it somebody else's installation.
  if (lstatSync(join(root, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink()) return;
  if (!existsSync(pinnedNode)) console.error('rca-fleet: installing the dependencies (once, about half a minute) ...');
  const done = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (done.status !== 0) fail('the dependencies could not be installed: see above, then run "npm ci" by hand');
  if (!existsSync(pinnedNode))
    fail('npm did not install the pinned Node: allow install scripts for the package "node" and run "npm ci" again');
  writeFileSync(stampFile, stamp);
}

/** Compiled code and stripped types are kept between starts: half the start time, and some 25 MB less in every process. */
function useCompileCache() {
  process.env.NODE_COMPILE_CACHE ??= join(root, 'node_modules', '.cache', 'rca-fleet');
  module.enableCompileCache?.(process.env.NODE_COMPILE_CACHE);
}

function handOver(node, args) {
  const child = spawn(node, args, {
    stdio: 'inherit',
    env: { ...process.env, PATH: `${dirname(node)}:${process.env.PATH}` },
  });
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  // Ctrl-C reaches the child by itself, since a terminal signals the whole group; sent twice it would mean "at once".
  process.on('SIGINT', () => {});
  child.on('error', (error) => fail(`the pinned Node does not start: ${error.message}`));
  child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
}

function major(version) {
  return Number(/^v(\d+)/.exec(version)?.[1] ?? 0);
}

function fail(message) {
  console.error(`rca-fleet: ${message}`);
  process.exit(1);
}
