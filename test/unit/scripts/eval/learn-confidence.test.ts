import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'chai';

const SCRIPT = resolve(import.meta.dirname, '../../../../scripts/eval/learn-confidence.ts');

describe('the learning of the confidence', function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'learn-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const run = (...more: string[]) =>
    spawnSync(process.execPath, [SCRIPT, '--cases', join(folder, 'none'), ...more], { encoding: 'utf8' });

  it('plays cases, fits weights on one half and shows how far the other bears them out', () => {
    const file = join(folder, 'lessons.jsonl');
    const played = run('--synthetic', '8', '--seed', 'tiny', '--lessons', file);
    expect(played.status, played.stderr).to.equal(0);
    expect(played.stdout).to.match(/^learned from \d+ cases: \{ always: -?\d+\.\d\d, score: /);
    expect(played.stdout).to.match(/synthetic, held out, by the learned weights: \d+ cases\n +from 0\.\d{3} +\d/);
    expect(played.stdout).to.match(/by the weights in use: [\s\S]*Brier \d\.\d{3}/);
    const lessons = readFileSync(file, 'utf8').trim().split('\n');
    expect(lessons).to.have.lengthOf.within(8, 16);
    const again = run('--lessons', file);
    expect(again.stdout).to.equal(played.stdout);
  });

  it('says so where there are no cases', () => {
    const { status, stderr } = run('--synthetic', '0');
    expect({ status, stderr }).to.deep.equal({
      status: 1,
      stderr: 'learn-confidence: too few cases for two halves\n',
    });
  });
});
