import type { Action, Finding, Hypothesis } from '../../shared/report.ts';
import type { JudgedChange } from '../changes/change-fit.ts';
import { changeHypotheses, named } from '../changes/change-hypotheses.ts';
import { incidentPicture } from '../changes/incident-picture.ts';
import { type OperationalCause, operationalCause } from '../changes/operational-cause.ts';
import { suspectChange } from '../changes/suspect-change.ts';
import type { DetectorInput } from '../detectors/detector.ts';
import { rolloutActions } from '../detectors/recent-change.ts';
import { sameName } from '../detectors/support/names.ts';
import { namespaceOf } from '../detectors/support/namespace-of.ts';
import { isChange } from './change-before.ts';

/** What the changes around an incident, or a reason that needs none, add to its findings. */
export type ChangesOfIncident = {
  /** The change that is to blame and those that only look so, or the reason outside of the program. */
  hypotheses: Hypothesis[];
  /** The change that is to blame, where it runs in what the cause is about or takes effect in; null where none does. */
  blamed: { statement: string; evidence: number[]; actions: Action[] } | null;
  /** Where changes run that were ruled out. */
  cleared: string[];
  operational: OperationalCause | null;
};

/** Detectors that name a place and no mechanism. */
const PLACE_ONLY = new Set(['where-it-began', 'alert-storm']);

const NOTHING: ChangesOfIncident = { hypotheses: [], blamed: null, cleared: [], operational: null };
/** As sure as a reason that the lines themselves state, for an incident whose beginning is only probable. */
const OPERATIONAL_CONFIDENCE = 0.6;

/**
 * Judges the changes of the evidence, and looks for reasons outside of the program where only a place was found. `chain` is the
 * cause with its effects, none where nothing was found.
 */
export function changesOfIncident(chain: Finding[], input: DetectorInput): ChangesOfIncident {
  const verdict = suspectChange(input);
  const placeOnly = PLACE_ONLY.has(chain[0]?.detector ?? '');
  const operational = placeOnly ? (verdict ? verdict.operational : operationalCause(incidentPicture(input))) : null;
  if (!verdict) return { ...NOTHING, operational, hypotheses: operational ? [toHypothesis(operational)] : [] };
  const suspected = chain.length > 0 ? (verdict.culprit?.live.services ?? []) : [];
  const fits = suspected.some((service) =>
    chain.some(({ component }) => component !== null && sameName(service, component)),
  );
  const cleared = verdict.ruledOut.flatMap(({ judged }) => judged.live.services);
  const told = changeHypotheses(verdict).map((one) => (fits ? one : asPossible(one)));
  return {
    hypotheses: [
      ...(operational ? [toHypothesis(operational)] : []),
      // A change can't be to blame for what was not found.
      ...told.filter(({ standing }) => chain.length > 0 || standing === 'ruled_out'),
    ],
    blamed: fits && verdict.culprit ? tell(verdict.culprit, input) : null,
    cleared: cleared.filter((service) => !suspected.includes(service)),
    operational,
  };
}

function tell({ live, mechanism, time }: JudgedChange, input: DetectorInput): NonNullable<ChangesOfIncident['blamed']> {
  const isRollout = live.change.kind === 'deploy';
  const places = live.services.map((name) => ({ name, namespace: namespaceOf(name, input) }));
  return {
    statement: `The change ${named(live)} fits: ${mechanism.why}; ${time.why}`,
    evidence: live.evidence,
    actions: isRollout
      ? places.flatMap(({ name, namespace }) => (namespace === null ? [] : rolloutActions({ name, namespace })))
      : [],
  };
}

const MOST_WITHOUT_PROOF = 0.4;

/** What is supported by nothing else is only possible. */
export function asPossible(one: Hypothesis): Hypothesis {
  if (one.standing !== 'supported') return one;
  return { ...one, standing: 'possible', confidence: Math.min(one.confidence, MOST_WITHOUT_PROOF) };
}

const toHypothesis = ({ statement, evidence }: OperationalCause): Hypothesis => ({
  statement,
  standing: 'supported',
  confidence: OPERATIONAL_CONFIDENCE,
  evidence,
});

/** The findings without rollouts that were ruled out, or that the judged change tells better. */
export function withoutJudged(findings: Finding[], { cleared }: ChangesOfIncident): Finding[] {
  const isCleared = ({ component }: Finding) =>
    cleared.some((service) => component !== null && sameName(service, component));
  return findings.filter((finding) => !(isChange(finding) && isCleared(finding)));
}
