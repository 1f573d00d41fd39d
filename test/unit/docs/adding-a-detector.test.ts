import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import type { Detector } from '../../../src/workers/detectors/detector.ts';
import { at, input, logRow, logs } from '../../support/evidence-fixtures.ts';
import { REPOSITORY } from '../../support/module-imports.ts';

const PAGE = readFileSync(join(REPOSITORY, 'docs/adding-a-detector.md'), 'utf8');

/** The files that the page writes, by their path. */
function filesOfPage(): Map<string, string> {
  const blocks = PAGE.matchAll(/^ {3}```ts file=(\S+)\n([\s\S]*?)^ {3}```$/gm);
  return new Map([...blocks].map(([, path, code]) => [path!, code!.replace(/^ {3}/gm, '')]));
}

describe('docs/adding-a-detector.md', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rca-fleet-page-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('writes a detector that finds what it says', async () => {
    const [path, code] = [...filesOfPage()].find(([name]) => name.startsWith('src/'))!;
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    const back = (specifier: string) => pathToFileURL(join(REPOSITORY, dirname(path), specifier)).href;
    writeFileSync(
      target,
      code.replace(/from '(\.[^']+)'/g, (_, specifier: string) => `from '${back(specifier)}'`),
    );
    const { readOnlyFileSystem } = (await import(pathToFileURL(target).href)) as { readOnlyFileSystem: Detector };
    const look = (body: string, more = {}) =>
      readOnlyFileSystem(input('user-service is down', [logs(1, [logRow(body, more)])], { service: 'user-service' }));
    const [finding] = look('open /data/users.db: read-only file system');
    expect(finding).to.deep.include({ component: 'user-service', cause: true, evidence: [1] });
    expect(look('wrote /data/users.db')).to.deep.equal([]);
    expect(look('EROFS', { at: at(600) })).to.deep.equal([]);
  });

  it('names files, tables and capabilities that are there', () => {
    const sources = [...PAGE.matchAll(/`((?:src|test|scripts|docs)\/[\w./-]+\.(?:ts|md))`/g)].map(([, path]) => path!);
    const written = new Set(filesOfPage().keys());
    const missing = sources.filter((path) => !written.has(path) && !isThere(path));
    expect(missing).to.deep.equal([]);
    const index = readFileSync(join(REPOSITORY, 'src/workers/detectors/index.ts'), 'utf8');
    expect(index).to.include('DETECTORS');
  });
});

function isThere(path: string): boolean {
  try {
    return readFileSync(join(REPOSITORY, path)).length > 0;
  } catch {
    return false;
  }
}
