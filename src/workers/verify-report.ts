import type { Alert } from '../shared/alert.ts';
import type { Evidence, Report, TimelineEntry, Verdict } from '../shared/report.ts';
import { alertText } from './alert-facts.ts';
import { oneLine } from './detectors/support/text.ts';
import { saysSomething, sentencesOf, unsupportedParts } from './verification/check-claim.ts';
import { type IndexedEvidence, indexEvidence } from './verification/evidence-index.ts';
import { hidesCommand } from './verification/hidden-command.ts';
import { type ActionChecks, keepAction } from './verification/keep-action.ts';
import { type KnownNames, knownNames } from './verification/known-names.ts';
import { parseInstant } from './verification/written-times.ts';

export type Verification = {
  report: Report;
  /** One sentence for each part that was taken out or lowered. */
  struck: string[];
};

/** Evidence prepared for looking things up, by its number; what is missing is prepared when it is asked for. */
export type EvidenceIndex = Map<number, IndexedEvidence>;

/** Stands where every sentence of a root cause had to be struck. */
export const NO_CAUSE = 'The cause could not be established: the evidence does not bear out what was concluded from it';

/** An inconclusive report may not be surer than this of its lead. */
const MOST_INCONCLUSIVE = 0.3;
/** What is left of the confidence when a part of the root cause had to be struck. */
const KEPT_AFTER_STRIKE = 0.6;
/** A statement that nothing can contradict may not be surer than this. */
const MOST_VAGUE = 0.5;
const MINUTE_MS = 60_000;

/** Everything that the checks of one report share. */
type Checks = {
  /** The evidence of these numbers, prepared when it is first asked for: most of it is never cited. */
  indexed: (numbers: number[]) => IndexedEvidence[];
  known: ReadonlySet<number>;
  alertText: string;
  alertStarts: number[];
  struck: string[];
};

/**
 * Checks every claim of a report against the evidence that it cites: numbers (also after a change of unit), names and times
 * must stand there. What fails is struck; confidence and verdict can only fall. Commands that destroy are struck, commands
 * that change something get a risk, and names that a command leaves open are filled in or its command is struck. `alerts` lend their names and their start to the timeline. Never throws, and
 * verifying a verified report changes nothing. `index` may hold evidence that is prepared already.
 */
export function verifyReport(
  report: Report,
  evidence: Evidence[],
  alerts: Alert[] = [],
  index: EvidenceIndex = new Map(),
): Verification {
  const checks = prepare(evidence, alerts, index);
  const keep = <T extends { evidence: number[] }>(items: T[], what: string, text: (item: T) => string) =>
    items.flatMap((item) => keepClaim(item, what, text(item), checks));
  const cause = verifyCause(report, checks);
  const ofActions = actionChecks(cause.rootCause.component, evidence, alerts, checks);
  const verified: Report = {
    ...report,
    ...cause,
    hypotheses: keep(report.hypotheses, 'hypothesis', ({ statement }) => statement),
    timeline: report.timeline.flatMap((entry) => keepEntry(entry, checks)),
    metrics: keep(report.metrics, 'metric', ({ name, value }) => `${name}: ${value}`),
    immediateActions: report.immediateActions.flatMap((action) => keepAction(action, ofActions)),
    prevention: report.prevention.filter((text) => keepAdvice(text, checks)),
  };
  return { report: verified, struck: checks.struck };
}

function prepare(evidence: Evidence[], alerts: Alert[], index: EvidenceIndex): Checks {
  const byNumber = new Map(evidence.map((item) => [item.number, item]));
  const words = alerts.flatMap(({ labels, service, namespace }) => [service, namespace, ...Object.values(labels)]);
  return {
    indexed: (numbers) =>
      numbers.flatMap((number) => {
        const item = byNumber.get(number);
        if (item && !index.has(number)) index.set(number, indexEvidence(item));
        return index.get(number) ?? [];
      }),
    known: new Set(byNumber.keys()),
    alertText: [alertText(alerts), ...words].join('\n').toLowerCase(),
    alertStarts: alerts.map(({ startsAt }) => Date.parse(startsAt ?? '')).filter((ms) => !Number.isNaN(ms)),
    struck: [],
  };
}

/** What is known of names is read only where a command leaves one open. */
function actionChecks(
  component: string | null,
  evidence: Evidence[],
  alerts: Alert[],
  { alertText: words, struck }: Checks,
): ActionChecks {
  let known: KnownNames | null = null;
  return {
    names: () => {
      known ??= knownNames({ component, alerts, evidence });
      return known;
    },
    isName: (word) => [words, ...evidence.map(({ text }) => text.toLowerCase())].some((text) => text.includes(word)),
    struck,
  };
}

type Cause = Pick<Report, 'verdict' | 'class' | 'rootCause'>;

