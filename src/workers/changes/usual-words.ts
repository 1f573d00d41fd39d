import { evidenceOf, seriesOf } from '../detectors/support/evidence-of.ts';
import type { LocalisationInput } from '../localisation/localise.ts';
import { serviceIn } from '../localisation/telemetry/component.ts';
import type { MetricShift } from './metric-shifts.ts';
import { alertTime, usualUntil } from './problem-lines.ts';
import { tellingWords } from './words.ts';

const MOST_LINES = 5000;
/** What a message says stands at its beginning. */
const MAX_BODY = 400;

/**
 * The words in which a system always speaks: of the lines that were written before the trouble, and of the names of metrics that stayed at
 * their level. A change of a service is written in the same words, whatever it does.
 */
export function usualWords(input: LocalisationInput, shifts: MetricShift[]): Set<string> {
  const texts = [...usualLines(input), ...steadyMetrics(input, shifts)];
  return new Set([...new Set(texts)].flatMap((text) => [...tellingWords(text).keys()]));
}

function usualLines(input: LocalisationInput): string[] {
  const rows = evidenceOf(input.evidence, 'logs.query')
    .flatMap(({ data }) => data.rows)
    .map(({ at, body }) => ({ at: Date.parse(at), body }))
    .filter(({ at }) => !Number.isNaN(at));
  const start = rows.reduce((first, { at }) => Math.min(first, at), Number.POSITIVE_INFINITY);
  const until = usualUntil(start, alertTime(input));
  return rows
    .filter(({ at }) => at < until)
    .slice(0, MOST_LINES)
    .map(({ body }) => body.slice(0, MAX_BODY));
}

function steadyMetrics({ evidence }: LocalisationInput, shifts: MetricShift[]): string[] {
  const moved = new Set(shifts.map(({ service, metric }) => `${service} ${metric}`));
  return seriesOf(evidence).flatMap(({ data }) =>
    data.series.some(({ labels }) => moved.has(`${serviceIn(labels)} ${data.metric}`)) ? [] : [data.metric],
  );
}
