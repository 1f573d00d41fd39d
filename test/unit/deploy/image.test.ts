import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ROLES } from '../../../deploy/image/roles.ts';
import { IMAGE_MEMORY } from '../../../scripts/bench/fleet-processes.ts';
import { freePort } from '../../../scripts/servers/free-port.ts';
import { environmentOfRun } from '../../support/environment-of-run.ts';
import { importClosure } from '../../support/module-imports.ts';
import { ROOT, readText } from './support/deploy-files.ts';

type Instruction = { name: string; text: string };

const instructions = parseDockerfile(readText('deploy/Dockerfile'));
const lastStage = instructions.slice(instructions.findLastIndex(({ name }) => name === 'FROM'));
const packageJson = JSON.parse(readText('package.json'));

describe('deploy/Dockerfile', () => {
  it('starts from a pinned Node of the major version that the project pins', () => {
    const bases = valuesOf(instructions, 'FROM').map((text) => text.split(' ')[0]);
    const major = packageJson.dependencies.node.split('.')[0];
    for (const base of bases) expect(base).to.equal(`node:${major}-bookworm-slim`);
  });

  it('copies sources that exist and that .dockerignore lets through', () => {
    for (const source of copiedFromContext(instructions)) {
      expect(existsSync(join(ROOT, source)), `${source} exists`).to.equal(true);
      expect(isInContext(source), `${source} is not ignored`).to.equal(true);
    }
  });

  it('holds every file and package that the roles run, without development dependencies', () => {
    const { files, packages } = importClosure([
      ...Object.values(ROLES),
      'deploy/image/run.ts',
      'deploy/image/healthcheck.ts',
    ]);
    const copied = copiedFromContext(lastStage);
    const missing = files.filter((file) => !copied.some((path) => file === path || file.startsWith(`${path}/`)));
    expect(missing, 'files that are not copied').to.deep.equal([]);
    const unknown = packages.filter((name) => !(name in packageJson.dependencies));
    expect(unknown, 'packages that "npm ci --omit=dev" does not install').to.deep.equal([]);
  });

  it('runs as an unprivileged user, with Node as process 1 and no shell', () => {
    expect(valuesOf(lastStage, 'USER').at(-1)).to.equal('node');
    expect(valuesOf(lastStage, 'STOPSIGNAL')).to.deep.equal(['SIGTERM']);
    // The same memory settings as the npm script of a worker.
    const [, flags] = /^node (--.+) scripts\//.exec(packageJson.scripts['start:worker'])!;
    const entry = ['node', ...flags!.split(' '), 'deploy/image/run.ts'];
    expect(JSON.parse(valuesOf(lastStage, 'ENTRYPOINT')[0]!)).to.deep.equal(entry);
    for (const [name, value] of Object.entries(IMAGE_MEMORY))
      expect(valuesOf(lastStage, 'ENV').join(' ')).to.include(`${name}=${value}`);
    expect(ROLES).to.have.property(JSON.parse(valuesOf(lastStage, 'CMD')[0]!)[0]);
  });

  it('warms the compile cache as the user, and with the flags, that look for it', async () => {
    const entry: string[] = JSON.parse(valuesOf(lastStage, 'ENTRYPOINT')[0]!);
    const warm = [...entry.slice(0, -1), 'deploy/image/warm-compile-cache.ts'];
    const names = lastStage.map(({ name }) => name);
    const warming = lastStage.findIndex(({ name, text }) => name === 'RUN' && text.startsWith('['));
    expect(JSON.parse(lastStage[warming]!.text)).to.deep.equal(warm);
    expect(warming).to.be.greaterThan(names.indexOf('USER'));
    const folder = mkdtempSync(join(tmpdir(), 'rca-fleet-cache-'));
    const done = await run(warm.at(-1)!, [], { NODE_COMPILE_CACHE: folder });
    const kept = readdirSync(folder, { recursive: true }).length;
    rmSync(folder, { recursive: true });
    expect(done.code, done.output).to.equal(0);
    expect(kept).to.be.greaterThan(500);
  });

  it('checks its health by a file that exists, without a shell', () => {
    const [, command] = /CMD (\[.+\])$/.exec(valuesOf(lastStage, 'HEALTHCHECK')[0]!) ?? [];
    expect(existsSync(join(ROOT, JSON.parse(command!)[1]))).to.equal(true);
  });

  it('keeps data on a volume that belongs to the user', () => {
    expect(valuesOf(lastStage, 'VOLUME')).to.deep.equal(['/data']);
    expect(valuesOf(lastStage, 'ENV').join(' ')).to.include('DATA_DIR=/data');
    expect(valuesOf(lastStage, 'RUN').join(' ')).to.include('chown node:node /data');
  });

  it('brings no secrets, tests or data into the build context', () => {
    for (const path of ['.env', '.data', 'test', 'node_modules', '.git', 'deploy/secrets', 'deploy/.env']) {
      expect(isInContext(path), path).to.equal(false);
    }
  });
});

describe('the roles of the image', () => {
  it('are files that exist', () => {
    for (const file of Object.values(ROLES)) expect(existsSync(join(ROOT, file)), file).to.equal(true);
  });

  it('name the choices when the role is unknown', async () => {
    const { code, output } = await run('deploy/image/run.ts', ['nonsense']);
    expect(code).to.equal(2);
    expect(output).to.include('no role "nonsense"').and.include('producer, worker, all, migrate');
  });

  it('run in the process that was started', async () => {
    const { code, output } = await run('deploy/image/run.ts', ['producer']);
    expect(code).to.equal(1);
    expect(output).to.include('the producer as a process of its own needs a database');
  });
});

describe('the health check of the image', () => {
  for (const { title, status, code } of [
    { title: 'passes when a port answers well and the other is of another role', status: 200, code: 0 },
    { title: 'fails when a port answers badly', status: 500, code: 1 },
    { title: 'fails when nobody answers', status: null, code: 1 },
  ]) {
    it(title, async () => {
      const server = createServer((_request, response) => response.writeHead(status ?? 500).end()).listen(
        0,
        '127.0.0.1',
      );
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      if (status === null) server.close();
      const closed = String(await freePort());
      const done = await run('deploy/image/healthcheck.ts', [], { PORT: String(port), WORKER_PORT: closed });
      server.close();
      expect(done.code, done.output).to.equal(code);
    });
  }
});

async function run(file: string, args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [join(ROOT, file), ...args], { env: { ...environmentOfRun(), ...env } });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const [code] = (await once(child, 'close')) as [number];
  return { code, output };
}

/** The instructions of a Dockerfile: continuation lines joined, comments left out. */
function parseDockerfile(text: string): Instruction[] {
  const lines = text
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n/g, ' ')
    .split('\n');
  return lines.filter(Boolean).map((line) => {
    const [, name, rest] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
    return { name: name ?? line, text: (rest ?? '').replace(/\s+/g, ' ').trim() };
  });
}

function valuesOf(stage: Instruction[], name: string): string[] {
  return stage.filter((instruction) => instruction.name === name).map(({ text }) => text);
}

function copiedFromContext(stage: Instruction[]): string[] {
  const copies = valuesOf(stage, 'COPY').filter((text) => !text.startsWith('--from='));
  return copies.flatMap((text) => text.split(' ').slice(0, -1));
}

/** Whether .dockerignore lets a path through: of its patterns for the path or a folder above it, the last one decides. */
function isInContext(path: string): boolean {
  let ignored = false;
  for (const line of readText('.dockerignore').split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const pattern = line.replace(/^!/, '');
    const found = new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}(/|$)`).test(path);
    if (found) ignored = !line.startsWith('!');
  }
  return !ignored;
}
