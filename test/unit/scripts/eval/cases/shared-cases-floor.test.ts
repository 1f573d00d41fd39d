import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { evaluateCases } from '../../../../../scripts/eval/cases/evaluate-cases.ts';
import { SUITE_ADAPTERS } from '../../../../../scripts/eval/cases/index.ts';
import { sharedCases } from '../../../../support/shared-cases.ts';

/** What the scorer says of a suite; shares from 0 to 1, null where the suite has nothing of the kind. */
type Score = {
  cases: number;
  answered: number;
  service: { 'AC@1': number; 'Avg@5': number } | null;
  class_lenient: number;
  cause_words: number | null;
  culprit_commit: number | null;
  decoys: number;
  false_alarms: number;
  confident_wrong: number;
};

/** The 370 cases of tvdiag would take too long here; `npm run eval` judges them. */
const SUITES = SUITE_ADAPTERS.map(({ suite }) => suite).filter((suite) => suite !== 'tvdiag');
/** Of suites whose cases are large every third one, in the order of the index. */
const EVERY_THIRD = ['nezha', 'petshop'];
const STATED = ['opensre', 'holmes', 'holmes-k8s-specs', 'dbot-postgres'];
const [LEAST_STATED, LEAST_CLASS] = [0.75, 0.85];
/** The right commit, or none, in 13 of 24 incidents, with fewer than four decoys. */
const [LEAST_COMMITS, MOST_DECOYS] = [13 / 24, 3 / 24];
const MOST_WRONG = 0.03;
/** First place and class, somewhat below what docs/analysis.md has measured, so that one case may be lost. */
const PLACED = {
  nezha: { first: 0.9, class: 0.9 },
  petshop: { first: 0.9, class: 0.9 },
  'itbench-alerts': { first: 0.9, class: 0.75 },
};

type Entry = { suite: string; id: string; path: string };

/** A folder with our choice of the shared cases, which are only linked. */
function chosenCases(cases: string): string {
  const chosen = mkdtempSync(join(tmpdir(), 'rca-floor-'));
  mkdirSync(join(chosen, 'rca'));
  const index = JSON.parse(readFileSync(join(cases, 'rca/index.json'), 'utf8')) as Entry[];
  const wanted = SUITES.flatMap((suite) => {
    symlinkSync(join(cases, 'rca', suite), join(chosen, 'rca', suite));
    const own = index.filter((entry) => entry.suite === suite);
    return EVERY_THIRD.includes(suite) ? own.filter((_, place) => place % 3 === 0) : own;
  });
  writeFileSync(join(chosen, 'rca/index.json'), JSON.stringify(wanted));
  symlinkSync(join(cases, 'alerts'), join(chosen, 'alerts'));
  return chosen;
}

describe('the shared cases', () => {
  const cases = sharedCases('');
  const scorer = sharedCases('../score/score.mjs');
  if (!cases || !scorer) {
    it('are not beside this repository, or their scorer is not: skipped');
    return;
  }
  const scores = new Map<string, Score>();
  const of = (suite: string) => scores.get(suite)!;

  before(async function () {
    this.timeout(300_000);
    const folder = chosenCases(cases);
    const rca = await evaluateCases(folder, { suites: SUITES });
    const results = join(folder, 'results.json');
    writeFileSync(results, JSON.stringify({ rca }));
    const told = execFileSync(process.execPath, [scorer, folder, results, '--json'], {
      encoding: 'utf8',
      timeout: 30_000,
    });
    rmSync(folder, { recursive: true });
    const { rca: byName } = JSON.parse(told) as { rca: Record<string, Score> };
    for (const suite of SUITES) scores.set(suite, byName[suite]!);
  });

  it('are all answered', () => {
    for (const suite of SUITES) expect(of(suite).answered, suite).to.equal(of(suite).cases);
  });

  for (const suite of STATED)
    it(`${suite}: causes are stated, classes are right, and nothing healthy is called a fault`, () => {
      expect(of(suite).cause_words).to.be.at.least(LEAST_STATED);
      expect(of(suite).class_lenient).to.be.at.least(LEAST_CLASS);
      expect(of(suite).false_alarms).to.equal(0);
    });

  it('rootcausebench: reports blame the right commit or none, and hardly a decoy', () => {
    const { culprit_commit: commits, decoys, cases: all } = of('rootcausebench');
    expect(commits).to.be.at.least(LEAST_COMMITS);
    expect(decoys).to.be.at.most(Math.ceil(MOST_DECOYS * all));
  });

  for (const [suite, bar] of Object.entries(PLACED))
    it(`${suite}: the first suspect and the class are right`, () => {
      expect(of(suite).service!['AC@1']).to.be.at.least(bar.first);
      expect(of(suite).class_lenient).to.be.at.least(bar.class);
    });

  it('are hardly ever identified and wrong', () => {
    const sum = (what: 'confident_wrong' | 'cases') =>
      [...scores.values()].reduce((total, one) => total + one[what], 0);
    expect(sum('confident_wrong')).to.be.at.most(MOST_WRONG * sum('cases'));
  });
});
