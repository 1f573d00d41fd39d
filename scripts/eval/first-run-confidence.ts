import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * What reports said of cases that nobody had looked at, and how often they were right: each batch is judged on the tree of its first
 * run (the commit "Merge batch NAME..."), in a working tree beside this one that goes afterwards. Usage:
 * `node scripts/bootstrap.mjs scripts/eval/first-run-confidence.ts BATCH...`; takes about half a minute a batch.
 */
const ROOT = join(import.meta.dirname, '../..');
const JUDGE = 'scripts/eval/judge-batch.ts';
const EDGES = [0.5, 0.6, 0.7, 0.8, 0.9, 1.01];

/** One report about a recorded case, as `judge-batch.ts` prints it. */
type Said = {
  commits: boolean;
  verdict: string;
  confidence: number;
  place: boolean;
  cause: boolean;
};

const git = (...words: string[]): string => execFileSync('git', words, { cwd: ROOT, encoding: 'utf8' }).trim();

function firstRun(batch: string): Said[] {
  const commit = git('log', '--format=%H', '--grep', `^Merge batch ${batch}\\b`, '-1');
  if (!commit) throw new Error(`no commit tells of the first run of ${batch}`);
  const folder = join(mkdtempSync(join(tmpdir(), 'rca-fleet-first-run-')), 'tree');
  git('worktree', 'add', '--quiet', '--detach', folder, commit);
  try {
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
    copyFileSync(join(ROOT, JUDGE), join(folder, JUDGE));
    const printed = execFileSync(process.execPath, [JUDGE, batch], { cwd: folder, encoding: 'utf8', maxBuffer: 1e8 });
    return printed
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Said);
  } finally {
    git('worktree', 'remove', '--force', folder);
    rmSync(join(folder, '..'), { recursive: true, force: true });
  }
}

const batches = process.argv.slice(2);
if (batches.length === 0) throw new Error('name the batches, e.g. skua petrel');
const all = batches.flatMap(firstRun);
const concluded = all.filter(({ verdict }) => verdict === 'identified' || verdict === 'probable');
console.log(`${all.length} cases, ${concluded.length} reports that conclude a fault`);
for (const commits of [false, true]) {
  const own = concluded.filter((one) => one.commits === commits);
  for (const [index, from] of EDGES.slice(0, -1).entries()) {
    const bin = own.filter(({ confidence }) => confidence >= from && confidence < EDGES[index + 1]!);
    if (bin.length === 0) continue;
    const share = (of: (one: Said) => number) => (bin.reduce((sum, one) => sum + of(one), 0) / bin.length).toFixed(2);
    console.log(
      `${commits ? 'with' : 'without'} commits, from ${from}: ${bin.length} reports, said ${share((one) => one.confidence)}, place and class ${share((one) => Number(one.place))}, cause ${share((one) => Number(one.cause))}`,
    );
  }
}
for (const verdict of ['identified', 'probable']) {
  const own = concluded.filter((one) => one.verdict === verdict);
  console.log(`${verdict}: cause and class right in ${own.filter(({ cause }) => cause).length} of ${own.length}`);
}
