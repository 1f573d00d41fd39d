import { round } from '../detectors/support/text.ts';
import { metricKind, wordsOf } from '../localisation/telemetry/metric-kind.ts';
import { floodSigns, isOfTries } from './flood.ts';
import type { IncidentPicture } from './incident-picture.ts';
import type { MetricShift } from './metric-shifts.ts';
import type { OperationalCause } from './operational-cause.ts';
import { isMoreWork } from './served-demand.ts';

const TIMES_MORE = 2;
/** Of ever more requests those that came so long before the trouble were served. */
const SOON_MS = 15 * 60_000;

/** What a service asks others for, as opposed to what it is asked for. */
const OUTBOUND = /outbound|egress|client|outgoing|calls_made|downstream/i;

/** Calls for each of what is asked: the more there are, the more a caller does by itself. */
const PER_PIECE =
  /\b(?:calls|requests|queries|fetches)\b.*\bper (?:page|view|visit|session|user|request|call|job|message|order|run)\b/;

/** True where a caller makes many times the calls it made, in all or for each of what it is asked. */
export const asksMore = ({ metric, before, since }: MetricShift): boolean =>
  since > TIMES_MORE * before &&
  (PER_PIECE.test(wordsOf(metric)) || (OUTBOUND.test(metric) && metricKind(metric) === 'traffic'));

/** True where a service does many times the work that it did, which is not counted by what it is asked. */
export const doesMore = (shift: MetricShift): boolean =>
  metricKind(shift.metric) === 'other' && isMoreWork(shift) && shift.since > TIMES_MORE * shift.before;

/** A caller that asks for many times more than before while it is itself asked for no more does it by itself: retries, loops. */
function multiplies(shift: MetricShift, shifts: MetricShift[], first: string | null): boolean {
  const { service, metric } = shift;
  if (service === first || !asksMore(shift)) return false;
  if (PER_PIECE.test(wordsOf(metric))) return true;
  const asked = shifts.filter(
    (one) => one.service === service && metricKind(one.metric) === 'traffic' && !OUTBOUND.test(one.metric),
  );
  return !asked.some((one) => one.since > TIMES_MORE * one.before);
}

const HITS = /\b(?:cache )?hits? (?:ratio|rate|share|percent|pct)\b/;
const MISSES = /\bcache miss(?:es)?\b|\bmiss(?:es)? (?:ratio|rate|share|per)\b/;
/** True where a cache hardly finds anything any more: who has it asks what is behind it for everything, however much it is asked itself. */
export const losesHits = ({ metric, before, since }: MetricShift): boolean =>
  (HITS.test(wordsOf(metric)) && TIMES_MORE * since < before) ||
  (MISSES.test(wordsOf(metric)) && since > TIMES_MORE * before);
const losesCache = (shift: MetricShift, first: string | null): boolean => shift.service !== first && losesHits(shift);

/** Not what each request takes, of calls or of time. */
const isAsked = ({ service, metric }: Measured) =>
  (metricKind(metric) === 'traffic' || isOfTries({ service, metric })) &&
  !/\bper (?:request|call)\b|\bp(?:50|75|9\d|99\d) |\b(?:ms|millis\w*|seconds)$/.test(wordsOf(metric));

/** True for a metric of what others ask of a service, as opposed to what it asks of others. */
export const isAskedFor = (one: Measured): boolean => isAsked(one) && !OUTBOUND.test(one.metric);
type Measured = Pick<MetricShift, 'service' | 'metric'>;

/** True where one of some services is itself asked for many times what it was asked for before. */
export const areAskedForMore = (services: readonly string[], shifts: MetricShift[]): boolean =>
  shifts.some((one) => services.includes(one.service) && isAskedFor(one) && one.since > TIMES_MORE * one.before);

/** The first failing service gets many times the requests it used to; that explains nothing where it serves them as well as before. */
export function demandSurge(
  { shifts, onset, meetsDemand, problems }: IncidentPicture,
  first: string | null,
): OperationalCause | null {
  if (meetsDemand) return null;
  const surge = shifts.find(
    (shift) =>
      shift.service === first &&
      isAskedFor(shift) &&
      shift.since > TIMES_MORE * shift.before &&
      shift.at <= onset + shift.step &&
      (shift.sudden || onset - shift.at <= SOON_MS),
  );
  if (!surge || shifts.some((shift) => multiplies(shift, shifts, first) || losesCache(shift, first))) return null;
  const { metric, before, since, service, evidence } = surge;
  const flood = floodSigns(surge, shifts, problems);
  if (!flood) return null;
  const statement = `${service} gets many more requests: ${metric} went from ${round(before)} to ${round(since)} (medians)${flood.map(({ told }) => `; ${told}`).join('')}`;
  const cited = [...new Set([evidence, ...flood.map((one) => one.evidence)])].sort((a, b) => a - b);
  return { kind: 'demand', class: 'resource', statement, service, evidence: cited };
}

const WORK =
  /\b(?:jobs?|messages?|tasks?|records?|items?|documents?|e?mails?|files?|orders?|batches)\b.*\b(?:done|processed|completed|finished|consumed|handled|sent)\b|\b(?:processed|consumed|completed)\b/;
const WAITS = /\b(?:depth|backlog|lag|queued?|waiting|pending|age|unacked|inflight|in flight)\b/;
const MORE = 1.5;

/** A worker does more than it ever did, each piece takes as long as before, and yet what waits for it grows: there is more to do. */
export function moreWork({ shifts, onset, asker }: IncidentPicture): OperationalCause | null {
  const works = shifts.find(
    ({ metric, before, since, at, step }) =>
      before > 0 && since > MORE * before && at <= onset + step && WORK.test(wordsOf(metric)),
  );
  if (!works) return null;
  const waits = shifts.find(
    ({ metric, before, since }) =>
      since > TIMES_MORE * Math.max(before, Number.MIN_VALUE) && WAITS.test(wordsOf(metric)),
  );
  const isSlower = shifts.some(
    ({ service, metric }) => service === works.service && ['latency', 'failures'].includes(metricKind(metric)),
  );
  if (!waits || isSlower) return null;
  const { service, metric, before, since } = works;
  const told = asker ? `; since then ${asker.who} stands out: "${asker.said}"` : '';
  const statement = `${service} has a surge of work: ${metric} went from ${round(before)} to ${round(since)} (medians), no piece of it takes longer than before, and ${waits.metric} of ${waits.service} grows${told}`;
  const evidence = [works, waits, ...(asker ? [asker] : [])].map((one) => one.evidence);
  return {
    kind: 'demand',
    class: 'resource',
    statement,
    service,
    waitsAt: waits.service,
    evidence: [...new Set(evidence)].sort((a, b) => a - b),
  };
}
