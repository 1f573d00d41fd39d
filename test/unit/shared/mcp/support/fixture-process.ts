/**
 * The fixture as a stdio server of its own process; its read answers the process id. Argument `hang`: the read never
 * answers. Argument `secret`: it answers what FIXTURE_SECRET says, and waits as long as the file FIXTURE_HOLD is there. Argument `wrapper`: a process that only starts the fixture as its child, like npx does.
 */
import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { serveStdio } from '../../../../../src/shared/mcp/sdk/serve-stdio.ts';
import { fixtureServer, hang } from './fixture-server.ts';

const mode = process.argv[2];
if (mode === 'wrapper') {
  spawn(process.execPath, [fileURLToPath(import.meta.url), 'stubborn'], { stdio: 'inherit' });
} else {
  if (mode === 'stubborn') setInterval(() => {}, 1000);
  const reads = { hang, secret: tellSecret };
  const read = reads[mode as keyof typeof reads] ?? (async () => String(process.pid));
  await serveStdio(fixtureServer({ read, write: async () => process.exit(1) }), process.stdin, process.stdout);
}

async function tellSecret(): Promise<string> {
  const { FIXTURE_SECRET = '', FIXTURE_HOLD = '' } = process.env;
  if (existsSync(FIXTURE_HOLD)) writeFileSync(`${FIXTURE_HOLD}.reached`, '');
  while (existsSync(FIXTURE_HOLD)) await sleep(5);
  return `${FIXTURE_SECRET} of ${process.pid}`;
}
