import { serviceIn } from '../../localisation/telemetry/component.ts';
import type { DetectorInput } from '../detector.ts';
import { seriesOf } from './evidence-of.ts';
import { sameName } from './names.ts';

/** Fewer points than this show no usual range. */
const ENOUGH = 20;

/** The evidence with series of a service that are long enough to show what is usual. */
export const seriesOfService = (evidence: DetectorInput['evidence'], service: string) =>
  seriesOf(evidence).filter(({ data, evidence: item }) =>
    data.series.some(({ labels, points }) => {
      const of = serviceIn(labels) ?? (typeof item.query.service === 'string' ? item.query.service : '');
      return sameName(of, service) && points.length >= ENOUGH;
    }),
  );
