import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { environmentOfRun } from '../support/environment-of-run.ts';

const ROOT = join(import.meta.dirname, '../..');

function start(script: string, args: string[], environment: Record<string, string> = {}): ChildProcess {
  return spawn(process.execPath, [join(ROOT, 'scripts', script), ...args], {
    cwd: ROOT,
    env: { ...environmentOfRun(), ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

async function ended(child: ChildProcess) {
  const [out, err, [code]] = await Promise.all([text(child.stdout!), text(child.stderr!), once(child, 'exit')]);
  return { code, out, err };
}

describe('the command lines as processes', function () {
  this.timeout(30_000);
  it('all explain themselves', async () => {
    const names = ['migrate', 'doctor', 'send-alert', 'investigate', 'dead-letters'];
    const all = await Promise.all(names.map((name) => ended(start(`${name}.ts`, ['--help']))));
    for (const [index, { code, out, err }] of all.entries()) {
      expect({ code, err }).to.deep.equal({ code: 0, err: '' });
      expect(out).to.include(`npm run ${names[index]}`);
    }
  });

  it('read their configuration from the environment and end with their code', async () => {
    const { code, out, err } = await ended(
      start('migrate.ts', ['status'], { DATABASE_URL: 'mysql://root@db', PORT: 'x' }),
    );
    expect({ code, out }).to.deep.equal({ code: 1, out: '' });
    expect(err).to.match(/^migrate: the configuration has 2 fault\(s\):\n- DATABASE_URL .*\n- PORT .*\n$/);
  });

  it('read a body from stdin and stop when they are told to', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const asked = once(server, 'request');
    const { port } = server.address() as AddressInfo;
    const args = ['--url', `http://127.0.0.1:${port}`, '--file', '-'];
    const child = start('send-alert.ts', args, { WEBHOOK_TOKEN: 'w' });
    child.stdin!.end('{"title":"x"}');
    const done = ended(child);
    const [request] = await asked;
    expect(await text(request)).to.equal('{"title":"x"}');
    child.kill('SIGINT');
    expect(await done).to.deep.equal({ code: 1, out: '', err: 'send-alert: stopped\n' });
    server.closeAllConnections();
    server.close();
  });
});
