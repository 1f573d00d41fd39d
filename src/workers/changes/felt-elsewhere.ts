import { round } from '../detectors/support/text.ts';
import { metricKind, wordsOf } from '../localisation/telemetry/metric-kind.ts';
import type { ChangeEffect } from './change-effect.ts';
import { asksMore, doesMore, isAskedFor, losesHits } from './demand.ts';
import type { Consequence } from './harms/harm.ts';
import { LEAK_SHOWS } from './harms/left-before-release.ts';
import type { IncidentPicture } from './incident-picture.ts';
import type { LiveChange } from './live-changes.ts';
import type { MetricShift } from './metric-shifts.ts';
import type { PlaceFit } from './place-fit.ts';
import { refusalOf } from './refusals.ts';

/** A change that runs in one service, the harms of it that show, and the incident in which another service may have been noticed first. */
type Felt = { live: LiveChange; shown: Consequence[]; first: string; picture: IncidentPicture };

/** True for what others feel by what is asked of them, taken from them or given to them: who does it may do well. */
export const actsOnOthers = ({ consequences }: ChangeEffect): boolean =>
  consequences.some((one) => one.feltByAsked || one.refusedByAsked || one.holdsOthers || one.shortensAnswers);

type Seen = Pick<PlaceFit, 'why' | 'evidence' | 'by'>;

/** Why the service where the trouble was noticed first feels what a change does in another one; null where nothing tells that it does. */
export function feltElsewhere(
  live: LiveChange,
  { consequences }: ChangeEffect,
  said: string,
  picture: IncidentPicture,
): Seen | null {
  const first = picture.failing[0]?.service;
  if (first === undefined) return null;
  const felt: Felt = { live, shown: consequences.filter(({ shows }) => shows.test(said)), first, picture };
  const why = feltByReaders(felt) ?? feltByReceivers(felt) ?? feltByAsked(felt);
  return why === null ? (feltByHeld(felt) ?? feltByCallers(felt) ?? feltByRefusing(felt)) : { why };
}

/** Who reads what the change writes in another form. */
const feltByReaders = ({ shown, first }: Felt): string | null =>
  shown.some(({ feltByReaders: isFelt }) => isFelt) ? `${first} complains about what it writes` : null;

/** Who is sent twice, or counts, what it sends again with each try. */
const feltByReceivers = ({ live: { services }, shown, first }: Felt): string | null =>
  shown.some(({ sendsTwice }) => sendsTwice)
    ? `${first} counts more than one of what ${services.slice(0, 2).join(', ')} takes for one and the same request`
    : null;

/** Whom it asks again and again; null where neither those who run it, nor the caches that they ask, nor the one who is asked show that. */
function feltByAsked(felt: Felt): string | null {
  const { live, shown, first, picture } = felt;
  const { services } = live;
  const isOwnCache = (other: string): boolean => services.some((service) => picture.asks?.(service, other));
  const asks = picture.shifts.some((shift) =>
    services.includes(shift.service)
      ? asksMore(shift) || doesMore(shift) || losesHits(shift)
      : losesHits(shift) && isOwnCache(shift.service),
  );
  return shown.some(({ feltByAsked: isFelt }) => isFelt) && (asks || isAskedByItself(felt))
    ? `it makes ${services.slice(0, 2).join(', ')} ask ${first} more than before`
    : null;
}

const MANY_TIMES = 2;

/** True where the one who is asked gets many times the requests since the change, and none of those who are known to ask gets more itself. */
function isAskedByItself({ live: { services, at }, first, picture: { shifts, asks } }: Felt): boolean {
  const asked = shifts.filter((one) => isAskedFor(one) && one.since > one.before);
  return (
    services.some((service) => asks?.(service, first)) &&
    !asked.some(({ service }) => asks?.(service, first)) &&
    asked.some(
      (one) =>
        one.service === first &&
        one.since > MANY_TIMES * one.before &&
        one.at + one.step >= (at ?? Number.POSITIVE_INFINITY),
    )
  );
}

/** Whose connections it holds; null where those who run it are not seen to hold more and more since the change. */
function feltByHeld({ live: { services, at }, shown, first, picture: { shifts } }: Felt): Seen | null {
  if (!shown.some(({ holdsOthers }) => holdsOthers)) return null;
  const held = shifts.find(
    ({ service, metric, before, since, at: from, step }) =>
      services.includes(service) &&
      since > before &&
      from + step >= (at ?? Number.POSITIVE_INFINITY) &&
      LEAK_SHOWS.test(metric),
  );
  if (!held) return null;
  return {
    why: `${held.metric} of ${held.service} grows since then, at the cost of ${first}`,
    evidence: [held.evidence],
    by: held.service,
  };
}

/** Who refuses what it sends: they only say what it lacks. */
function feltByRefusing({ live: { services }, shown, picture }: Felt): Seen | null {
  const refusal = shown.some(({ refusedByAsked }) => refusedByAsked) ? refusalOf(services, picture) : null;
  if (!refusal) return null;
  const { callee, callers, evidence } = refusal;
  const send = callers.length > 1 ? 'send' : 'sends';
  return { why: `${callee} refuses what ${callers.join(' and ')} ${send} it`, evidence, by: callers[0]! };
}

/** How large answers are, in bytes or in what they list. */
const OF_ANSWERS =
  /\b(?:response|reply|answer|payload|result)s? (?:body )?(?:bytes|size|length|count|items|rows)\b|\b(?:rows|items|records|documents|results|entries) (?:returned|sent|served|per (?:response|request|call|page))\b|\b(?:bytes|network) (?:sent|out|transmitted)\b|\bcontent length\b/;
const MUCH_SMALLER = 2;

/** Who asks and gets less; null where those who run it are not seen to answer with much less since the change. */
function feltByCallers({ live: { services, at }, shown, first, picture: { shifts } }: Felt): Seen | null {
  const own = shifts.filter(({ service }) => services.includes(service));
  const falls = ({ before, since }: MetricShift): boolean => before > MUCH_SMALLER * since;
  // Fewer requests are answered with fewer bytes.
  if (!shown.some(({ shortensAnswers }) => shortensAnswers) || own.some((one) => isAskedFor(one) && falls(one)))
    return null;
  const fell = own.filter((shift) => falls(shift) && shift.at + shift.step >= (at ?? Number.POSITIVE_INFINITY));
  const shrunk = fell.find(({ metric }) => OF_ANSWERS.test(wordsOf(metric)));
  const told = shrunk ?? fell.find(({ metric }) => metricKind(metric) === 'latency');
  if (!told) return null;
  const { metric, service, before, since, evidence } = told;
  return {
    why: `its answers are ${shrunk ? 'smaller' : 'quicker'} since then, which ${first} takes for all there is: ${metric} of ${service} went from ${round(before)} to ${round(since)} (medians)`,
    evidence: [evidence],
  };
}
