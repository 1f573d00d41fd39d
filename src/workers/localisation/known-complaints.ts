import { type ProblemLine, problemLines } from '../changes/problem-lines.ts';
import { oncePer } from '../detectors/support/once-per.ts';
import type { LocalisationInput } from './localise.ts';

/** `problemLines`, worked out once per input: limits, hardware and the soundness of others are all read from them. */
export const knownComplaints: (input: LocalisationInput) => ProblemLine[] = oncePer(problemLines);
