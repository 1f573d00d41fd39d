import { existsSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { evaluateCases } from './eval/cases/evaluate-cases.ts';
import { evaluatePayloads } from './eval/payloads.ts';
import { evaluateRules } from './eval/rules.ts';

/**
 * Answers a folder of cases by the production parsers and classifier and writes the result file that
 * `shared/score/score.mjs` scores. Usage: `node scripts/eval.ts --cases ../shared/cases --out results.json`;
 * `--suite NAME` (again for more) answers only these suites of root-cause cases.
 */
const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: resolve(import.meta.dirname, '../../shared/cases') },
    out: { type: 'string', default: 'results.json' },
    suite: { type: 'string', multiple: true, default: [] },
  },
});

/** One module per suite; each gives the answers in the form of the result file. */
const SUITES = {
  rca: (cases) => evaluateCases(cases, values.suite),
  rules: evaluateRules,
  payloads: evaluatePayloads,
} satisfies Record<string, (casesFolder: string) => { id: string }[]>;

function main(): void {
  const cases = resolve(values.cases);
  if (!existsSync(cases)) {
    fail(`there is no folder ${cases}: name the cases by --cases`);
    return;
  }
  const results = Object.fromEntries(Object.entries(SUITES).map(([name, answer]) => [name, answer(cases)]));
  if (Object.values(results).every((answers) => answers.length === 0)) {
    fail(`nothing was answered in ${cases}`);
    return;
  }
  writeFileSync(values.out, `${JSON.stringify(results, null, 1)}\n`);
  const counts = Object.entries(results).map(([name, answers]) => `${answers.length} ${name}`);
  console.log(`answered ${counts.join(', ')}; written to ${values.out}`);
}

function fail(reason: string): void {
  console.error(`eval: ${reason}`);
  process.exitCode = 1;
}

main();
