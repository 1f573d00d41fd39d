import type { DetectorInput } from '../detectors/detector.ts';
import { oneLine } from '../detectors/support/text.ts';

/** Alerts that fire as long as alerting works, by their usual names, in their own words; those that only silence others. */
const NAMES =
  /^\W*(?:\[\w+(?::\d+)?\]\s*)?(?:watchdog|dead\s?man'?s?\s?(?:switch|snitch)|info\s?inhibitor|heartbeat|always\s?firing)\b/i;
const MEANT =
  /\balways (?:be )?firing\b|\bmeant to (?:ensure|always)\b|\bfires? (?:always|all the time|constantly) (?:by design|on purpose)\b|entire alerting pipeline is functional|used to inhibit (?:info )?alerts/i;
/** It stopped, or did not come: then alerting itself is in trouble. */
const MISSED = /\b(?:missing|missed|absent|not (?:received|firing|seen)|no heartbeat|stopped|lost|failed|overdue)\b/i;

/**
 * What shows that nothing is wrong where an alert fires as long as alerting works (Prometheus' `Watchdog`, a dead man's switch): that it
 * came is its purpose. Null where any alert of the incident is another one, or where it is told to be missing.
 */
export function alwaysFiring({ alerts, evidence }: DetectorInput): { statement: string; evidence: number[] } | null {
  const [first] = alerts;
  if (!first || !alerts.every(({ title, description }) => isMeant(title, description))) return null;
  const told = `${first.title} ${first.description}`.match(MEANT)?.[0];
  return {
    statement: `the alert "${oneLine(first.title, 60)}" fires as long as alerting works${told ? `, as it says ("${oneLine(told, 60)}")` : ''}, and that it came shows that it does`,
    evidence: evidence.map(({ number }) => number).slice(0, 3),
  };
}

const isMeant = (title: string, description: string): boolean =>
  NAMES.test(title) && MEANT.test(`${title}\n${description}`) && !MISSED.test(`${title}\n${description}`);
