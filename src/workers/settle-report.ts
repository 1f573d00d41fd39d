import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PoolAgent } from '../shared/agents/load-agents.ts';
import type { Alert } from '../shared/alert.ts';
import type { Evidence, EvidenceGap, Finding, Hypothesis, Report, Verdict } from '../shared/report.ts';
import { concludeFindings } from './conclude-findings.ts';
import { firstOfEach } from './conclusion/first-of-each.ts';
import { addressesModel } from './verification/addresses-model.ts';
import { indexEvidence } from './verification/evidence-index.ts';
import { isSameFault, type Weighed, weighConclusion } from './verification/weigh-conclusion.ts';
import { type EvidenceIndex, NO_CAUSE, type Verification, verifyReport } from './verify-report.ts';

export type SettleInput = {
  alerts: Alert[];
  agent: PoolAgent;
  findings: Finding[];
  evidence: Evidence[];
  gaps: EvidenceGap[];
};

/** Findings below this are no reason to doubt a model that calls all well. */
const FAINT = 0.3;
/** A conclusion that the detectors contradict is a hypothesis that may not be surer than this. */
const MOST_OVERRULED = 0.3;
/** Two readers of the same evidence, and one of them is not convinced. */
const MOST_UNDECIDED = 0.7;
const MOST_PROBABLE_UNDECIDED = 0.5;
const CONTRADICTORY =
  'It is not settled whether anything is wrong: the model names a fault, and the detectors find none; both are among the hypotheses';
const WEIGHT: Record<Verdict, number> = { inconclusive: 0, healthy: 1, probable: 2, identified: 3 };

/**
 * Verifies a drafted report and decides what is posted. A model's conclusion gives way to the detectors' own verified one where
 * nothing of its root cause is borne out, where it contradicts what they have identified, where it gives an all-clear that they
 * have no proof of, and where alerts or evidence hold words meant for a model. A cause of theirs that the model leaves open stays in
 * sight as preliminary. Verdict and confidence of the model can only
 * fall. Throws only what `conclude` throws, which works out the detectors' own conclusion.
 */
export async function settleReport(
  draft: Report,
  input: SettleInput,
  conclude: (input: SettleInput) => Report | Promise<Report> = concludeFindings,
): Promise<Verification> {
  const index: EvidenceIndex = new Map();
  const verify = async (report: Report) => {
    await indexCited(report, input.evidence, index);
    return verifyReport(report, input.evidence, input.alerts, index);
  };
  const verified = await verify(draft);
  if (draft.tier === 'detectors') return verified;
  const own = await verify(await conclude(input));
  const poisoned = await poisonedParts(input);
  if (poisoned.length > 0) return withoutModel(verified, own, poisoned);
  const why = fault(verified.report, draft, input);
  if (why) return replaced(verified, own, why);
  const weighed = weighConclusion(verified.report, own.report, input.findings);
  if (weighed.outcome === 'overruled') return replaced(verified, own, weighed.why);
  if (weighed.outcome === 'doubted') return doubted(verified, own, weighed.why);
  if (weighed.outcome === 'undecided') return undecided(verified, own, weighed.why);
  return { report: lowered(verified.report, own.report, weighed), struck: [...verified.struck, ...struckBy(weighed)] };
}

const struckBy = (weighed: Weighed) => (weighed.outcome === 'stands' ? [] : [`conclusion of the LLM: ${weighed.why}`]);

/** The detectors' conclusion in the place of the model's, which stays as a hypothesis where its evidence bears it out. */
function replaced(verified: Verification, own: Verification, why: string): Verification {
  const struck = [...verified.struck, ...own.struck, `conclusion of the LLM: ${why}`];
  const best =
    WEIGHT[own.report.verdict] > 0
      ? withHypothesis(own.report, verified.report)
      : withoutVerdict(verified.report, own.report);
  return { report: withNote(best, why), struck };
}

/**
 * What the detectors have identified is told as their preliminary, probable cause with the model's hypotheses beside it; what is only
 * probable to them becomes the first hypothesis of the model's inconclusive report. Neither is believed as much as before.
 */
function undecided(verified: Verification, own: Verification, why: string): Verification {
  const struck = [...verified.struck, ...own.struck, `conclusion of the LLM: ${why}`];
  const { rootCause, verdict } = own.report;
  if (verdict === 'identified') {
    const confidence = Math.min(MOST_UNDECIDED, rootCause.confidence);
    const hypotheses = withoutRepeats([...own.report.hypotheses, ...verified.report.hypotheses]);
    const report: Report = { ...own.report, verdict: 'probable', rootCause: { ...rootCause, confidence }, hypotheses };
    return { report: withNote(report, why), struck };
  }
  const { statement, evidence } = rootCause;
  const confidence = Math.min(MOST_PROBABLE_UNDECIDED, rootCause.confidence);
  const suspected: Hypothesis = { statement, standing: 'possible', confidence, evidence };
  const hypotheses = withoutRepeats([suspected, ...verified.report.hypotheses]);
  return { report: { ...verified.report, class: own.report.class, hypotheses }, struck };
}

