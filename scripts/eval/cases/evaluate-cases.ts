import { createClassifier } from '../../../src/producer/classify-alert.ts';
import { loadAgents, poolAgents } from '../../../src/shared/agents/load-agents.ts';
import { alertFacts } from '../../../src/workers/alert-facts.ts';
import { analyseEvidence } from '../../../src/workers/analysis/analyse-evidence.ts';
import { culpritChange } from '../../../src/workers/changes/suspect-change.ts';
import { concludeFindings } from '../../../src/workers/conclude-findings.ts';
import { localise } from '../../../src/workers/localisation/localise.ts';
import { verifyReport } from '../../../src/workers/verify-report.ts';
import { SUITE_ADAPTERS } from './index.ts';
import type { CaseInput } from './suite-adapter.ts';

/** One answer in the form of the result file; `ranking` and `instances` hold the suspects, most suspect first. */
export type CaseAnswer = {
  id: string;
  ranking: string[];
  instances: string[];
  class: string;
  conclusion: string;
  verdict: string;
  confidence: number;
  /** A commit, or `none`; absent where the evidence knows of no changes. */
  culprit_commit?: string;
  seconds: number;
};

/** Answers every case of the named suites (all when none is named) by the analysis that the workers run. */
export function evaluateCases(casesFolder: string, suites: string[] = []): CaseAnswer[] {
  const adapters = SUITE_ADAPTERS.filter(({ suite }) => suites.length === 0 || suites.includes(suite));
  return adapters.flatMap((adapter) =>
    adapter.list(casesFolder).map(({ id, read }) => {
      const input = read();
      const started = performance.now();
      const answer = answerCase(input);
      return { id, ...answer, seconds: Math.round(performance.now() - started) / 1000 };
    }),
  );
}

function answerCase({ alerts, evidence, now }: CaseInput): Omit<CaseAnswer, 'id' | 'seconds'> {
  const agents = loadAgents();
  const classification = alerts[0] ? createClassifier(agents)(alerts[0]) : null;
  const agent = poolAgents(agents).find(({ name }) => name === classification?.agent) ?? poolAgents(agents)[0]!;
  const facts = alertFacts(alerts, now);
  const seen = { alerts, facts, evidence, now };
  const { findings, gaps } = analyseEvidence(agent, seen);
  const suspects = localise(seen);
  const alertClass = classification?.class;
  const draft = concludeFindings({ alerts, agent, findings, evidence, gaps, alertClass, seen });
  const { report } = verifyReport(draft, evidence, alerts);
  const culprit = culpritChange(seen);
  return {
    ranking: unique(suspects.map(({ service }) => service)),
    instances: unique(suspects.flatMap(({ instance }) => instance ?? [])),
    // A report that concludes nothing has the class of its agent; the suspect's own symptoms say more.
    class: report.verdict === 'inconclusive' ? (suspects[0]?.class ?? report.class) : report.class,
    conclusion: report.rootCause.statement.slice(0, 600),
    verdict: report.verdict,
    confidence: report.rootCause.confidence,
    ...(culprit !== null && { culprit_commit: culprit }),
  };
}

const unique = (names: string[]): string[] => [...new Set(names)];
