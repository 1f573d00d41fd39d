import type { Evidence } from '../../shared/report.ts';
import { evidenceOf } from '../detectors/support/evidence-of.ts';
import type { Series } from '../localisation/telemetry/read-series.ts';

/** The series as their source told them, of the evidence that this one was read from. */
function asTold(evidence: Evidence[], { metric, evidence: numbers }: Series) {
  const cited = evidence.filter(({ number }) => numbers.includes(number));
  const answers = [...evidenceOf(cited, 'metrics.query'), ...evidenceOf(cited, 'requests.query')];
  return answers.filter(({ data }) => data.metric === metric).flatMap(({ data }) => data.series);
}

/** The unit that the source told for a series, null when it told none. */
export function unitTold(evidence: Evidence[], series: Series): string | null {
  return asTold(evidence, series).find(({ unit }) => unit)?.unit ?? null;
}

/** True when localisation reads a counter by its growth: then the values are not those of the source. */
export function isGrowth(evidence: Evidence[], series: Series): boolean {
  const [first] = series.points;
  if (!first) return false;
  const told = asTold(evidence, series).flatMap(({ points }) => points);
  return !told.some(([at, value]) => at === first[0] && value === first[1]);
}
