import { RECORDED_CASES } from '../../test/fixtures/recorded-cases/index.ts';
import { analysisOf, seenOf } from '../../test/fixtures/recorded-cases/judge.ts';
import { suspectChange } from '../../src/workers/changes/suspect-change.ts';
import { unsupportedParts } from '../../src/workers/verification/check-claim.ts';
import { indexEvidence } from '../../src/workers/verification/evidence-index.ts';
for (const one of RECORDED_CASES.filter(({ id }) => process.argv.slice(2).some((b) => id.startsWith(b)))) {
  const seen = seenOf(one);
  const why = suspectChange(seen)?.culprit?.mechanism.why ?? '';
  console.log(why, '=>', unsupportedParts(why, { cited: seen.evidence.map((e) => indexEvidence(e)), known: new Set(seen.evidence.map((e) => e.number)), alertText: '' }));
}
import { analyseEvidence } from '../../src/workers/analysis/analyse-evidence.ts';
import { loadAgents, poolAgents } from '../../src/shared/agents/load-agents.ts';
import { concludeFindings } from '../../src/workers/conclude-findings.ts';
for (const one of RECORDED_CASES.filter(({ id }) => process.argv.slice(2).some((b) => id.startsWith(b)))) {
  const seen = seenOf(one);
  const agent = poolAgents(loadAgents())[0]!;
  const { findings, gaps } = analyseEvidence(agent, seen);
  const draft = concludeFindings({ alerts: seen.alerts, agent, findings, evidence: seen.evidence, gaps, seen });
  for (const h of [draft.rootCause, ...draft.hypotheses]) {
    const cited = seen.evidence.filter((e) => h.evidence.includes(e.number)).map((e) => indexEvidence(e));
    console.log(h.statement.slice(0, 200), h.evidence, '=>', unsupportedParts(h.statement, { cited, known: new Set(seen.evidence.map((e) => e.number)), alertText: '' }));
  }
}
