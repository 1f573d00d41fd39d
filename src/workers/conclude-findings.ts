import type { PoolAgent } from '../shared/agents/load-agents.ts';
import type { Alert, AlertClass } from '../shared/alert.ts';
import type { Action, Evidence, EvidenceGap, Finding, Hypothesis, Report, Verdict } from '../shared/report.ts';
import { alertFacts, alertText } from './alert-facts.ts';
import type { OperationalCause } from './changes/operational-cause.ts';
import { actionsInOrder } from './conclusion/actions-in-order.ts';
import { causeStatement } from './conclusion/cause-statement.ts';
import { changeBefore, isChange } from './conclusion/change-before.ts';
import {
  asPossible,
  type ChangesOfIncident,
  changesOfIncident,
  withoutJudged,
} from './conclusion/changes-of-incident.ts';
import { type Contradiction, contradictions } from './conclusion/contradictions.ts';
import { firstOfEach } from './conclusion/first-of-each.ts';
import { hypothesis, mostTelling } from './conclusion/hypotheses.ts';
import { mergeTimeline } from './conclusion/merge-timeline.ts';
import { areMild } from './conclusion/mild-alerts.ts';
import { missesRequired } from './conclusion/misses-required.ts';
import { FAINT, proofsOf, ruledOut } from './conclusion/proofs.ts';
import { looksAtDatabases } from './database-state/printed/printed-answers.ts';
import type { DetectorInput } from './detectors/detector.ts';
import { effectsOf, explains, rankFindings } from './detectors/support/causal-order.ts';
import { checksFor, type Proof } from './detectors/support/clean-evidence.ts';
import { duringTrouble } from './detectors/support/during-trouble.ts';
import { workloadsAreIll } from './kubernetes-state/healthy-state.ts';
import { meantSo } from './kubernetes-state/meant-so.ts';
import { nothingAlleged } from './kubernetes-state/nothing-alleged.ts';
import { servedWell } from './kubernetes-state/served-well.ts';
import { shownWell } from './kubernetes-state/shown-well.ts';
import { localise } from './localisation/localise.ts';
import { IDENTIFIED } from './localisation/suspect-confidence.ts';

export type ConcludeInput = {
  alerts: Alert[];
  agent: PoolAgent;
  /** Ranked, likeliest cause first. */
  findings: Finding[];
  evidence: Evidence[];
  gaps: EvidenceGap[];
  /** What the alert was classified as; the agent may be a stand-in for it. */
  alertClass?: AlertClass;
  /** What the detectors were given, so that nothing is worked out twice; by default made of the rest. */
  seen?: DetectorInput;
};

/** From here on a cause without a rival counts as identified. */
const SURE = 0.75;
/** From here on a finding is a probable cause; below it is only a lead. */
const LIKELY = 0.5;
/** How much nearer than this a rival must not come for the cause to count as identified. */
const RIVAL_DISTANCE = 0.1;
const MOST = { prevention: 4, metrics: 10 } as const;

/**
 * Concludes a report of tier `detectors` from ranked findings. What contradicts a finding lowers its confidence; changes are
 * blamed or ruled out with the reason. Healthy needs proof: the evidence that would show the fault was had and shows the
 * opposite; anything less is inconclusive.
 */
export function concludeFindings(given: ConcludeInput): Report {
  const seen = given.seen ?? detectorInput(given);
  const against = new Map<Finding, Contradiction[]>();
  const weighed = inOrder(given.findings, seen, against);
  const top = cause(weighed);
  const changes = changesOfIncident(top ? [top, ...effectsOf(top, weighed)] : [], seen);
  const input = { ...given, findings: withoutJudged(weighed, changes) };
  const proofs = proofsOf(input, duringTrouble(seen));
  const context: Context = { input, seen, changes, against };
  const report = top ? fromFinding(top, context) : (healthy(input, proofs, seen) ?? inconclusive(input, proofs, seen));
  const added = report.verdict === 'inconclusive' ? changes.hypotheses.map(asPossible) : changes.hypotheses;
  const hypotheses = [...report.hypotheses, ...added, ...ruledOut(proofs)];
  return { ...report, hypotheses: mostTelling(hypotheses) };
}

type Context = {
  input: ConcludeInput;
  seen: DetectorInput;
  changes: ChangesOfIncident;
  against: Map<Finding, Contradiction[]>;
};

const cause = (findings: Finding[]) => findings.find((finding) => finding.confidence >= FAINT && !isChange(finding));

