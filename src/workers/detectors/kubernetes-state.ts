import type { Finding } from '../../shared/report.ts';
import { diagnose } from '../kubernetes-state/diagnose.ts';
import type { Diagnosis } from '../kubernetes-state/diagnosis.ts';
import type { Detector } from './detector.ts';

/** More than this many findings about one cluster tell nobody anything. */
const MOST = 8;
/** What is this unsure is not worth a line. */
const LEAST = 0.2;

/**
 * Finds what is wrong with the Kubernetes objects, events and logs of the evidence, read from API objects, kubectl text,
 * snapshots or our own servers' answers: the cause first, its symptoms below it.
 */
export const kubernetesState: Detector = (input) =>
  diagnose(input)
    .diagnoses.filter(({ confidence, evidence }) => confidence >= LEAST && evidence.length > 0)
    .slice(0, MOST)
    .map(toFinding);

function toFinding(told: Diagnosis): Finding {
  const {
    class: alertClass,
    statement,
    component,
    confidence,
    cause,
    evidence,
    timeline,
    actions,
    prevention,
    metrics,
  } = told;
  return {
    detector: 'kubernetes-state',
    class: alertClass,
    statement,
    component: component || null,
    confidence: Number(confidence.toFixed(2)),
    cause,
    evidence,
    timeline,
    actions,
    prevention,
    metrics,
  };
}
