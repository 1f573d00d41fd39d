import type { Evidence } from '../../shared/report.ts';
import { seriesOf } from '../detectors/support/evidence-of.ts';
import { type PlannedStep, questionKey } from './question.ts';

const DAY_MS = 24 * 60 * 60_000;
/** Yesterday tells what comes every day, a week ago what comes on this day of the week; both together that it does come again. */
const EARLIER = [
  { days: 1, words: 'a day before' },
  { days: 7, words: 'a week before' },
];
/** Of so many series questions of one investigation earlier days are asked as well. */
const MOST_QUESTIONS = 5;
/** Longer ranges show themselves what is usual, and would cost as much again twice. */
const LONGEST_MS = 6 * 60 * 60_000;
const SURVEY = 'metrics of the same time of earlier days';

/**
 * The metrics that were answered with the time before the trouble and the trouble in one range, asked again for the same time a day and a
 * week ago, for `changeOf` to compare with. Never more than ten questions in one investigation; a store that keeps less answers them
 * with nothing, which is no gap.
 */
export function earlierDays(
  evidence: Evidence[],
  facts: Record<string, string>,
  earlier: PlannedStep[],
): PlannedStep[] {
  const usualTo = Date.parse(facts.usualTo ?? '');
  const left = MOST_QUESTIONS - earlier.filter(({ survey }) => survey === SURVEY).length / EARLIER.length;
  const answered = seriesOf(evidence).filter(({ data }) => data.series.some(({ points }) => points.length > 1));
  return answered
    .map(({ evidence: item }) => item)
    .filter(({ from, to }) => Date.parse(from ?? '') < usualTo && Date.parse(to ?? '') > usualTo)
    .filter(({ from, to }) => Date.parse(to!) - Date.parse(from!) <= LONGEST_MS)
    .filter((item) => !wasAsked(item, earlier))
    .slice(0, Math.max(0, left))
    .flatMap((item) => EARLIER.map(({ days, words }) => askedBefore(item, days, words)));
}

function askedBefore({ capability, query, from, to }: Evidence, days: number, words: string): PlannedStep {
  const moved = (at: string) => new Date(Date.parse(at) - days * DAY_MS).toISOString();
  const name = String(query.metric ?? `request ${query.measure}`);
  return {
    capability: capability as PlannedStep['capability'],
    arguments: { ...query, from: moved(from!), to: moved(to!) },
    label: `${name} at the same time ${words}`,
    required: false,
    optional: true,
    survey: SURVEY,
  };
}

/** Both earlier days of a question are asked together or not at all. */
function wasAsked(item: Evidence, earlier: PlannedStep[]): boolean {
  const { capability, arguments: asked } = askedBefore(item, EARLIER[0]!.days, '');
  const key = questionKey(capability, asked);
  return earlier.some((step) => step.survey === SURVEY && questionKey(step.capability, step.arguments) === key);
}