/** The findings with what contradicts them taken off; in a new order where anything was. */
function inOrder(findings: Finding[], seen: DetectorInput, against: Context['against']): Finding[] {
  const weighed = findings.map((finding) => weigh(finding, contradictions(finding, seen), against));
  return weighed.every((finding, index) => finding === findings[index]) ? findings : rankFindings(weighed, seen);
}

function weigh(finding: Finding, found: Contradiction[], against: Map<Finding, Contradiction[]>): Finding {
  const left = found.reduce((confidence, { leaves }) => confidence * leaves, finding.confidence);
  const weighed = found.length > 0 ? { ...finding, confidence: Number(left.toFixed(2)) } : finding;
  against.set(weighed, found);
  return weighed;
}

function detectorInput({ alerts, evidence }: ConcludeInput): DetectorInput {
  const collected = evidence.map(({ collectedAt }) => Date.parse(collectedAt)).filter((ms) => !Number.isNaN(ms));
  const now = new Date(Math.max(0, ...collected));
  return { alerts, facts: alertFacts(alerts, now), evidence, now };
}

function fromFinding(found: Finding, context: Context): Report {
  const { input, seen, changes, against } = context;
  const top = withChange(found, changes);
  const effects = effectsOf(top, input.findings);
  const chain = [top, ...effects];
  const change = changeBefore(chain, input.findings);
  const others = input.findings.filter((finding) => !chain.includes(finding) && finding !== change);
  const verdict = verdictOf(top, others, input, seen);
  const known = verdict !== 'inconclusive';
  const weighty = others.filter(({ confidence }) => confidence >= LIKELY);
  const told = known ? [...chain, ...(change ? [change] : [])] : [];
  const toHypothesis = (finding: Finding, standing: Hypothesis['standing']) =>
    hypothesis(finding, standing, against.get(finding) ?? []);
  return {
    ...frame(input, [...chain, ...(change ? [change] : []), ...weighty], changes.blamed?.actions),
    verdict,
    class: known
      ? (outsideClass(changes) ?? classOfPeer(top, effects, changes) ?? top.class)
      : likelyClass(input, seen),
    rootCause: known ? rootCauseOf(top, effects, change, context) : unknownCause(top),
    hypotheses: [
      ...told.map((finding) => toHypothesis(finding, 'supported')),
      ...input.findings
        .filter((finding) => !told.includes(finding) && (!known || finding.confidence >= FAINT))
        .map((finding) => toHypothesis(finding, 'possible')),
    ],
  };
}

/**
 * A change whose time, place and mechanism all fit this well makes the place probable where the trouble is only suspected to have begun; a
 * rollout of which nothing but its time is known does not. So does a platform that says itself what it took away, or that a certificate
 * has expired, and a store that no number is left for new rows, or who holds the locks.
 */
const FITS_WELL = 0.45;
const SAYS_ITSELF: OperationalCause['kind'][] = ['platform', 'expired', 'numbers', 'upkeep', 'held'];

function withChange(top: Finding, { blamed, operational }: ChangesOfIncident): Finding {
  const fits = Boolean(blamed?.isRead) && (blamed?.score ?? 0) >= FITS_WELL;
  const lifts =
    top.detector === 'where-it-began' && (fits || (operational !== null && SAYS_ITSELF.includes(operational.kind)));
  return lifts && top.confidence < LIKELY ? { ...top, confidence: LIKELY } : top;
}

/** Reasons that lines state in plain words have the class of what they name. */
const outsideClass = ({ operational }: ChangesOfIncident): Report['class'] | null =>
  operational && operational.kind !== 'demand' && operational.kind !== 'node' ? operational.class : null;

/** Where a change that was read makes the peer fail, connections that fail to a peer that nobody names are a matter of that peer. */
function classOfPeer(top: Finding, effects: Finding[], { blamed }: ChangesOfIncident): Report['class'] | null {
  if (top.detector !== 'connection-failure' || top.component !== null) return null;
  if (!blamed?.isRead || blamed.score < FITS_WELL) return null;
  return effects.find(({ detector }) => detector === 'where-it-began')?.class ?? null;
}

/**
 * An answer that names no cause still belongs somewhere: to what the best lead speaks of, else to what deviates most, else to what was
 * looked at, else to what the alert says.
 */
function likelyClass({ findings, alertClass, agent }: ConcludeInput, seen: DetectorInput): Report['class'] {
  const lead = findings.find((finding) => !isChange(finding));
  return (
    lead?.class ??
    localise(seen)[0]?.class ??
    (looksAtDatabases(seen.evidence) ? 'database' : null) ??
    alertClass ??
    agent.class
  );
}

