import type { Alert } from '../../shared/alert.ts';
import type { Evidence } from '../../shared/report.ts';
import { changeSuspects } from '../changes/change-suspects.ts';
import { alertStormSuspects } from './alert-storm-suspects.ts';
import { anomalySuspects } from './anomaly-suspects.ts';
import { knownTelemetrySuspects } from './known-suspects.ts';
import { beginningAtOwnLimit } from './own-limits.ts';
import type { Suspect } from './suspect.ts';

/** What localisation works on; the same that the detectors get. */
export type LocalisationInput = { alerts: Alert[]; evidence: Evidence[]; now: Date };

/** One method: gives the suspects that its kind of evidence speaks of, or none where there is no such evidence. */
export type LocalisationMethod = (input: LocalisationInput) => Suspect[];

/** The methods, the most telling kind of evidence first. */
const METHODS: LocalisationMethod[] = [anomalySuspects, changeSuspects, knownTelemetrySuspects, alertStormSuspects];

/**
 * Where the trouble began: the suspects of the first method that has evidence to work on, most suspect first. Pure and
 * deterministic; empty where the evidence tells of no component at all.
 */
export function localise(input: LocalisationInput): Suspect[] {
  for (const method of METHODS) {
    const suspects = method(input);
    if (suspects.length > 0) return beginningAtOwnLimit(input, suspects);
  }
  return [];
}
