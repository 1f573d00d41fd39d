import { createClassifier } from '../../../src/producer/classify-alert.ts';
import { loadAgents, type PoolAgent, poolAgents } from '../../../src/shared/agents/load-agents.ts';
import { DependencyError, describeError } from '../../../src/shared/errors.ts';
import type { LlmUsage, Report } from '../../../src/shared/report.ts';
import { alertFacts } from '../../../src/workers/alert-facts.ts';
import { analyseEvidence } from '../../../src/workers/analysis/analyse-evidence.ts';
import { type ConcludeInput, concludeFindings } from '../../../src/workers/conclude-findings.ts';
import type { Reasoner } from '../../../src/workers/llm/reasoner.ts';
import { localise } from '../../../src/workers/localisation/localise.ts';
import { settleReport } from '../../../src/workers/settle-report.ts';
import { answerOfReport, type ReportAnswer } from './answer-of-report.ts';
import { SUITE_ADAPTERS } from './index.ts';
import type { CaseInput, EvalCase } from './suite-adapter.ts';

/** What the posted report answers to a case, and how long that took. */
export type CaseAnswer = ReportAnswer & { id: string; seconds: number };

/** The report that would be posted about a case, what was known when it was concluded, and the answer that it gives. */
export type Investigated = { report: Report; analysed: ConcludeInput; answer: ReportAnswer };

export type EvaluateOptions = {
  /** Only these suites; all when there is none. */
  suites?: readonly string[];
  /** Without one the detectors conclude alone. It can ask for no more evidence than was recorded. */
  reasoner?: Reasoner | null;
  /** How many cases are with the model at once. */
  atOnce?: number;
  /** Told in one line what went wrong with a case. */
  warn?: (line: string) => void;
  /** Told what each case has cost. */
  spent?: (usage: LlmUsage) => void;
};

const AT_ONCE = 4;

/**
 * Answers every case by the analysis that the workers run. A case that can't be read or answered is told and left out; a model that does
 * not answer leaves the detectors' own conclusion, as in the workers. Throws when there are cases and none could be answered.
 */
export async function evaluateCases(casesFolder: string, options: EvaluateOptions = {}): Promise<CaseAnswer[]> {
  const { suites = [], reasoner = null, atOnce = AT_ONCE, warn = () => {} } = options;
  const adapters = SUITE_ADAPTERS.filter(({ suite }) => suites.length === 0 || suites.includes(suite));
  const cases = adapters.flatMap((adapter) => adapter.list(casesFolder));
  const answers: (CaseAnswer | null)[] = cases.map(() => null);
  const waiting = cases.entries();
  const lane = async () => {
    for (const [place, one] of waiting)
      answers[place] = await answerCase(one, options).catch((error) => {
        warn(`case ${one.id} could not be answered: ${describeError(error)}`);
        return null;
      });
  };
  await Promise.all(Array.from({ length: reasoner ? atOnce : 1 }, lane));
  const given = answers.filter((answer) => answer !== null);
  if (cases.length > 0 && given.length === 0)
    throw new Error(`none of ${cases.length} case${cases.length > 1 ? 's' : ''} could be answered`);
  return given;
}

async function answerCase({ id, read }: EvalCase, options: EvaluateOptions): Promise<CaseAnswer> {
  const input = read();
  const started = performance.now();
  const { answer } = await investigateCase(input, {
    ...options,
    warn: (line) => options.warn?.(`case ${id}: ${line}`),
  });
  return { id, ...answer, seconds: Math.round(performance.now() - started) / 1000 };
}

/** Answers one case by the analysis that the workers run; a model that does not answer leaves the conclusion to the detectors. */
export async function investigateCase(input: CaseInput, options: EvaluateOptions = {}): Promise<Investigated> {
  const { alerts, evidence, now } = input;
  const agents = loadAgents();
  const classification = alerts[0] ? createClassifier(agents)(alerts[0]) : null;
  const agent = poolAgents(agents).find(({ name }) => name === classification?.agent) ?? poolAgents(agents)[0]!;
  const seen = { alerts, facts: alertFacts(alerts, now), evidence, now };
  const analysed = {
    ...{ alerts, agent, evidence, seen, alertClass: classification?.class },
    ...analyseEvidence(agent, seen),
  };
  const draft = await draftReport(analysed, options);
  const { report } = await settleReport(draft, analysed, () => concludeFindings(analysed));
  return { report, analysed, answer: answerOfReport(report, { ...analysed, suspects: localise(seen) }) };
}

async function draftReport(analysed: ConcludeInput & { agent: PoolAgent }, options: EvaluateOptions): Promise<Report> {
  const { reasoner, spent, warn } = options;
  if (!reasoner) return concludeFindings(analysed);
  const budgetMs = analysed.agent.pool.budget.seconds * 1000;
  try {
    const input = { ...analysed, deadline: performance.now() + budgetMs };
    const { report, usage } = await reasoner.reason(input, AbortSignal.timeout(budgetMs));
    spent?.(usage);
    return report;
  } catch (error) {
    const why = error instanceof DependencyError ? error.failure : 'deadline_exceeded';
    warn?.(`the LLM did not answer: ${why}: ${describeError(error)}`);
    const gap = { what: 'reasoning by the LLM', why };
    return concludeFindings({ ...analysed, gaps: [...analysed.gaps, gap] });
  }
}
