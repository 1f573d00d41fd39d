import type { DetectorInput } from '../detectors/detector.ts';
import { diagnoseDatabase } from './diagnose-database.ts';
import { profileSeries, valueText } from './profile-series.ts';
import { VITAL } from './stories/index.ts';
import { currentEvents } from './stories/story-parts.ts';

/** The words of an alert about a database server. */
export const SPEAKS_OF_DATABASE =
  /\brds\w*|aurora|postgres\w*|mysql|databases?\b|\bdb\b|replica(?:tion)?[ -]lag|cloudwatch/i;

const DOUBT = 0.35;

/** What shows that a database server is well: its vital metrics were seen and are calm; null where they are not. */
export function healthyDatabase(input: DetectorInput): { statement: string; evidence: number[] } | null {
  const { state, context, stories } = diagnoseDatabase(input);
  const vital = state.series
    .filter(({ metric }) => VITAL.some((name) => name === metric))
    .flatMap((series) => profileSeries(series) ?? []);
  if (vital.length < 3 || state.workload.length > 0 || stories.some(({ score }) => score >= DOUBT)) return null;
  const shown = vital.slice(0, 4).map(({ series, last }) => `${series.metric} ${valueText(last, series.unit)}`);
  const old = state.events.length > currentEvents(state).length ? '; events of the past lie outside the window' : '';
  return {
    statement: `no failure: the metrics of the database server ${context.server} are within normal bounds (${shown.join(', ')})${old}`,
    evidence: [
      ...new Set([
        ...vital.map(({ series }) => series.evidence),
        ...state.events.map(({ evidence }) => evidence),
        ...(state.profile ? [state.profile.evidence] : []),
      ]),
    ],
  };
}
