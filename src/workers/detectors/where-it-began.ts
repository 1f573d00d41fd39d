import type { Finding } from '../../shared/report.ts';
import { localise } from '../localisation/localise.ts';
import type { Suspect } from '../localisation/suspect.ts';
import type { Detector } from './detector.ts';
import { isServiceName } from './support/names.ts';

/** Fewer components cannot tell a cause from its symptoms: what deviates may be all that was looked at. */
const LEAST_COMPONENTS = 3;
/** Localisation names a place, not a mechanism: alone it is a probable cause at best. */
const MOST_CONFIDENCE = 0.7;
/** Suspects of healthy telemetry scored 0.1 to 0.2 where we looked; below this a suspect is a lead, not a cause. */
const FAINT_SCORE = 0.2;
const LEAST_CONFIDENCE = 0.4;
const MAX_RIVALS = 2;

/**
 * The component where the trouble most likely began, from series, spans, logs, other alerts and the call graph. Silent
 * where the evidence speaks of too few components to tell a cause from its symptoms.
 */
export const whereItBegan: Detector = (input) => {
  const suspects = localise(input);
  const [first, ...others] = suspects;
  if (!first || new Set(suspects.map(({ service }) => service)).size < LEAST_COMPONENTS) return [];
  return [
    toFinding(first, shareOf(first, suspects)),
    ...others.slice(0, MAX_RIVALS).map((suspect) => toLead(suspect, suspects)),
  ];
};

const shareOf = (suspect: Suspect, suspects: Suspect[]) =>
  suspect.score / suspects.reduce((sum, { score }) => sum + score, 0);

function toFinding(suspect: Suspect, share: number): Finding {
  const name = suspect.instance ?? suspect.service;
  return {
    detector: 'where-it-began',
    class: suspect.class ?? 'application',
    statement: `The trouble most likely began at ${name}. ${sentence(suspect.reasons[0] ?? '')}`.trim(),
    component: suspect.service,
    confidence: confidenceOf(suspect.score, share),
    cause: true,
    evidence: suspect.evidence,
    timeline: suspect.onset === null ? [] : [onsetOf(suspect, suspect.onset)],
    actions: isServiceName(suspect.service) ? [lookAt(suspect.service)] : [],
    prevention: [],
    metrics: [],
  };
}

/** By how far it stands out from the others; a faint deviation stands out among fainter ones in any healthy system, too. */
function confidenceOf(score: number, share: number): number {
  if (score < FAINT_SCORE) return LEAST_CONFIDENCE;
  return Math.round((LEAST_CONFIDENCE + (MOST_CONFIDENCE - LEAST_CONFIDENCE) * share) * 100) / 100;
}

/** A weaker suspect: a possibility, never a rival that would make the first one doubtful. */
function toLead(suspect: Suspect, suspects: Suspect[]): Finding {
  const share = shareOf(suspect, suspects);
  return {
    ...toFinding(suspect, share),
    cause: false,
    confidence: Math.round(0.3 * share * 100) / 100,
    actions: [],
    timeline: [],
  };
}

function onsetOf({ service, evidence }: Suspect, onset: number): Finding['timeline'][number] {
  return { at: new Date(onset).toISOString(), what: `First deviation at ${service}`, evidence };
}

const lookAt = (service: string): Finding['actions'][number] => ({
  title: `See the pods of ${service}`,
  command: `kubectl get pods --all-namespaces --selector app=${service} --output wide`,
  risk: null,
});

const sentence = (reason: string) => (reason === '' ? '' : `${reason[0]!.toUpperCase()}${reason.slice(1)}.`);
