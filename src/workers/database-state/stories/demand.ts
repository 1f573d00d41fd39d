import type { DatabaseState } from '../database-state.ts';
import { metricOf, type SeriesProfile } from '../profile-series.ts';
import { rose } from './story-parts.ts';

/** What servers count of the work that is asked of them, as CloudWatch and the common exporters call it. */
export const ASKED_FOR = [
  ...['Queries', 'Questions', 'SelectThroughput', 'DMLThroughput', 'CommitThroughput', 'NumberOfRequests'],
  ...['GetTypeCmds', 'SetTypeCmds', 'OpcountersQuery', 'OpcountersCommand', 'xact_commit', 'tup_fetched', 'Com_select'],
];
/** More work by this factor is more load; so is what rose by at least half as much as the processor did. */
const [MORE, OF_CPU] = [1.5, 0.5];

/** The count of requests that rose as the processor's use did; null where none did, or nobody counted. */
export function demand(state: DatabaseState, used: SeriesProfile): SeriesProfile | null {
  const asked = ASKED_FOR.flatMap((metric) => metricOf(state, metric) ?? []).filter((one) => rose(one, MORE));
  return asked.find(({ ratio }) => ratio >= OF_CPU * used.ratio) ?? null;
}
