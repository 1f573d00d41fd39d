import type { Action, Finding, Hypothesis } from '../../shared/report.ts';
import { evidenceOfChange, type JudgedChange } from '../changes/change-fit.ts';
import { changeHypotheses, named } from '../changes/change-hypotheses.ts';
import { incidentPicture } from '../changes/incident-picture.ts';
import { judgeConfiguration } from '../changes/judge-configuration.ts';
import { type OperationalCause, operationalCause } from '../changes/operational-cause.ts';
import { suspectChange } from '../changes/suspect-change.ts';
import type { DetectorInput } from '../detectors/detector.ts';
import { rolloutActions } from '../detectors/recent-change.ts';
import { sameName } from '../detectors/support/names.ts';
import { namespaceOf } from '../detectors/support/namespace-of.ts';
import { describeAction, settledActions } from '../kubernetes-state/actions.ts';
import { isChange } from './change-before.ts';

/** What the changes around an incident, or a reason that needs none, add to its findings. */
export type ChangesOfIncident = {
  /** The change that is to blame and those that only look so, or the reason outside of the program. */
  hypotheses: Hypothesis[];
  /** The change that is to blame, where it runs in what the cause is about or takes effect in; null where none does. */
  blamed: {
    statement: string;
    /** How well time, place and mechanism fit together, 0 to 1. */
    score: number;
    /** True where its content was read, not its time alone. */
    isRead: boolean;
    evidence: number[];
    actions: Action[];
  } | null;
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
  return withConfiguration(listedChanges(chain, input), chain, input);
}

/** Adds what ConfigMaps and Secrets have to do with it; what the cause itself says of one is not told again. */
function withConfiguration(listed: ChangesOfIncident, chain: Finding[], input: DetectorInput): ChangesOfIncident {
  if (chain.length === 0) return listed;
  const { culprit, ruledOut } = judgeConfiguration(chain, input);
  const isTold = ({ live }: JudgedChange) => {
    const name = live.id.split('/').at(-1)!;
    return chain.some(({ statement }) => statement.includes(name));
  };
  const verdict = {
    culprit: culprit && !isTold(culprit) ? culprit : null,
    ruledOut: ruledOut.filter(({ judged }) => !isTold(judged)),
  };
  return {
    ...listed,
    hypotheses: [...listed.hypotheses, ...changeHypotheses(verdict)],
    blamed: listed.blamed ?? (verdict.culprit && tell(verdict.culprit, input)),
    cleared: [...listed.cleared, ...verdict.ruledOut.map(({ judged }) => judged.live.id.split('/').at(-1)!)],
  };
}

/** Connections that fail to nobody who is named tell no more than a place does: what a machine did to itself explains them. */
const isAboutConnections = ([first]: Finding[]): boolean =>
  first?.detector === 'connection-failure' && first.component === null;

function listedChanges(chain: Finding[], input: DetectorInput): ChangesOfIncident {
  const verdict = suspectChange(input);
  const placeOnly = PLACE_ONLY.has(chain[0]?.detector ?? '');
  const known = verdict ? verdict.operational : operationalCause(incidentPicture(input));
  const operational = placeOnly || (known?.kind === 'upkeep' && isAboutConnections(chain)) ? known : null;
  if (!verdict) return { ...NOTHING, operational, hypotheses: operational ? [toHypothesis(operational)] : [] };
  const suspected = chain.length > 0 ? (verdict.culprit?.affects ?? []) : [];
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
    blamed: fits && verdict.culprit ? tell(verdict.culprit, input, placeOf(verdict.culprit, chain)) : null,
    cleared: cleared.filter((service) => !suspected.includes(service)),
    operational,
  };
}

/** Where it runs and who feels it, as a clause, where that is not where the trouble began; nothing to tell elsewhere. */
function placeOf({ live, place }: JudgedChange, chain: Finding[]): string {
  const runsThere = chain.some(({ component }) => live.services.some((service) => sameName(service, component ?? '')));
  const places = live.services.slice(0, 2).join(', ');
  return runsThere || places === '' || place.why.startsWith('it runs in')
    ? ''
    : `; it runs in ${places}, and ${place.why}`;
}

function tell(judged: JudgedChange, input: DetectorInput, place = ''): NonNullable<ChangesOfIncident['blamed']> {
  const { live, mechanism, time, score } = judged;
  const { kind, title } = live.change;
  const places = live.services.map((name) => ({ name, namespace: namespaceOf(name, input) }));
  // As `list_changes` names them; whatever else tells of a rollout means a deployment.
  const rolledOut = /^rollout of (StatefulSet|DaemonSet) /.exec(title)?.[1];
  return {
    statement: `The change ${named(live)} fits: ${mechanism.why}; ${time.why}${place}`,
    score,
    isRead: live.change.detail !== '' && kind !== 'flag',
    evidence: evidenceOfChange(judged),
    actions: [
      ...places
        .filter(() => kind === 'deploy')
        .flatMap(({ name, namespace }) =>
          namespace === null ? [] : rolloutActions({ name, namespace, kind: rolledOut }),
        ),
      ...(kind === 'config' ? configurationActions(title) : []),
    ],
  };
}

/** Of `ConfigMap shop/orders`: what it holds now. */
function configurationActions(title: string): Action[] {
  const [kind = '', place = ''] = title.split(' ');
  const [name = '', namespace = null] = place.split('/').reverse();
  return settledActions(
    describeAction(kind, name, namespace, `See what the ${kind} holds now, and who changed it`),
    () => null,
  );
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
