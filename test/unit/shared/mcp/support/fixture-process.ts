/**
 * The fixture as a stdio server of its own process; its read answers the process id. Argument `hang`: the read never
 * answers. Argument `wrapper`: a process that only starts the fixture as its child, like npx does.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { serveStdio } from '../../../../../src/shared/mcp/sdk/serve-stdio.ts';
import { fixtureServer, hang } from './fixture-server.ts';

const mode = process.argv[2];
if (mode === 'wrapper') {
  spawn(process.execPath, [fileURLToPath(import.meta.url), 'stubborn'], { stdio: 'inherit' });
} else {
  if (mode === 'stubborn') setInterval(() => {}, 1000);
  const read = mode === 'hang' ? hang : async () => String(process.pid);
  await serveStdio(fixtureServer({ read, write: async () => process.exit(1) }), process.stdin, process.stdout);
}
