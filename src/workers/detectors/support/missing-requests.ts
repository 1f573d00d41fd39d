import { plain } from '../../localisation/symptoms/metric-changes.ts';
import { incidentWindow } from '../../localisation/telemetry/incident-window.ts';
import { clarityOfChange } from '../../localisation/telemetry/level-change.ts';
import { metricKind } from '../../localisation/telemetry/metric-kind.ts';
import { readSeries } from '../../localisation/telemetry/read-series.ts';
import { changeOf } from '../../localisation/telemetry/seasonal-change.ts';
import type { DetectorInput } from '../detector.ts';
import { sameName } from './names.ts';

export type MissingRequests = { service: string; statement: string; onset: number | null; evidence: number[] };

/** A loss that the ups and downs of earlier days hardly allow. */
const LEAST_CLARITY = 0.5;

/**
 * The rush that comes to the alert's service at this time of earlier days, and not today: next to the hour before it looks like an
 * ordinary hour. Null where earlier days are not known or nothing is missing.
 */
export function missingRequests(input: DetectorInput): MissingRequests | null {
  const { service } = input.facts;
  if (!service) return null;
  const window = incidentWindow(input);
  const own = readSeries(input, window).filter(
    ({ metric, component }) => metricKind(metric) === 'traffic' && sameName(component?.service ?? '', service),
  );
  for (const series of own) {
    const change = changeOf(series, window.alertAt);
    if (change?.period === undefined || clarityOfChange(change, change.below, change.before) < LEAST_CLARITY) continue;
    const statement =
      `${series.metric} of ${service} is ${plain(change.during)}, and was ${plain(change.before)} at the same time of earlier ` +
      'periods (medians): requests that come then do not come now.';
    return { service, statement, onset: change.onset, evidence: series.evidence };
  }
  return null;
}
