import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { localise } from '../../src/workers/localisation/localise.ts';
import { suspectConfidence } from '../../src/workers/localisation/suspect-confidence.ts';
import { SUITE_ADAPTERS } from './cases/index.ts';
import type { CaseInput } from './cases/suite-adapter.ts';
import { type CaseTruth, caseTruths, isRight } from './stress/case-truths.ts';
import { PERTURBATIONS, renamed } from './stress/perturbations.ts';
import { type Claim, reliability } from './stress/reliability.ts';
import { suspectedCommit } from './stress/suspected-commit.ts';
import { syntheticCase } from './stress/synthetic-case.ts';

/**
 * How localisation does on cases that it was not developed with: the local cases changed in ways that must not change the answer,
 * and cases of random systems with random faults.
 * Usage: `node scripts/bootstrap.mjs scripts/eval/stress.ts --cases ../shared/cases [--suite NAME] [--only NAME] [--seeds 2] [--synthetic 300] [--seed NAME]`;
 * `--only` (again for more) names the perturbations, which synthetic cases get too, where they are named; `--seed` names the synthetic cases: `develop` to work on methods, another to judge them.
 */
const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: resolve(import.meta.dirname, '../../../shared/cases') },
    suite: { type: 'string', multiple: true, default: ['nezha', 'petshop', 'itbench-alerts', 'rootcausebench'] },
    only: { type: 'string', multiple: true, default: [] },
    seeds: { type: 'string', default: '1' },
    synthetic: { type: 'string', default: '300' },
    seed: { type: 'string', default: 'develop' },
  },
});

type Outcome = { rank: number; sameCommit: boolean | null; ms: number; claim: Claim | null };

function outcomeOf(input: CaseInput, truth: CaseTruth): Outcome {
  const { suspects, commit } = truth;
  const started = performance.now();
  const found = localise(input);
  const ms = performance.now() - started;
  const ranking = [...new Set(found.map(({ service }) => service.toLowerCase()))];
  const confidence = suspectConfidence(found);
  const claim = confidence === null ? null : { confidence, right: isRight(found[0], truth) };
  const at = ranking.findIndex((service) => suspects.includes(service));
  const sameCommit = commit === null ? null : suspectedCommit(input) === commit;
  return { rank: at < 0 ? Number.POSITIVE_INFINITY : at + 1, sameCommit, ms, claim };
}

function stressSuite(suite: string): void {
  const adapter = SUITE_ADAPTERS.find((one) => one.suite === suite);
  const truths = caseTruths(resolve(values.cases), suite);
  const cases = adapter?.list(resolve(values.cases)) ?? [];
  const outcomes = new Map<string, Outcome[]>();
  for (const { id, read } of cases) {
    const input = read();
    for (const [name, { suites, perturb }] of Object.entries(PERTURBATIONS)) {
      const wanted = values.only.length === 0 || values.only.includes(name);
      if (!wanted || !suites.includes(suite)) continue;
      for (let seed = 1; seed <= Number(values.seeds); seed++) {
        const given = `${id} ${seed}`;
        const other =
          name === 'services renamed' ? renamed(input, given) : { input: perturb(input, given), names: null };
        const truth = namesIn(truths.get(id)!, other.names);
        outcomes.set(name, [...(outcomes.get(name) ?? []), outcomeOf(other.input, truth)]);
      }
    }
  }
  console.log(`${suite}: ${cases.length} cases, each perturbed with ${values.seeds} seed(s)`);
  for (const [name, own] of outcomes) show(name, own);
  showClaims([...outcomes.values()].flat());
}

/** The truth in the names that a renamed case has. */
function namesIn(truth: CaseTruth, names: Map<string, string> | null): CaseTruth {
  if (!names) return truth;
  const lower = new Map([...names].map(([was, is]) => [was.toLowerCase(), is.toLowerCase()]));
  return { ...truth, suspects: truth.suspects.map((name) => lower.get(name) ?? name) };
}

function stressSynthetic(count: number): void {
  const outcomes = new Map<string, Outcome[]>();
  for (let index = 0; index < count; index++) {
    const seed = `${values.seed} ${index}`;
    const { input, service, class: alertClass, tags } = syntheticCase(seed);
    const truth = { suspects: [service.toLowerCase()], classes: [alertClass], commit: null };
    const note = (tag: string, outcome: Outcome) => outcomes.set(tag, [...(outcomes.get(tag) ?? []), outcome]);
    const outcome = outcomeOf(input, truth);
    for (const tag of ['all', ...tags]) note(tag, outcome);
    for (const name of values.only) {
      const perturbed = PERTURBATIONS[name]?.perturb(input, seed);
      const other = perturbed && outcomeOf(perturbed, truth);
      if (other) for (const tag of ['all', ...tags.slice(0, 1)]) note(`${tag}, ${name}`, other);
    }
  }
  console.log(`${count} synthetic cases`);
  for (const [tag, own] of [...outcomes].sort()) show(tag, own);
  for (const name of ['all', ...values.only.map((one) => `all, ${one}`)]) {
    console.log(name);
    showClaims(outcomes.get(name) ?? []);
  }
}

function showClaims(outcomes: Outcome[]): void {
  const claims = outcomes.flatMap(({ claim }) => claim ?? []);
  if (claims.length > 0) console.log(['  confidence of the first suspect:', ...reliability(claims)].join('\n'));
}

function show(name: string, outcomes: Outcome[]): void {
  const within = (places: number) => outcomes.filter(({ rank }) => rank <= places).length / outcomes.length;
  const average = [1, 2, 3, 4, 5].reduce((sum, places) => sum + within(places), 0) / 5;
  const figures = [within(1), within(3), average].map((figure) => figure.toFixed(3));
  const judged = outcomes.filter(({ sameCommit }) => sameCommit !== null);
  const commits =
    judged.length > 0 ? `  commits ${judged.filter(({ sameCommit }) => sameCommit).length} of ${judged.length}` : '';
  const slowest = Math.max(...outcomes.map(({ ms }) => ms)).toFixed(0);
  console.log(
    `  ${name.padEnd(24)} ${String(outcomes.length).padStart(4)}  AC@1 ${figures[0]}  AC@3 ${figures[1]}  Avg@5 ${figures[2]}  slowest ${slowest} ms${commits}`,
  );
}

function main(): void {
  const unknown = values.only.filter((name) => !Object.hasOwn(PERTURBATIONS, name));
  if (unknown.length > 0) {
    console.error(
      `stress: --only ${unknown.join(' | ')} is unknown, there are ${Object.keys(PERTURBATIONS).join(' | ')}`,
    );
    process.exitCode = 1;
    return;
  }
  for (const suite of values.suite) stressSuite(suite);
  if (Number(values.synthetic) > 0) stressSynthetic(Number(values.synthetic));
}

main();
