import { seriesOf } from '../detectors/support/evidence-of.ts';
import type { LocalisationInput } from '../localisation/localise.ts';
import { median } from '../localisation/statistics/robust.ts';
import { serviceIn } from '../localisation/telemetry/component.ts';
import { LEAK_SHOWS } from './harms/left-before-release.ts';
import { usualBand } from './metric-shifts.ts';

/** What a service has open of what there is only so much of, over time. */
export type OpenSeries = { service: string; metric: string; points: [number, number][]; evidence: number };

/** The series of connections, descriptors and the like, of all services. */
export const openSeries = ({ evidence }: LocalisationInput): OpenSeries[] =>
  seriesOf(evidence).flatMap(({ data, evidence: { query }, number }) =>
    !LEAK_SHOWS.test(data.metric)
      ? []
      : data.series.flatMap(({ labels, points }) => {
          const service = serviceIn(labels) ?? (typeof query.service === 'string' ? query.service : null);
          return service === null ? [] : [{ service, metric: data.metric, points, evidence: number }];
        }),
  );

const LEAST_BEFORE = 3;
const PARTS = 4;
/** What was on its way before climbs no steeper now by so much. */
const STEEPER = 10;

/** True for a series that was level before `from` and climbs all the time from then to `until` (epoch ms), however slowly. */
export function climbsSince({ points }: OpenSeries, from: number, until: number): boolean {
  const valid = points.filter(([at, value]) => Number.isFinite(value) && at <= until).sort(([a], [b]) => a - b);
  const usual = valid.filter(([at]) => at < from).map(([, value]) => value);
  const later = valid.filter(([at]) => at >= from).map(([, value]) => value);
  if (usual.length < LEAST_BEFORE || later.length < PARTS * LEAST_BEFORE) return false;
  const { before, bound } = usualBand(usual);
  const parts = Array.from({ length: PARTS }, (_, part) =>
    median(later.slice((part * later.length) / PARTS, ((part + 1) * later.length) / PARTS)),
  );
  const half = Math.floor(usual.length / 2);
  const wentBefore = Math.abs(median(usual.slice(half)) - median(usual.slice(0, half)));
  // What has come to its limit climbs no more.
  const climbs = parts.every((level, index) => index === 0 || level > parts[index - 1]! || level === parts.at(-1));
  const rise = parts.at(-1)! - before;
  return climbs && parts[0]! > before && parts[1]! < parts.at(-1)! && rise > bound && rise > STEEPER * wentBefore;
}
