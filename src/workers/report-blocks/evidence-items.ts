import type { EvidenceHead, Report } from '../../shared/report.ts';
import { bulletOf, type Item } from './part.ts';
import { line, run, section } from './slack-blocks.ts';

/** Arguments that say nothing to a reader: how much may come back, and what is asked for by default. */
const DULL = new Set(['limit', 'stepSeconds', 'spaceAggregation', 'timeAggregation', 'tailLines', 'from', 'to']);
/** How many numbers stand in the one line that lists what no claim rests on. */
const MOST_UNCITED = 40;

/** What each piece of evidence was asked with; what no claim rests on is only listed by number, in one line. */
export function evidenceItems(evidence: EvidenceHead[], report: Report): Item[] {
  const cited = citedIn(report);
  const shown = evidence.filter(({ number }) => cited.has(number));
  const others = evidence.filter(({ number }) => !cited.has(number));
  return [...shown.map(evidenceItem), ...(others.length > 0 ? [uncitedItem(others, shown.length > 0)] : [])];
}

function citedIn({ rootCause, hypotheses, timeline, metrics }: Report): Set<number> {
  return new Set([rootCause, ...hypotheses, ...timeline, ...metrics].flatMap(({ evidence }) => evidence));
}

function evidenceItem({ number, capability, query, from, to, hasMore }: EvidenceHead): Item {
  const asked = `${queryWords(query)}${rangeWords(from, to)}`;
  const cut = hasMore ? ' (not all: the source has more)' : '';
  return bulletOf(section(run(`[${number}] ${line(`${capability} ${asked}`, 300)}${cut}`)));
}

function uncitedItem(evidence: EvidenceHead[], besides: boolean): Item {
  const kinds = Map.groupBy(evidence.slice(0, MOST_UNCITED), ({ capability }) => capability);
  const names = [...kinds].map(
    ([capability, group]) => `${line(capability, 40)} ${group.map(({ number }) => `[${number}]`).join(' ')}`,
  );
  const more = evidence.length > MOST_UNCITED ? ` and ${evidence.length - MOST_UNCITED} more` : '';
  return bulletOf(section(run(line(`${besides ? 'Also looked at' : 'Looked at'}: ${names.join(', ')}${more}`, 1_200))));
}

/** `service=user-service severity=ERROR`, without what is dull; the API has the whole query. */
function queryWords(query: Record<string, unknown>): string {
  const words = Object.entries(query)
    .filter(([name, value]) => !DULL.has(name) && value !== false && !(Array.isArray(value) && value.length === 0))
    .map(([name, value]) => `${name}=${valueWords(value)}`);
  return words.join(' ') || '(no condition)';
}

/** Long lists (ids of traces) are told by their length. */
function valueWords(value: unknown): string {
  if (typeof value === 'string') return value;
  return Array.isArray(value) && value.length > 3 ? `(${value.length})` : JSON.stringify(value);
}

/** The time range by its times of day, with the day where it spans several; empty for a state without a range. */
function rangeWords(from: string | null, to: string | null): string {
  const [start, end] = [from, to].map((time) => (time === null ? Number.NaN : Date.parse(time)));
  if (start === undefined || end === undefined || Number.isNaN(start) || Number.isNaN(end)) return '';
  const [first, last] = [new Date(start).toISOString(), new Date(end).toISOString()];
  const sameDay = first.slice(0, 10) === last.slice(0, 10);
  const time = (iso: string) => (sameDay ? iso.slice(11, 19) : iso.slice(5, 19).replace('T', ' '));
  return `, ${time(first)}–${time(last)} UTC`;
}
