import { liveChanges } from '../../changes/live-changes.ts';
import { alertTime } from '../../changes/problem-lines.ts';
import { wordsOf } from '../../localisation/telemetry/metric-kind.ts';
import type { DetectorInput } from '../detector.ts';
import type { Proof } from './clean-evidence.ts';
import { withoutComparison } from './compared-names.ts';
import { coursesOf } from './courses.ts';
import { evidenceOf } from './evidence-of.ts';
import { sameName } from './names.ts';
import { oneLine } from './text.ts';
import { unfelt } from './unfelt.ts';
import { measuredMetric } from './usual-metric.ts';

/** What a system says of a day on which less is done; connections, files and tickets are closed, too. */
const CLOSED =
  /\bholidays?\b[^\n]{0,60}\b(?:today|closed)\b|\b(?:today|closed)\b[^\n]{0,60}\bholidays?\b|\bclosed (?:today|all day|for the day|for stock ?taking|on (?:sun|mon|tues|wednes|thurs|fri|satur)day)\b|\bclosed \([^)\n]{0,40}\b(?:day|monday|friday|saturday|sunday|eve|easter|christmas|new year|festival|weekend|vacation|stock ?taking)\b|\bnot an? (?:trading|business|working|banking|school|delivery|opening) day\b|\bno(?:n|t)?[- ](?:trading|business|working|banking|school) day\b|\bout of season\b/i;
/** What keeps calendars: whoever changed it may have closed what is open. */
const OF_CALENDAR = /calendar|holiday|opening|(?:trading|business|working|session)[ _-]?(?:hours?|days?)|schedule/i;

/**
 * Proof that less than at the same time of another day is right: the system's own calendar says that (part of) what it serves is closed today, the
 * measure itself never left its level, nothing else moved, and nobody feels anything. We keep no calendar ourselves: who is silent about it proves nothing.
 */
export function closedToday(input: DetectorInput): Proof | null {
  const measured = measuredMetric(input);
  const words = measured ? wordsOf(measured.metric) : '';
  const plain = withoutComparison(words);
  if (!measured || plain === words || plain === '') return null;
  const { service, metric } = measured;
  const courses = coursesOf(input);
  const itself = courses.filter((one) => sameName(one.service, service) && wordsOf(one.metric) === plain);
  const others = courses.filter((one) => one.metric !== metric && one.left !== null);
  const told = calendar(input);
  const felt = unfelt(input, { service, metric });
  const [first] = itself;
  if (!first || others.length > 0 || !told || !felt) return null;
  return {
    statement: `${service} does as much as in the hour before (${first.metric} ${first.later.at(-1)?.[1]}), and less than on another day since something is closed today by the system's own calendar ("${oneLine(told.body, 160)}"); its requests take as long and fail as seldom as before`,
    evidence: [...new Set([first.evidence, told.number, ...felt])],
  };
}

/** A line that told before the alert what is closed, where nobody changed what tells it. */
function calendar(input: DetectorInput): { body: string; number: number } | null {
  const alertAt = alertTime(input);
  for (const { number, data } of evidenceOf(input.evidence, 'logs.query')) {
    const row = data.rows.find(
      ({ at, severity, body }) =>
        CLOSED.test(body) && !/warn|err|crit|fatal/i.test(severity ?? '') && Date.parse(at) <= alertAt,
    );
    const changed = liveChanges(input.evidence).some(
      ({ change: { title, detail, files }, services }) =>
        OF_CALENDAR.test([title, detail, ...files].join('\n')) ||
        services.some((one) => row?.service && sameName(one, row.service)),
    );
    if (row && !changed) return { body: row.body, number };
  }
  return null;
}
