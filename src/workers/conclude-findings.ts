import type { PoolAgent } from '../shared/agents/load-agents.ts';
import type { Alert } from '../shared/alert.ts';
import type { Evidence, EvidenceGap, Finding, Hypothesis, Report, TimelineEntry, Verdict } from '../shared/report.ts';
import { alertFacts, alertText } from './alert-facts.ts';
import { actionsInOrder } from './conclusion/actions-in-order.ts';
import { causeStatement } from './conclusion/cause-statement.ts';
import { changeBefore, isChange } from './conclusion/change-before.ts';
import { firstOfEach } from './conclusion/first-of-each.ts';
import type { DetectorInput } from './detectors/detector.ts';
import { effectsOf, explains } from './detectors/support/causal-order.ts';
import { CLEAN_CHECKS, type Proof } from './detectors/support/clean-evidence.ts';
import { oneLine } from './detectors/support/text.ts';

export type ConcludeInput = {
  alerts: Alert[];
  agent: PoolAgent;
  /** Ranked, likeliest cause first. */
  findings: Finding[];
  evidence: Evidence[];
  gaps: EvidenceGap[];
};

/** From here on a cause without a rival counts as identified. */
const SURE = 0.75;
/** From here on a finding is a probable cause; below it is only a lead. */
const LIKELY = 0.5;
/** Findings below this are no reason to doubt that all is well. */
const FAINT = 0.3;
/** How much nearer than this a rival must not come for the cause to count as identified. */
const RIVAL_DISTANCE = 0.1;
const MOST = { hypotheses: 8, timeline: 20, prevention: 4, metrics: 10 } as const;

/**
 * Concludes a report of tier `detectors` from ranked findings. Healthy needs proof: the evidence that would show the fault
 * was had and shows the opposite; anything less is inconclusive.
 */
export function concludeFindings(input: ConcludeInput): Report {
  const [top] = input.findings.filter((finding) => finding.confidence >= FAINT && !isChange(finding));
  const proofs = proofsOf(input);
  const report = top ? fromFinding(top, input) : (healthy(input, proofs) ?? inconclusive(input, proofs));
  return { ...report, hypotheses: report.hypotheses.concat(ruledOut(proofs)).slice(0, MOST.hypotheses) };
}

function fromFinding(top: Finding, input: ConcludeInput): Report {
  const effects = effectsOf(top, input.findings);
  const chain = [top, ...effects];
  const change = changeBefore(chain, input.findings);
  const others = input.findings.filter((finding) => !chain.includes(finding) && finding !== change);
  const verdict = verdictOf(top, others, input);
  const known = verdict !== 'inconclusive';
  const weighty = others.filter(({ confidence }) => confidence >= LIKELY);
  const told = known ? [...chain, ...(change ? [change] : [])] : [];
  return {
    ...frame(input, [...chain, ...(change ? [change] : []), ...weighty]),
    verdict,
    class: known ? top.class : input.agent.class,
    rootCause: known ? rootCauseOf(top, effects, change, input) : unknownCause(top),
    hypotheses: [
      ...told.map((finding) => hypothesis(finding, 'supported')),
      ...input.findings
        .filter((finding) => !told.includes(finding) && (!known || finding.confidence >= FAINT))
        .map((finding) => hypothesis(finding, 'possible')),
    ],
  };
}

/** A symptom is no answer while the evidence that the plan calls required is missing: its cause may stand there. */
function verdictOf(top: Finding, others: Finding[], input: ConcludeInput): Verdict {
  if (top.confidence < LIKELY || (!top.cause && missesRequired(input))) return 'inconclusive';
  const rival = others.some(
    (other) => other.cause && other.confidence > top.confidence - RIVAL_DISTANCE && !sameStory(top, other),
  );
  return top.cause && top.confidence >= SURE && !rival ? 'identified' : 'probable';
}

/** Two findings of one detector about one component (or one that cannot be told) tell the same story from two sides. */
function sameStory(top: Finding, other: Finding): boolean {
  const sameComponent = top.component === other.component || top.component === null || other.component === null;
  return (top.detector === other.detector && sameComponent) || explains(other, top);
}

function rootCauseOf(
  top: Finding,
  effects: Finding[],
  change: Finding | null,
  input: ConcludeInput,
): Report['rootCause'] {
  const weighty = effects.filter(({ confidence }) => confidence >= LIKELY);
  const [effect] = weighty.toSorted((left, right) => right.confidence - left.confidence);
  const told = [top, effect, change].filter((finding) => finding != null);
  const cited = [...new Set(told.flatMap(({ evidence }) => evidence))].sort((left, right) => left - right);
  const support = effect ? 0.05 : 0;
  const doubt = missesRequired(input) ? 0.9 : 1;
  const confidence = Number((Math.min(0.97, top.confidence + support) * doubt).toFixed(2));
  return { statement: causeStatement(top, effect, change), component: top.component, confidence, evidence: cited };
}

function unknownCause(lead: Finding | null): Report['rootCause'] {
  const statement = 'The cause could not be established from the evidence at hand';
  return {
    statement: lead ? `${statement}; the best lead is the first hypothesis` : statement,
    component: null,
    confidence: lead ? 0.25 : 0.1,
    evidence: [],
  };
}

