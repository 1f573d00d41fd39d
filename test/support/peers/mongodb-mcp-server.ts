import { spawnSync } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const LOCKED = join(ROOT, 'test', 'fixtures', 'peers', 'mongodb-mcp-server');
const FOLDER = join(ROOT, 'node_modules', '.peers', 'mongodb-mcp-server');
const ENTRY = join(FOLDER, 'node_modules', 'mongodb-mcp-server', 'dist', 'esm', 'index.js');
const INSTALL_MS = 300_000;

/**
 * The entry file of MongoDB's own MCP server, which is installed by a lock file of its own when it is first wanted: with what
 * it needs it takes 190 MB, too much for everybody who installs us. Null where it can't be installed; in CI that throws.
 */
export function mongodbMcpServer(): string | null {
  if (existsSync(ENTRY)) return ENTRY;
  cpSync(LOCKED, FOLDER, { recursive: true });
  const args = ['ci', '--omit=optional', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const done = spawnSync('npm', args, { cwd: FOLDER, timeout: INSTALL_MS, encoding: 'utf8' });
  if (done.status === 0 && existsSync(ENTRY)) return ENTRY;
  if (process.env.CI) throw new Error(`mongodb-mcp-server could not be installed: ${done.stderr ?? done.error}`);
  console.error("SKIPPED: the test with MongoDB's own MCP server: it can't be installed here");
  return null;
}
