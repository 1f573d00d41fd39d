import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect } from 'chai';

const SCRIPT = resolve(import.meta.dirname, '../../../../scripts/eval/learn-storm-confidence.ts');
const run = (...more: string[]) =>
  spawnSync(process.execPath, [SCRIPT, '--cases', 'none', ...more], { encoding: 'utf8' });

describe('the learning of the confidence in storms', function () {
  this.timeout(60_000);

  it('plays storms, fits weights and shows how far another seed bears them out', () => {
    const { status, stdout, stderr } = run('--storms', '40', '--seed', 'tiny');
    expect(status, stderr).to.equal(0);
    expect(stdout).to.match(/^learned from \d+ storms: \{ always: -?\d+\.\d\d, share: /);
    expect(stdout).to.match(
      /another seed, by the weights in use: \d+ storms\n +from 0\.\d{3} +\d[\s\S]*Brier \d\.\d{3}/,
    );
  });

  it('says so where there is nothing to learn from', () => {
    const { status, stderr } = run('--storms', '0');
    expect(status).to.equal(1);
    expect(stderr).to.equal('learn-storm-confidence: there are no storms to learn from, give --storms 1 or more\n');
  });
});