function hypothesis({ statement, confidence, evidence }: Finding, standing: Hypothesis['standing']): Hypothesis {
  return { statement, standing, confidence, evidence: evidence.toSorted((left, right) => left - right) };
}

function healthy(input: ConcludeInput, proofs: Map<string, Proof>): Report | null {
  const text = alertText(input.alerts);
  const spoken = Object.entries(CLEAN_CHECKS).filter(([, { alert }]) => alert.test(text));
  const needed = spoken.map(([name]) => proofs.get(name));
  if (needed.length === 0 || needed.some((proof) => proof === undefined) || missesRequired(input)) return null;
  const found = needed.filter((proof) => proof !== undefined);
  const said = [...new Set(found.map(({ statement }) => statement))].join('; ');
  const evidence = [...new Set(found.flatMap((proof) => proof.evidence))].sort((left, right) => left - right);
  const statement = `The evidence shows no fault now: ${said}. The alert is over or was false`;
  const confidence = input.gaps.length > 0 ? 0.6 : 0.8;
  return {
    ...frame(input, []),
    verdict: 'healthy',
    class: 'healthy',
    rootCause: { statement, component: null, confidence, evidence },
    hypotheses: input.findings.map((finding) => hypothesis(finding, 'possible')),
  };
}

function inconclusive(input: ConcludeInput, proofs: Map<string, Proof>): Report {
  const base = frame(input, input.findings);
  const excluded = proofs.size > 0 ? '; what was ruled out is listed' : '';
  const cause = unknownCause(null);
  const leads = input.findings.map((finding) => hypothesis(finding, 'possible'));
  return {
    ...base,
    verdict: 'inconclusive',
    class: input.agent.class,
    rootCause: { ...cause, statement: `${cause.statement}${excluded}` },
    hypotheses: leads,
  };
}

/** The parts that every report has, from the findings that it shows. */
function frame({ alerts, agent, gaps }: ConcludeInput, findings: Finding[]): Report {
  return {
    tier: 'detectors',
    verdict: 'inconclusive',
    class: agent.class,
    rootCause: unknownCause(null),
    hypotheses: [],
    timeline: mergeTimeline(alerts, findings),
    immediateActions: actionsInOrder(findings.flatMap(({ actions }) => actions)),
    prevention: [...new Set(findings.flatMap(({ prevention }) => prevention))].slice(0, MOST.prevention),
    metrics: firstOfEach(
      findings.flatMap(({ metrics }) => metrics),
      ({ name }) => name,
    ).slice(0, MOST.metrics),
    couldNotCheck: firstOfEach(gaps, ({ what, why }) => `${what}\n${why}`),
  };
}

/** The alerts' own starts and what the findings saw, in time; the middle is left out where there is too much. */
function mergeTimeline(alerts: Alert[], findings: Finding[]): TimelineEntry[] {
  const starts = alerts.slice(0, 5).flatMap(({ startsAt, title }) => {
    const ms = Date.parse(startsAt ?? '');
    return Number.isNaN(ms)
      ? []
      : [{ at: new Date(ms).toISOString(), what: `Alert: ${oneLine(title, 120)}`, evidence: [] }];
  });
  const seen = findings.flatMap(({ timeline }) => timeline).slice(0, MOST.timeline - starts.length);
  const entries = firstOfEach([...starts, ...seen], ({ at, what }) => `${at} ${what}`);
  return entries.sort((left, right) => Date.parse(left.at) - Date.parse(right.at));
}

/** What each of the agent's silent detectors could have seen, and did not. */
function proofsOf({ agent, alerts, findings, evidence }: ConcludeInput): Map<string, Proof> {
  const now = new Date(
    Math.max(0, ...evidence.map(({ collectedAt }) => Date.parse(collectedAt)).filter((ms) => !Number.isNaN(ms))),
  );
  const input: DetectorInput = { alerts, facts: alertFacts(alerts, now), evidence, now };
  const loud = findings.filter(({ confidence }) => confidence >= FAINT).map(({ detector }) => detector);
  const silent = agent.pool.detectors.filter((name) => !loud.includes(name));
  const proofs = silent.flatMap((name) => {
    const proof = Object.hasOwn(CLEAN_CHECKS, name)
      ? CLEAN_CHECKS[name as keyof typeof CLEAN_CHECKS].proof(input)
      : null;
    return proof ? [[name, proof] as const] : [];
  });
  return new Map(proofs);
}

/** One proof may rule out several kinds of trouble. */
function ruledOut(proofs: Map<string, Proof>): Hypothesis[] {
  const kinds = Map.groupBy(proofs, ([, { statement }]) => statement);
  return [...kinds].map(([statement, group]) => ({
    statement: `${KINDS.format(group.map(([name]) => name.replaceAll('-', ' ')))}: ${statement}`,
    standing: 'ruled_out' as const,
    confidence: 0.8,
    evidence: [...new Set(group.flatMap(([, proof]) => proof.evidence))],
  }));
}

const KINDS = new Intl.ListFormat('en-GB', { type: 'conjunction' });

/** True when a question that the agent's plan calls required for this alert has no answer. */
function missesRequired({ agent, alerts, evidence }: ConcludeInput): boolean {
  const text = alertText(alerts);
  const required = agent.pool.evidence.filter(
    (step) => step.required && (!step.when || new RegExp(step.when, 'iu').test(text)),
  );
  return required.some((step) => !evidence.some(({ capability }) => capability === step.capability));
}