function verifyCause(report: Report, checks: Checks): Cause {
  const { rootCause } = report;
  if (report.verdict === 'inconclusive' && rootCause.evidence.length === 0) return leadOnly(report, checks);
  const evidence = known(rootCause.evidence, checks);
  const sentences = sentencesOf(rootCause.statement);
  const standing = evidence.length > 0 ? sentences.filter((sentence) => stands(sentence, evidence, checks)) : [];
  if (standing.length === 0) {
    checks.struck.push(`root cause: "${oneLine(rootCause.statement, 120)}" is not borne out by its evidence`);
    return { verdict: 'inconclusive', class: classWithoutCause(report), rootCause: withoutCause(rootCause.confidence) };
  }
  const lost =
    sentences.length - standing.length + rootCause.evidence.filter((number) => !checks.known.has(number)).length;
  const component = standingComponent(rootCause.component, evidence, checks);
  const statement = lost > 0 ? standing.join(' ') : rootCause.statement;
  if (lost > 0)
    checks.struck.push(`root cause: a part of "${oneLine(rootCause.statement, 120)}" is not borne out by its evidence`);
  // A model's sentence without a name, a number or a time is borne out by anything.
  const bold = report.verdict === 'identified' || (report.verdict === 'probable' && rootCause.confidence > MOST_VAGUE);
  const vague = bold && report.tier === 'llm' && component === null && !saysSomething(statement);
  if (vague) checks.struck.push(`root cause: "${oneLine(statement, 120)}" names nothing that evidence could bear out`);
  const doubtful = (lost > 0 || vague) && report.verdict !== 'inconclusive';
  const verdict: Verdict = doubtful ? lowered(report.verdict) : report.verdict;
  const kept = rootCause.confidence * (lost > 0 ? KEPT_AFTER_STRIKE : 1);
  // What is left of a proof that all is well would say so still.
  if (lost > 0 && report.verdict === 'healthy')
    return { verdict, class: classWithoutCause(report), rootCause: withoutCause(kept) };
  const confidence = bounded(vague ? Math.min(MOST_VAGUE, kept) : kept, verdict);
  return {
    verdict,
    class: report.class,
    rootCause: { statement, component, confidence, evidence },
  };
}

/** "Healthy" with a doubt is not healthy; a cause with a doubt is probable. */
function lowered(verdict: Verdict): Verdict {
  return verdict === 'healthy' ? 'inconclusive' : 'probable';
}

/** An inconclusive report without evidence may say that it does not know, but no number and no name. */
function leadOnly(report: Report, checks: Checks): Cause {
  const { statement, confidence } = report.rootCause;
  if (unsupportedParts(statement, { cited: [], known: checks.known, alertText: checks.alertText }).length === 0) {
    const rootCause = { ...report.rootCause, component: null, confidence: bounded(confidence, 'inconclusive') };
    return { verdict: 'inconclusive', class: classWithoutCause(report), rootCause };
  }
  checks.struck.push(`root cause: "${oneLine(statement, 120)}" cites no evidence`);
  return { verdict: 'inconclusive', class: classWithoutCause(report), rootCause: withoutCause(confidence) };
}

const withoutCause = (confidence: number): Report['rootCause'] => ({
  statement: NO_CAUSE,
  component: null,
  confidence: bounded(confidence, 'inconclusive'),
  evidence: [],
});

/** The class `healthy` cannot stay when the verdict falls; `application` is the class that presumes least. */
function classWithoutCause({ class: named }: Report): Report['class'] {
  return named === 'healthy' ? 'application' : named;
}

function bounded(confidence: number, verdict: Verdict): number {
  const valid = Number.isFinite(confidence) ? Math.min(1, Math.max(0, confidence)) : 0;
  return verdict === 'inconclusive' ? Math.min(MOST_INCONCLUSIVE, valid) : valid;
}

function standingComponent(component: string | null, evidence: number[], checks: Checks): string | null {
  if (component === null) return null;
  const name = component.toLowerCase();
  if (checks.alertText.includes(name) || checks.indexed(evidence).some(({ text }) => text.includes(name)))
    return component;
  checks.struck.push(`component: ${oneLine(component, 80)} does not stand in the evidence`);
  return null;
}

const known = (numbers: number[], { known: all }: Checks) => [...new Set(numbers)].filter((number) => all.has(number));

function stands(
  text: string,
  numbers: number[],
  { indexed, known: all, alertText: words, alertStarts }: Checks,
): boolean {
  return unsupportedParts(text, { cited: indexed(numbers), known: all, alertText: words, alertStarts }).length === 0;
}

function keepClaim<T extends { evidence: number[] }>(item: T, what: string, text: string, checks: Checks): T[] {
  const evidence = known(item.evidence, checks);
  if (evidence.length > 0 && stands(text, evidence, checks)) return [{ ...item, evidence }];
  checks.struck.push(`${what}: "${oneLine(text, 120)}" is not borne out by its evidence`);
  return [];
}

/** An entry needs its time in its evidence; without evidence only the start of an alert is known. */
function keepEntry(entry: TimelineEntry, checks: Checks): TimelineEntry[] {
  const at = parseInstant(entry.at);
  if (at !== null && entry.evidence.length === 0 && checks.alertStarts.includes(at) && isAlertLine(entry.what, checks))
    return [entry];
  const evidence = known(entry.evidence, checks);
  const instants = checks.indexed(evidence).flatMap(({ instants: own }) => own);
  const dated = at !== null && instants.some((instant) => Math.abs(instant - at) < MINUTE_MS);
  if (dated && stands(entry.what, evidence, checks)) return [{ ...entry, evidence }];
  checks.struck.push(`timeline: "${oneLine(`${entry.at} ${entry.what}`, 120)}" is not borne out by its evidence`);
  return [];
}

function keepAdvice(text: string, checks: Checks): boolean {
  if (!hidesCommand(text)) return true;
  checks.struck.push(`prevention: "${oneLine(text, 80)}" is not shown because its words hold a command`);
  return false;
}

/** The alert's own title may be quoted; further words must hold nothing that needs evidence. */
function isAlertLine(what: string, checks: Checks): boolean {
  const bare = what
    .toLowerCase()
    .replace(/^(?:the )?alert(?: fired| raised| received| started)?:? /, '')
    .replace(/…$/, '');
  return checks.alertText.includes(bare) || stands(what, [], checks);
}
