import { execFile } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { REPOSITORY } from '../../support/module-imports.ts';
import { blocksOf, sourcesWith } from '../../support/page-blocks.ts';

const PAGE = readFileSync(join(REPOSITORY, 'docs/adding-a-detector.md'), 'utf8');
/** Less than a test may take, so that a program that hangs is told as such. */
const LONGEST_MS = 50_000;
const BLOCKS = blocksOf(PAGE);
const TEST = BLOCKS.map(({ path }) => path).find((path) => path.endsWith('.test.ts')) ?? 'no test';

describe('docs/adding-a-detector.md', () => {
  let folder = '';
  before(() => {
    folder = sourcesWith(BLOCKS);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('writes code that compiles, all of it together', async () => {
    expect(BLOCKS.length, 'blocks').to.equal(PAGE.split('```ts').length - 1);
    expect(await output(folder, ['typescript', 'bin', 'tsc'], '--noEmit', '--project', folder)).to.equal('');
  });

  it('writes a test that passes for the detector that it writes', async () => {
    const written = BLOCKS.find(({ path }) => path === TEST)!.code.split(/^ +it\(/m).length - 1;
    const told = await output(folder, ['mocha', 'bin', 'mocha.js'], '--no-config', '--reporter', 'json', TEST);
    const { stats } = JSON.parse(told) as { stats: { passes: number; failures: number } };
    expect(stats).to.include({ passes: written, failures: 0 });
    expect(written).to.be.above(0);
  });

  it('names files that are there', () => {
    const named = [...PAGE.matchAll(/`((?:src|test|scripts|docs)\/[\w./-]+\.(?:ts|md))`/g)].map(([, path]) => path!);
    const written = new Set(BLOCKS.map(({ path }) => path));
    expect(named.filter((path) => !written.has(path) && !existsSync(join(REPOSITORY, path)))).to.deep.equal([]);
  });
});

/** What a program of ours prints. Throws an Error with its words where it fails or takes too long. */
async function output(folder: string, program: string[], ...given: string[]): Promise<string> {
  const { NODE_OPTIONS: _, NODE_V8_COVERAGE: __, ...env } = process.env;
  const options = { cwd: folder, env, timeout: LONGEST_MS, maxBuffer: 16 * 1024 * 1024 };
  const path = join(REPOSITORY, 'node_modules', ...program);
  try {
    return (await promisify(execFile)(process.execPath, [path, ...given], options)).stdout;
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string };
    throw new Error(`${message}\n${stdout}${stderr}`, { cause: error });
  }
}
