import { evidenceOf, seriesOf } from '../../detectors/support/evidence-of.ts';
import type { LocalisationInput } from '../localise.ts';
import { serviceIn } from './component.ts';

/** Every service that telemetry was had of, whether or not it deviates: of those that look fine, too, it is known that they do. */
export function servicesSeen({ evidence }: LocalisationInput): Set<string> {
  const asked = (query: Record<string, unknown>) => (typeof query.service === 'string' ? query.service : null);
  const names = [
    ...seriesOf(evidence).flatMap(({ data, evidence: item }) =>
      data.series.map(({ labels }) => serviceIn(labels) ?? asked(item.query)),
    ),
    ...evidenceOf(evidence, 'traces.query').flatMap(({ data }) => data.spans.map(({ service }) => service)),
    ...evidenceOf(evidence, 'logs.query').flatMap(({ data }) => data.rows.map(({ service }) => service)),
  ];
  return new Set(names.filter((name) => name !== null));
}
