import { type Chart, MAX_CHARTS } from '../../shared/chart.ts';
import { callerErrors } from './caller-errors.ts';
import type { ChartInput } from './chart-input.ts';
import { suspectMetric } from './suspect-metric.ts';

/** `chooseCharts`, and none where that fails: a report never waits for a picture. */
export function chartsOrNone(input: ChartInput, onError: (error: unknown) => void): Chart[] {
  try {
    return chooseCharts(input);
  } catch (error) {
    onError(error);
    return [];
  }
}

/**
 * The charts of a report: the suspect's metric with the onset marked, and what its callers see of it. Pure; none where the
 * report names no cause, or where the evidence that it rests on has nothing worth drawing.
 */
export function chooseCharts(input: ChartInput): Chart[] {
  const { verdict, rootCause } = input.report;
  if (verdict !== 'identified' && verdict !== 'probable') return [];
  if (rootCause.evidence.length === 0) return [];
  const charts = [suspectMetric(input), callerErrors(input)];
  return charts.filter((chart) => chart !== null).slice(0, MAX_CHARTS);
}
