import { existsSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { loadConfig } from '../src/shared/config.ts';
import { describeError } from '../src/shared/errors.ts';
import type { LlmUsage } from '../src/shared/report.ts';
import { createReasoner } from '../src/workers/llm/create-reasoner.ts';
import type { Reasoner } from '../src/workers/llm/reasoner.ts';
import type { ReportAnswer } from './eval/cases/answer-of-report.ts';
import { evaluateCases } from './eval/cases/evaluate-cases.ts';
import { SUITE_ADAPTERS } from './eval/cases/index.ts';
import { evaluatePayloads } from './eval/payloads.ts';
import { evaluateRules } from './eval/rules.ts';

/**
 * Answers a folder of cases by the production parsers, classifier and analysis and writes the result file that
 * `shared/score/score.mjs` scores. Usage: `node scripts/eval.ts --cases ../shared/cases --out results.json [--llm]`;
 * `--llm` lets the configured LLM (OPENAI_*, AZURE_OPENAI_*, LLM_*) conclude, `--suite NAME` (again for more) answers only these
 * suites of root-cause cases. Ends with code 1 when no case was answered, and without an answer file when an option is wrong.
 */
const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: resolve(import.meta.dirname, '../../shared/cases') },
    out: { type: 'string', default: 'results.json' },
    suite: { type: 'string', multiple: true, default: [] },
    llm: { type: 'boolean', default: false },
  },
});

async function main(): Promise<void> {
  const cases = resolve(values.cases);
  if (!existsSync(cases)) throw new Error(`there is no folder ${cases}: name the cases by --cases`);
  const known = SUITE_ADAPTERS.map(({ suite }) => suite);
  const unknown = values.suite.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new Error(`--suite ${unknown.join(', ')} is unknown, the suites are ${known.join(', ')}`);
  const usages: LlmUsage[] = [];
  const rca = await evaluateCases(cases, {
    suites: values.suite,
    reasoner: values.llm ? configuredReasoner() : null,
    warn: (line) => console.error(`eval: ${line}`),
    spent: (usage) => usages.push(usage),
  });
  const results = { rca, rules: evaluateRules(cases), payloads: evaluatePayloads(cases) };
  const counts = Object.entries(results).map(([name, answers]) => `${answers.length} ${name}`);
  if (Object.values(results).every((answers) => answers.length === 0))
    throw new Error(`nothing was answered in ${cases}`);
  writeFileSync(values.out, `${JSON.stringify(results, null, 1)}\n`);
  console.log(`answered ${counts.join(', ')}; written to ${values.out}`);
  if (rca.length > 0) console.log([timesOf(rca), namersOf(rca)].join('\n'));
  if (values.llm) console.log(spendingOf(usages, rca.filter(({ tier }) => tier === 'llm').length));
}

/** How long the cases took. */
function timesOf(answers: { id: string; seconds: number }[]): string {
  const inOrder = answers.toSorted((left, right) => left.seconds - right.seconds);
  const [p95, longest] = [inOrder[Math.ceil(0.95 * inOrder.length) - 1], inOrder.at(-1)];
  return p95 && longest ? `seconds per case: p95 ${p95.seconds}, longest ${longest.seconds} (${longest.id})` : '';
}

/** Who named the first suspects: where neither the report's cause nor its lead did, its reader is told of none. */
function namersOf(answers: { first_by: ReportAnswer['first_by'] }[]): string {
  const count = (who: ReportAnswer['first_by']) => answers.filter(({ first_by: by }) => by === who).length;
  return `first suspects: ${count('cause')} named as the cause, ${count('lead')} as a lead, ${count('analysis')} by no part of the report; none in ${count(null)}`;
}

function configuredReasoner(): Reasoner {
  const reasoner = createReasoner(loadConfig().llm);
  if (!reasoner.configured)
    throw new Error('--llm needs an LLM: set OPENAI_API_KEY or OPENAI_BASE_URL, or the AZURE_OPENAI_ variables');
  return reasoner;
}

function spendingOf(usages: LlmUsage[], written: number): string {
  const sum = (of: (usage: LlmUsage) => number | null | undefined) =>
    usages.reduce((total, usage) => total + (of(usage) ?? 0), 0);
  const tokens = `${sum((usage) => usage.promptTokens)} + ${sum((usage) => usage.completionTokens)} tokens`;
  const money = usages.some(({ costUsd }) => costUsd != null)
    ? `, ${sum((usage) => usage.costUsd).toFixed(2)} USD`
    : '';
  return `${written} reports are the LLM's, ${tokens}${money}`;
}

await main().catch((error) => {
  console.error(`eval: ${describeError(error)}`);
  process.exitCode = 1;
});
