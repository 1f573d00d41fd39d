import { readIsoRange } from '../iso-range.ts';

/** A range as the API takes it, with times in epoch ms on multiples of the step. */
export type TimeWindow = { start: number; end: number; stepSeconds: number; raised: boolean };

/** Prometheus refuses more than 11,000 points a series; a reader needs far fewer. */
export const MAX_POINTS = 1_500;

/**
 * The range with a step that keeps every series under `MAX_POINTS`; `raised` says that the step had to grow. Throws DependencyError
 * `bad_request` for what is no range.
 */
export function timeWindow(range: { from: string; to: string }, wantedStepSeconds?: number): TimeWindow {
  const { start, end } = readIsoRange('prometheus', range);
  const least = Math.max(1, Math.ceil((end - start) / 1000 / MAX_POINTS));
  const fitting = Math.max(least, Math.ceil((end - start) / 1000 / 250));
  const stepSeconds = Math.max(least, wantedStepSeconds ?? fitting);
  const step = stepSeconds * 1000;
  const first = Math.ceil(start / step) * step;
  // A range within one step has no multiple in it: its end is the one time there is.
  const aligned = first <= end ? { start: first, end: Math.floor(end / step) * step } : { start: end, end };
  return {
    ...aligned,
    stepSeconds,
    raised: wantedStepSeconds !== undefined && stepSeconds > wantedStepSeconds,
  };
}

/** What a raised step means, as a warning; none where it stayed. */
export const stepWarning = ({ raised, stepSeconds }: TimeWindow): string[] =>
  raised ? [`the step was raised to ${stepSeconds} s to stay within ${MAX_POINTS} points a series`] : [];

/** Epoch ms as the API takes a time: seconds with decimals. */
export const apiTime = (ms: number): string => (ms / 1000).toFixed(3);
