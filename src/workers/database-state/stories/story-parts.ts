import { quote } from '../../kubernetes-state/quote.ts';
import type { DatabaseEvent, DatabaseState, LoadedStatement, LoadProfile, Wait } from '../database-state.ts';
import type { SeriesProfile } from '../profile-series.ts';
import { shownStatement } from '../statement-shape.ts';
import type { Story } from '../story.ts';

const HOUR_MS = 3_600_000;

/** The events within the time of the metrics, or of the load where metrics are missing; without times all of them. */
export const currentEvents = (state: DatabaseState): DatabaseEvent[] =>
  state.events.filter((event) => isCurrent(state, event));

/** True for an event within the time of what was measured, or where either has no time. */
export function isCurrent({ series, profile }: DatabaseState, { at }: { at: string | null }): boolean {
  const measured = series.flatMap(({ points }) => points.flatMap((point) => point.at ?? []));
  const times = measured.length > 0 ? measured : (profile?.times ?? []);
  const ms = Date.parse(at ?? '');
  if (times.length === 0 || Number.isNaN(ms)) return true;
  const [from, to] = [Math.min(...times), Math.max(...times)];
  return ms >= from - HOUR_MS / 2 && ms <= to + HOUR_MS;
}

/** Words of those who suffer; names of metrics and of failovers are none. */
const SYMPTOM =
  /\b(?:slow\w*|latenc(?:y|ies)|p9\d|time[sd]? ?out|timeouts?|errors?|fail(?!s?[ -]?over|ed over)\w*|refus\w+|reject\w+|cannot|can't|unavailable|down|swaps?|swapping|stall\w*|hang\w*|cancel\w*|waits?|waiting|bloat\w*|saturat\w*|exhaust\w*|degrad\w*|overload\w*|running out|stale|impact\w*|response times?|(?:db|average) ?load|aas)\b/;

/** `no users wait for it`, `nobody saw errors`. */
const DENIED = /\b(?:no|nobody|no one|none|not|never|without|0)\b[^.,;:\n]{0,40}/gi;

/** `latency and error rate are as on other days`: what is as ever is no harm; what somebody sees, or compares with it, may be. */
const AS_EVER =
  /(?:(?!\b(?:above|below|over|under|than|what|more|less|higher|lower|worse|exceed\w*|not|but|while|although|until|when|is|are|was|were|sees?|gets?|reports?|returns?|rises?|rose|cannot|fail\w*|refus\w*|reject\w*|drop\w*|hang\w*|stall\w*|time[sd]? out)\b)[^.,;:\n]){0,120}\b(?:is|are|was|were|stays?|stayed|remains?|remained|looks?|looked)(?: still| all| both)? (?:as (?:on other|on all|on every|every|usual|before|ever|always|any|they|it)\b|at (?:its|their|the) usual\b|unchanged|normal\b|flat\b|steady\b|unaffected|the same\b|within (?:its|their|the) (?:usual|normal|slo)\b)[^.,;:\n]{0,80}/gi;

/** The text of an alert without the harm that it denies. */
export const withoutDenials = (text: string): string => text.replace(AS_EVER, '').replace(DENIED, '');

/** True for the text of an alert (lower case) that tells of harm, and not only of a number. */
export const isFelt = (text: string): boolean => SYMPTOM.test(withoutDenials(text));

/** A setting that the server printed when it was asked, as a column (`show`) or as a row (`pg_settings`, `show variables`); null where it did not. */
export function settingOf({ rows }: DatabaseState, name: string): { value: string; evidence: number } | null {
  for (const { row, evidence } of rows) {
    const named = (row.name ?? row.variable_name) === name ? (row.setting ?? row.value) : undefined;
    const value = row[name] ?? named;
    if (value) return { value, evidence };
  }
  return null;
}

/** The evidence of some metrics. */
export const numbers = (...profiles: (SeriesProfile | null)[]): number[] =>
  profiles.flatMap((profile) => (profile ? [profile.series.evidence] : []));
/** The evidence of some events. */
export const cited = (events: DatabaseEvent[]): number[] => events.map(({ evidence }) => evidence);
/** True when a metric ends at least so many times as high as it began. */
export const rose = (profile: SeriesProfile | null, ratio: number): profile is SeriesProfile =>
  profile !== null && profile.ratio >= ratio && profile.after > profile.before;
/** The first events as quotes in their order. */
export const eventText = (events: DatabaseEvent[], most: number, length: number): string =>
  events
    .slice(0, most)
    .map(({ message }) => quote(message, length))
    .join(', then ');

/** The share of a wait (by prefix of its name) in all load. */
export function shareOf(profile: LoadProfile | null, pattern: RegExp): number {
  const total = profile?.waits.reduce((sum, { load }) => sum + load, 0) ?? 0;
  const own = profile?.waits.filter(({ name }) => pattern.test(name)).reduce((sum, { load }) => sum + load, 0) ?? 0;
  return total > 0 ? own / total : 0;
}

/** Waits for locks as PostgreSQL, MySQL, SQL Server and Oracle call them. */
export const LOCK_WAITS = /^Lock:|row_lock|metadata_lock|lock\/table|^LCK_|^enq: T[XM]/;

/** The names of the heaviest waits. */
export const waitNames = (waits: Wait[], most: number): string =>
  waits
    .filter(({ load }) => load > 0)
    .slice(0, most)
    .map(({ name }) => name)
    .join(', ');

/** The statement that bears most of the load, with its share. */
export function heaviest(profile: LoadProfile | null): (LoadedStatement & { share: number }) | null {
  const sorted = (profile?.statements ?? []).toSorted((left, right) => right.load - left.load);
  const total = sorted.reduce((sum, { load }) => sum + load, 0);
  const top = sorted[0];
  return top && total > 0 ? { ...top, share: top.load / total } : null;
}

/** The heaviest statement as a clause. */
export const topText = (top: { statement: string; waits: Wait[] } | null): string =>
  top
    ? `; the heaviest statement is ${quote(shownStatement(top.statement), 150)}${top.waits.length > 0 ? ` waiting on ${waitNames(top.waits, 3)}` : ''}`
    : '';

/** A call that works this long itself does not find its rows by an index, s. */
const LONG_CALL = 1;

/** True where each call of a statement works for seconds: load is the time at work in each second. */
export const worksForSeconds = ({ load, callsPerSecond }: Pick<LoadedStatement, 'load' | 'callsPerSecond'>): boolean =>
  callsPerSecond !== null && callsPerSecond > 0 && load / callsPerSecond >= LONG_CALL;

/** Stories leave the actions to the detector. */
export const noActions: Story['actions'] = [];
