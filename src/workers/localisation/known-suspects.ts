import { oncePer } from '../detectors/support/once-per.ts';
import type { LocalisationInput } from './localise.ts';
import type { Suspect } from './suspect.ts';
import { telemetrySuspects } from './telemetry-suspects.ts';

/** `telemetrySuspects`, worked out once per input: localisation, changes and the conclusion all ask for them. */
export const knownTelemetrySuspects: (input: LocalisationInput) => Suspect[] = oncePer(telemetrySuspects);
