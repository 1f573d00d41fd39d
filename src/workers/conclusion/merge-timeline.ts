import type { Alert } from '../../shared/alert.ts';
import type { Finding, TimelineEntry } from '../../shared/report.ts';
import { oneLine } from '../detectors/support/text.ts';
import { firstOfEach } from './first-of-each.ts';

const MOST_ENTRIES = 20;
const MOST_STARTS = 5;

/** The starts of the first alerts, each title once, and what the findings saw, in time; the middle is left out where there is too much. */
export function mergeTimeline(alerts: Alert[], findings: Finding[]): TimelineEntry[] {
  const starts = firstOfEach(alerts, ({ title }) => title).flatMap(({ startsAt, title }) => {
    const ms = Date.parse(startsAt ?? '');
    return Number.isNaN(ms)
      ? []
      : [{ at: new Date(ms).toISOString(), what: `Alert: ${oneLine(title, 120)}`, evidence: [] }];
  });
  starts.sort((left, right) => Date.parse(left.at) - Date.parse(right.at)).splice(MOST_STARTS);
  const seen = findings.flatMap(({ timeline }) => timeline).slice(0, MOST_ENTRIES - starts.length);
  const entries = firstOfEach([...starts, ...seen], ({ at, what }) => `${at} ${what}`);
  return entries.sort((left, right) => Date.parse(left.at) - Date.parse(right.at));
}
