import type { Evidence } from '../../shared/report.ts';
import { formOf } from '../kubernetes-state/build-state.ts';
import { isRecord, type Raw } from '../kubernetes-state/raw.ts';

const MAX_TEXT = 2_000_000;

/** The command line of a cloud, whose answers are those of its interface. */
const CLOUD = /^(?:sudo\s+)?aws\s/;

/** The bodies that a cloud's interface answered: recorded as snapshots, or printed as JSON by its command line. */
export function cloudBodies(evidence: Evidence[]): { number: number; body: Raw }[] {
  const recorded = formOf(evidence, 'snapshot.json').map(({ number, data }) => ({ number, body: data.body }));
  const printed = formOf(evidence, 'command.output')
    .filter(({ data }) => CLOUD.test(data.command) && data.output.length <= MAX_TEXT)
    .map(({ number, data }) => ({ number, body: parsed(data.output) }));
  return [...recorded, ...printed].flatMap(({ number, body }) => (isRecord(body) ? [{ number, body }] : []));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