/** A symptom is no answer while the evidence that the plan calls required is missing: its cause may stand there. */
function verdictOf(top: Finding, others: Finding[], input: ConcludeInput, seen: DetectorInput): Verdict {
  if (top.confidence < LIKELY || (!top.cause && missesRequired(input))) return 'inconclusive';
  const rival = others.some(
    (other) => other.cause && other.confidence > top.confidence - RIVAL_DISTANCE && !sameStory(top, other),
  );
  if (top.cause && isSure(top) && !rival) return 'identified';
  return areMild(input.alerts) && !workloadsAreIll(seen) ? 'inconclusive' : 'probable';
}

/** Localisation names a place first of all: it has to be next to certain, with a mechanism that shows. */
const isSure = ({ detector, confidence }: Finding): boolean =>
  confidence >= (detector === 'where-it-began' ? IDENTIFIED : SURE);

/**
 * Two findings of one detector about one component (or one that cannot be told) tell the same story from two sides; so do those of
 * two detectors that read it in the same answers.
 */
function sameStory(top: Finding, other: Finding): boolean {
  const sameComponent = top.component === other.component || top.component === null || other.component === null;
  const sameAnswers = top.component === other.component && other.evidence.every((one) => top.evidence.includes(one));
  return ((top.detector === other.detector || sameAnswers) && sameComponent) || explains(other, top);
}

function rootCauseOf(
  top: Finding,
  effects: Finding[],
  change: Finding | null,
  { input, changes }: Context,
): Report['rootCause'] {
  const weighty = effects.filter(({ confidence }) => confidence >= LIKELY);
  const [effect] = weighty.toSorted((left, right) => right.confidence - left.confidence);
  const told = [top, effect, change].filter((finding) => finding != null);
  const { blamed } = changes;
  const beside = [changes.operational, change ? null : blamed].filter((one) => one != null);
  const cited = [...told, ...beside].flatMap(({ evidence }) => evidence);
  const support = effect || blamed ? 0.05 : 0;
  const doubt = missesRequired(input) ? 0.9 : 1;
  const confidence = Number((Math.min(0.97, top.confidence + support) * doubt).toFixed(2));
  return {
    statement: causeStatement(
      top,
      effect,
      change,
      beside.map(({ statement }) => statement),
    ),
    component: top.component,
    confidence,
    evidence: [...new Set(cited)].sort((left, right) => left - right),
  };
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

function healthy(input: ConcludeInput, proofs: Map<string, Proof>, seen: DetectorInput): Report | null {
  const text = alertText(input.alerts);
  const needed = checksFor(text, seen).map((name) => proofs.get(name));
  const complete = needed.length > 0 && needed.every((proof) => proof !== undefined);
  const found = complete ? needed.filter((proof) => proof !== undefined) : otherProof(duringTrouble(seen));
  if (found.length === 0 || missesRequired(input)) return null;
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

/** Whatever an alert is about: its programs are shown to serve well, rest because somebody wants it so, or are well while nobody says otherwise. */
const otherProof = (during: DetectorInput): Proof[] =>
  [servedWell(during) ?? meantSo(during) ?? nothingAlleged(during) ?? shownWell(during) ?? []].flat();

function inconclusive(input: ConcludeInput, proofs: Map<string, Proof>, seen: DetectorInput): Report {
  const base = frame(input, input.findings);
  const excluded = proofs.size > 0 ? '; what was ruled out is listed' : '';
  const unknown = unknownCause(null);
  const leads = input.findings.map((finding) => hypothesis(finding, 'possible'));
  return {
    ...base,
    verdict: 'inconclusive',
    class: likelyClass(input, seen),
    rootCause: { ...unknown, statement: `${unknown.statement}${excluded}` },
    hypotheses: leads,
  };
}

/** The parts that every report has, from the findings that it shows. */
function frame({ alerts, agent, gaps }: ConcludeInput, findings: Finding[], more: Action[] = []): Report {
  return {
    tier: 'detectors',
    verdict: 'inconclusive',
    class: agent.class,
    rootCause: unknownCause(null),
    hypotheses: [],
    timeline: mergeTimeline(alerts, findings),
    immediateActions: actionsInOrder([...findings.flatMap(({ actions }) => actions), ...more]),
    prevention: [...new Set(findings.flatMap(({ prevention }) => prevention))].slice(0, MOST.prevention),
    metrics: firstOfEach(
      findings.flatMap(({ metrics }) => metrics),
      ({ name }) => name,
    ).slice(0, MOST.metrics),
    couldNotCheck: firstOfEach(gaps, ({ what, why }) => `${what}\n${why}`),
  };
}
