import { metricShifts } from '../../changes/metric-shifts.ts';
import { problemLines } from '../../changes/problem-lines.ts';
import { serviceIn } from '../../localisation/telemetry/component.ts';
import type { DetectorInput } from '../detector.ts';
import type { Proof } from './clean-evidence.ts';
import { seriesOf } from './evidence-of.ts';
import { sameName } from './names.ts';

/** Fewer points than this show no usual range. */
const ENOUGH = 20;
/** Complaints that come this often are more than what every system says now and then. */
const OFTEN = 3;

type Measured = { metric: string; service: string; number: number };

/** The metric that the alert is about, where it was measured for the alert's own service; null where it was not. */
export function measuredMetric({ alerts, evidence }: DetectorInput): Measured | null {
  for (const { service, labels } of alerts) {
    const wanted = labels.metric;
    if (!service || !wanted) continue;
    for (const { data, evidence: item, number } of seriesOf(evidence)) {
      const own = data.series.some(({ labels: told, points }) => {
        const of = serviceIn(told) ?? (typeof item.query.service === 'string' ? item.query.service : '');
        return sameName(of, service) && points.length >= ENOUGH;
      });
      if (own && data.metric === wanted) return { metric: wanted, service, number };
    }
  }
  return null;
}

/**
 * Proof that the very metric that the alert is about stays where it usually is: no metric of its service left its level for good, and
 * nobody began to complain again and again. Null where it was not measured or anything speaks against it.
 */
export function usualMetric(input: DetectorInput): Proof | null {
  const measured = measuredMetric(input);
  if (!measured) return null;
  const moved = metricShifts(input).some(({ service }) => sameName(service, measured.service));
  const complaints = Map.groupBy(problemLines(input), ({ service, template }) => `${service} ${template}`);
  if (moved || [...complaints.values()].some((lines) => lines.length >= OFTEN)) return null;
  return {
    statement: `${measured.metric} of ${measured.service} stays within what is usual, and so do its other metrics`,
    evidence: [measured.number],
  };
}