/** One reader sees a fault and the other proof that there is none: an alarm would be a guess, and so would an all-clear. Both are told. */
function doubted(verified: Verification, own: Verification, why: string): Verification {
  const struck = [...verified.struck, ...own.struck, `conclusion of the LLM: ${why}`];
  const readings = [verified.report, own.report].map(
    ({ rootCause: { statement, evidence, confidence } }): Hypothesis => {
      return { statement, standing: 'possible', confidence: Math.min(MOST_PROBABLE_UNDECIDED, confidence), evidence };
    },
  );
  const confidence = Math.min(MOST_OVERRULED, verified.report.rootCause.confidence);
  const rootCause = { statement: CONTRADICTORY, component: null, confidence, evidence: [] };
  const hypotheses = withoutRepeats([...readings, ...verified.report.hypotheses]);
  const report = {
    ...verified.report,
    verdict: 'inconclusive' as const,
    class: own.report.class,
    rootCause,
    hypotheses,
  };
  return { report: withNote(report, why), struck };
}

const withoutRepeats = (hypotheses: Hypothesis[]) =>
  firstOfEach(hypotheses, ({ statement }) => statement.toLowerCase().replace(/\W+$/, ''));

/** Nothing that a model wrote is kept: it has read what was meant to lead it. */
function withoutModel(verified: Verification, own: Verification, parts: string[]): Verification {
  const why = `${parts.join(', ')} hold${parts.length === 1 ? 's' : ''} words that are meant for a language model, so that its conclusion is not used`;
  const struck = [...verified.struck, ...own.struck, `conclusion of the LLM: ${why}`];
  return { report: withNote(own.report, why), struck };
}

function withNote(report: Report, why: string): Report {
  return { ...report, couldNotCheck: [...report.couldNotCheck, { what: 'the conclusion of the LLM', why }] };
}

function withHypothesis(own: Report, { rootCause, verdict }: Report): Report {
  if (rootCause.statement === NO_CAUSE || rootCause.evidence.length === 0 || verdict === 'healthy') return own;
  const { statement, evidence } = rootCause;
  const confidence = Math.min(MOST_OVERRULED, rootCause.confidence);
  return { ...own, hypotheses: [...own.hypotheses, { statement, standing: 'possible', confidence, evidence }] };
}

/**
 * A capped verdict; the class is the detectors' where they have identified the cause, where both mean the same fault (models confuse the
 * classes more often than the fault), and where nobody has found one.
 */
function lowered(report: Report, own: Report, weighed: Weighed): Report {
  const capped = weighed.outcome === 'capped' ? { ...report, verdict: 'probable' as const } : report;
  const settled =
    own.verdict === 'identified' ||
    capped.verdict === 'inconclusive' ||
    (own.verdict === 'probable' && isSameFault(report, own));
  return settled ? { ...capped, class: own.class } : capped;
}

const MOST_PARTS = 3;

/** Which alerts and evidence hold words meant for a model, in words of ours; the event loop goes on in between. */
async function poisonedParts({ alerts, evidence }: SettleInput): Promise<string[]> {
  const parts: string[] = [];
  if (alerts.some((alert) => addressesModel(textsOf(alert).join('\n')))) parts.push('the alert');
  for (const { number, text } of evidence) {
    if (parts.length < MOST_PARTS && addressesModel(text)) parts.push(`evidence ${number}`);
    await nextTurn();
  }
  return parts;
}

function textsOf({ name, title, description, service, namespace, labels, annotations }: Alert): string[] {
  const own = [name, title, description, service ?? '', namespace ?? ''];
  return [...own, ...Object.entries(labels).flat(), ...Object.entries(annotations).flat()];
}

/** Prepares what the report cites, one piece of evidence per turn of the event loop: all at once would hold it up for long. */
async function indexCited(report: Report, evidence: Evidence[], index: EvidenceIndex): Promise<void> {
  const { rootCause, hypotheses, timeline, metrics } = report;
  const cited = new Set(
    [rootCause, ...hypotheses, ...timeline, ...metrics].flatMap(({ evidence: numbers }) => numbers),
  );
  for (const item of evidence.filter(({ number }) => cited.has(number) && !index.has(number))) {
    index.set(item.number, indexEvidence(item));
    await nextTurn();
  }
}

/** What is wrong with a model's conclusion as a whole, null when it may stand. */
function fault({ verdict, rootCause, couldNotCheck }: Report, draft: Report, { findings }: SettleInput): string | null {
  if (rootCause.statement === NO_CAUSE) return 'its root cause is not borne out by the evidence that it cites';
  // Else a false all-clear would leave "inconclusive" where the detectors know the cause.
  if (draft.verdict === 'healthy' && verdict !== 'healthy') return 'its evidence does not bear out that all is well';
  if (verdict !== 'healthy') return null;
  if (findings.some(({ confidence }) => confidence >= FAINT))
    return 'it called healthy what the detectors found faults in';
  return couldNotCheck.length > 0 ? 'it called healthy what could not be fully checked' : null;
}

/** Nobody knows: the model's report keeps what stands in it, under the detectors' honest "not established". */
function withoutVerdict(report: Report, own: Report): Report {
  const told = report.rootCause.statement === NO_CAUSE ? report.rootCause : own.rootCause;
  return { ...report, verdict: 'inconclusive', class: own.class, rootCause: told };
}
