import type { DetectorInput } from '../detectors/detector.ts';
import { DOUBT } from '../detectors/support/doubt.ts';
import { isFeltAsBefore, isStrained } from './calm-series.ts';
import { complains } from './complaints.ts';
import { diagnoseDatabase } from './diagnose-database.ts';
import { alarmedMetrics } from './harmless-readings.ts';
import { profileSeries, valueText } from './profile-series.ts';
import { currentEvents } from './stories/story-parts.ts';
import { VITAL } from './vital-metrics.ts';

/** The words of an alert about a database server. */
export const SPEAKS_OF_DATABASE =
  /\brds\w*|aurora|postgres\w*|mysql|databases?\b|\bdb\b|replica(?:tion)?[ -]lag|cloudwatch/i;

/** True for an alert about the very server that the metrics are of, in the words of somebody who watches it. */
export function concernsDatabase({ alerts, ...input }: DetectorInput): boolean {
  const { state, context } = diagnoseDatabase({ alerts, ...input });
  const names = [state.instance, ...state.series.map(({ entity }) => entity)].flatMap(
    (name) => name?.toLowerCase() ?? [],
  );
  const about = alerts.flatMap(({ service }) => service?.toLowerCase() ?? []);
  const named = names.some((name) => about.includes(name) || context.text.includes(name));
  return named && !complains(context.text);
}

/** What an alert may be about, and the metrics that would show it. */
const SHOWN_BY: readonly [about: RegExp, metric: RegExp][] = [
  [/\bstorage|disk (?:space|full|usage)|free ?space/i, /storage|volume|space|filesystem|disk.?(?:us|free|full)/i],
  [/memory|swap/i, /memory|swap/i],
  [/\bcpu\b|processor/i, /cpu|load/i],
  [/connections?\b/i, /connections|threads|backends|sessions/i],
  [/replica(?:tion)?[ -]?lag|\blag\b/i, /lag|replica|behind/i],
  [/transaction ?ids?\b|wraparound|usedtransactionids/i, /transaction.?ids?|xid/i],
  [/latency/i, /latency|time|duration/i],
];

/** True where the alert is about something of which no metric was seen: calm ones of something else prove nothing then. */
const isAboutUnseen = (text: string, series: readonly { metric: string }[]): boolean =>
  SHOWN_BY.some(([about, metric]) => about.test(text) && !series.some((one) => metric.test(one.metric)));

/** What shows that a database server is well: its vital metrics were seen and are calm; null where they are not. */
export function healthyDatabase(input: DetectorInput): { statement: string; evidence: number[] } | null {
  const { state, context, stories } = diagnoseDatabase(input);
  const vital = state.series
    .filter(({ metric }) => VITAL.some((name) => name === metric))
    .flatMap((series) => profileSeries(series) ?? []);
  const alarmed = alarmedMetrics(state, context.text);
  const looked = new Set(alarmed.map(({ profile }) => profile.series.metric));
  const all = state.series.flatMap((series) => profileSeries(series) ?? []);
  if (
    vital.length < 3 ||
    complains(context.text) ||
    alarmed.some(({ reading }) => reading === null) ||
    isAboutUnseen(context.text, state.series) ||
    isStrained(state, looked) ||
    !all.every(isFeltAsBefore) ||
    state.workload.length > 0 ||
    stories.some(({ score }) => score >= DOUBT)
  )
    return null;
  const readings = alarmed.flatMap(({ reading }) => reading || []);
  const shown = vital.slice(0, 4).map(({ series, last }) => `${series.metric} ${valueText(last, series.unit)}`);
  const old = state.events.length > currentEvents(state).length ? '; events of the past lie outside the window' : '';
  return {
    statement: `no failure: the metrics of the database server ${context.server} are within normal bounds (${shown.join(', ')})${readings.map((reading) => `; ${reading}`).join('')}${old}`,
    evidence: [
      ...new Set([
        ...[...vital, ...alarmed.map(({ profile }) => profile)].map(({ series }) => series.evidence),
        ...state.events.map(({ evidence }) => evidence),
        ...(state.profile ? [state.profile.evidence] : []),
      ]),
    ],
  };
}
