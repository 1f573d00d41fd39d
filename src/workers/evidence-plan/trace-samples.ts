import { TRACE_ID } from '../../shared/mcp/capability-schemas/telemetry-queries.ts';
import type { Evidence } from '../../shared/report.ts';
import { evidenceOf, type Known } from '../detectors/support/evidence-of.ts';
import type { PlannedStep } from './question.ts';

/** Whole traces per time; of each way to find them (failing, slowest, any) not more than its part. */
const MOST_TRACES = 45;
const MOST_OF_A_KIND = 15;
const MOST_SPANS = 1000;
/** A request may begin before its first span in the service that was asked about, and end after its last. */
const MARGIN_MS = 2 * 60_000;

/**
 * The whole traces of the requests that were sampled by their spans in one service: failing ones, slow ones and ordinary ones,
 * of the trouble and of the time before in the same mixture, so that both can be compared.
 */
export function traceSamples(evidence: Evidence[], facts: Record<string, string>): PlannedStep[] {
  const usualTo = Date.parse(facts.usualTo ?? '');
  const found = evidenceOf(evidence, 'traces.query').filter(({ evidence: item }) => !item.query.traceIds);
  const isBefore = ({ evidence: item }: Known<'traces.query'>) => Date.parse(item.to ?? '') <= usualTo;
  const isTrouble = ({ evidence: item }: Known<'traces.query'>) => item.from === facts.troubleFrom;
  return [
    ...wholeTraces(found.filter(isTrouble), 'whole traces of the trouble'),
    ...wholeTraces(found.filter(isBefore), 'whole traces from before the trouble'),
  ];
}

function wholeTraces(found: Known<'traces.query'>[], label: string): PlannedStep[] {
  const traceIds = chooseTraces(found);
  const starts = found.map(({ evidence }) => Date.parse(evidence.from ?? ''));
  const ends = found.map(({ evidence }) => Date.parse(evidence.to ?? ''));
  if (traceIds.length === 0 || [...starts, ...ends].some(Number.isNaN)) return [];
  const range = { from: iso(Math.min(...starts) - MARGIN_MS), to: iso(Math.max(...ends)) };
  return [{ capability: 'traces.query', arguments: { traceIds, ...range, limit: MOST_SPANS }, label, required: false }];
}

const iso = (ms: number) => new Date(ms).toISOString();

/** From every answer the first of its traces; plain samples fill up what is left. */
function chooseTraces(found: Known<'traces.query'>[]): string[] {
  const chosen = new Set<string>();
  const special = ({ evidence: { query } }: Known<'traces.query'>) =>
    Boolean(query.errorsOnly || query.order === 'slowest');
  const ordered = [...found.filter(special), ...found.filter((item) => !special(item))];
  for (const item of ordered) {
    const ids = [...new Set(item.data.spans.map(({ traceId }) => traceId))].filter((id) => TRACE_ID.test(id));
    for (const id of ids.slice(0, special(item) ? MOST_OF_A_KIND : MOST_TRACES)) {
      if (chosen.size < MOST_TRACES) chosen.add(id);
    }
  }
  return [...chosen].sort();
}
