import type { Evidence } from '../../../shared/report.ts';
import { sortedJson } from '../../../shared/sorted-json.ts';
import { oncePer } from '../../detectors/support/once-per.ts';
import type { LocalisationInput } from '../localise.ts';

/** How surely something that happened at a time belongs to the incident. */
export type Side = 'before' | 'unsure' | 'during';

/** All times in epoch ms. */
export type IncidentWindow = {
  /** The first firing. */
  alertAt: number;
  /** True for evidence of a question that was asked for a later time as well: it shows how it was before. */
  isBaseline(evidence: Evidence): boolean;
  /** True for a baseline that shows the very same hours of an earlier day: how it is at that time of the day. */
  isEarlierDay(evidence: Evidence): boolean;
  /** Where a row of some evidence belongs. */
  sideOf(at: number, evidence: Evidence): Side;
};

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** A rule looks at a minute at least, so what happened in the minute before it fired is the trouble itself. */
const SURELY_DURING_MS = MINUTE_MS;
/** Rules rarely wait for longer than this: what is older is from before the trouble. */
const SURELY_BEFORE_MS = 15 * MINUTE_MS;

/** What of the evidence shows the trouble, and what shows how it was before. */
export function incidentWindow({ alerts, evidence, now }: LocalisationInput): IncidentWindow {
  const starts = alerts.map(({ startsAt }) => Date.parse(startsAt ?? '')).filter((ms) => ms <= now.getTime());
  const alertAt = starts.length > 0 ? Math.min(...starts) : now.getTime();
  const latest = latestByQuestion(evidence);
  const baselines = new Set(
    evidence.filter((item) => {
      const last = latest.get(questionOf(item));
      return last !== undefined && last !== item && endOf(item) <= Math.min(startOf(last), alertAt);
    }),
  );
  const isBaseline = (item: Evidence) => baselines.has(item);
  return {
    alertAt,
    isBaseline,
    isEarlierDay: (item) => isBaseline(item) && isDaysBefore(item, latest.get(questionOf(item))!),
    sideOf(at, item) {
      if (isBaseline(item) || at < alertAt - SURELY_BEFORE_MS) return 'before';
      const end = Number.isNaN(endOf(item)) ? alertAt : Math.min(alertAt, endOf(item));
      return at >= end - SURELY_DURING_MS ? 'during' : 'unsure';
    },
  };
}

const startOf = ({ from }: Evidence) => Date.parse(from ?? '');
const endOf = ({ to }: Evidence) => Date.parse(to ?? '');

function isDaysBefore(item: Evidence, later: Evidence): boolean {
  const [apart, apartAtEnd] = [startOf(later) - startOf(item), endOf(later) - endOf(item)];
  return apart >= DAY_MS && apart % DAY_MS === 0 && apart === apartAtEnd;
}

/** What evidence was asked for: the same question has the same arguments apart from the time range. */
export const questionOf = oncePer(({ capability, query }: Evidence) => {
  const { from: _from, to: _to, ...rest } = query;
  return `${capability} ${sortedJson(rest)}`;
});

function latestByQuestion(evidence: Evidence[]): Map<string, Evidence> {
  const latest = new Map<string, Evidence>();
  for (const item of evidence) {
    const known = latest.get(questionOf(item));
    if (!known || endOf(item) > endOf(known)) latest.set(questionOf(item), item);
  }
  return latest;
}
