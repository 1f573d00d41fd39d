import { metricShifts } from '../../changes/metric-shifts.ts';
import { problemLines } from '../../changes/problem-lines.ts';
import { type MetricKind, metricKind } from '../../localisation/telemetry/metric-kind.ts';
import type { DetectorInput } from '../detector.ts';
import type { Proof } from './clean-evidence.ts';
import { evidenceOf } from './evidence-of.ts';
import { isNamedHoliday } from './holidays.ts';
import { sameName } from './names.ts';
import { oneLine } from './text.ts';
import { answersMeasured, measuredMetric, OFTEN } from './usual-metric.ts';

/** Numbers of what people and partners do, of which there is less where they have a day off. */
const DEMAND: readonly MetricKind[] = ['traffic', 'other', 'cpu'];
/** Numbers that have to stay what they are on every day of the year. */
const NOT_DEMAND = /(?:^|_)(?:up|ready|connected|available|healthy|alive|replicas|success\w*|valid|free|left)(?:_|$)/i;
/** Programs that say of somebody outside that he does not work today. */
const CLOSED = /\bclosed\b|\bholiday|\bnon-?trading\b|\bno (?:trading|business|delivery|service)\b|\bday off\b/i;
/** Whoever changed what the programs take for a holiday may have erred. */
const OF_CALENDARS = /calendar|holiday|time.?zone|(?:opening|trading|business).?(?:hours|days)/i;

/**
 * Proof that there is less to do because of a holiday: a program says so by the holiday's name, the calendar confirms the day, nobody changed
 * calendars, and what there is left to do is answered as fast and as well as before. Null where anything of this is not known.
 */
export function fewerOnHolidays(input: DetectorInput): Proof | null {
  const measured = measuredMetric(input);
  if (!measured || NOT_DEMAND.test(measured.metric)) return null;
  const { service, metric } = measured;
  const moved = metricShifts(input).filter((shift) => sameName(shift.service, service));
  const fell = moved.every(
    (shift) =>
      shift.since < shift.before && DEMAND.includes(metricKind(shift.metric)) && !NOT_DEMAND.test(shift.metric),
  );
  if (moved.length === 0 || !fell || complainsOften(input) || calendarsChanged(input)) return null;
  const said = saidOfHoliday(input);
  const answers = answersMeasured(input, service);
  return said && answers
    ? {
        statement: `there is less for ${service} to do (${metric}) because of a holiday ("${oneLine(said.body, 160)}"), and it answers as fast and as well as before`,
        evidence: [...new Set([said.number, measured.number, ...answers])],
      }
    : null;
}

const complainsOften = (input: DetectorInput): boolean =>
  [...Map.groupBy(problemLines(input), ({ service, template }) => `${service} ${template}`).values()].some(
    (lines) => lines.length >= OFTEN,
  );

const calendarsChanged = ({ evidence }: DetectorInput): boolean =>
  evidenceOf(evidence, 'changes.list').some(({ data }) =>
    data.changes.some((change) => OF_CALENDARS.test(JSON.stringify(change).slice(0, 20_000))),
  );

function saidOfHoliday({ evidence }: DetectorInput): { body: string; number: number } | null {
  for (const { data, number } of evidenceOf(evidence, 'logs.query')) {
    const row = data.rows.find(
      ({ body, at }) => CLOSED.test(body.slice(0, 2000)) && isNamedHoliday(body, Date.parse(at)),
    );
    if (row) return { body: row.body, number };
  }
  return null;
}
