import { oneLine, round } from '../detectors/support/text.ts';
import { metricKind, wordsOf } from '../localisation/telemetry/metric-kind.ts';
import type { MetricShift } from './metric-shifts.ts';
import type { ProblemLine } from './problem-lines.ts';

type Asked = Pick<MetricShift, 'service' | 'metric'>;

/** Requests by what they are for: who tries to be let in asks, be it granted or not. */
const TRIES =
  /^(?:\w+ ){0,3}(?:log ?ins?|sign ?(?:ins?|ups?)|auth\w*|password|otp|registrations?|checkout|verification) attempts?\b(?!.*\b(?:ratio|share|pct|percent|left|remaining|refused|failed|per (?:user|login|session))\b)/;
/** The same, as those count it who do nothing else than let people in. */
const TRIES_THERE = /^attempts?(?: total)?(?: per (?:s|sec|second|min|minute|hour))?$/;
const LETS_IN = /\b(?:log ?in|sign ?(?:in|up|on)|auth(?:n|entication)?|identity|idp|passwords?|otp|mfa|sso)\b/;
/** Passwords and codes are tried, as opposed to a checkout. */
const OF_SECRETS = /\b(?:log ?ins?|sign ?(?:ins?|on)|auth\w*|passwords?|otp|mfa|sso|identity|idp|verification)\b/;

/** True for a metric of tries to be let in: by its own name, or by that of a service that lets people in. */
export const isOfTries = ({ service, metric }: Asked): boolean =>
  TRIES.test(wordsOf(metric)) || (TRIES_THERE.test(wordsOf(metric)) && LETS_IN.test(wordsOf(service)));

/** Something that tells a flood from many who want something, as a clause. */
export type FloodSign = { told: string; evidence: number };

const TURNED_AWAY =
  /\b(?:refus\w*|reject\w*|denied|declin\w*|invalid|unauthori[sz]ed|wrong|fail\w*|401|403|4xx)\b.*\b(?:ratio|share|rate|percent|pct)\b/;
const CLIENTS =
  /\b(?:clients?|client addresses|addresses|ips?|visitors|source ips?|client ips?) per (?:s|sec|second|min|minute|hour)\b|\b(?:distinct|unique)\b.*\b(?:clients?|addresses|ips?|visitors)\b/;
const NEARLY_ALL = 0.8;
const AT_LIMIT = 0.9;
const TIMES_MORE = 2;
/** Nobody who has mistaken a password tries it so many times as often. */
const MANY_TIMES = 5;

/** How programs that are not made for people name themselves, and what they are told who do not know whom they try. */
const PROGRAM =
  /\b(?:python-(?:requests|httpx|urllib)\w*|python-urllib|aiohttp|httpx|go-http-client|curl|wget|libwww-perl|lwp|apache-httpclient|node-fetch|axios|undici|guzzlehttp|scrapy|headlesschrome|phantomjs|puppeteer|playwright|openbullet|sentry ?mba|hydra)\/[\w.]{1,20}/i;
const UNKNOWN_NAME =
  /\b(?:no such|unknown|non-?existent|nonexisting)[ _](?:account|user|login|e-?mail|customer|member)|\b(?:account|user|login|e-?mail|customer|member)[ _](?:not found|does not exist|unknown)/i;
/** What is said less often may be anybody's. */
const OFTEN = 5;
/** So much of what was turned away is of this kind. */
const MUCH = 0.3;

/**
 * What tells a flood from many who want something: nearly all that is asked is turned away, programs or hardly more clients than before ask it, or
 * very many new ones; names are tried that nobody has; and what it takes to turn them away uses up the processor. None where the same people may
 * just try again: then tries are no cause (`null`).
 */
export function floodSigns(surge: MetricShift, shifts: MetricShift[], problems: ProblemLine[]): FloodSign[] | null {
  const { service } = surge;
  const rising = shifts.filter((shift) => shift.since > shift.before);
  const own = rising.filter((shift) => shift.service === service);
  const away = own.find((shift) => TURNED_AWAY.test(wordsOf(shift.metric)) && share(shift) >= NEARLY_ALL);
  const busy = own.find((shift) => metricKind(shift.metric) === 'cpu' && share(shift) >= AT_LIMIT);
  const strangers = away ? [...clientsOf(own, rising), ...saidOf(service, problems)] : [];
  const isFew = surge.since < MANY_TIMES * surge.before;
  if (away && isOfTries(surge) && isFew && strangers.length === 0) return null;
  return [
    ...(away
      ? [{ told: `nearly all of it is turned away (${gone(away)}), ${likeWhat(surge)}`, evidence: away.evidence }]
      : []),
    ...strangers,
    ...(busy ? [{ told: `its CPU is used up by that (${gone(busy)})`, evidence: busy.evidence }] : []),
  ];
}

const share = ({ since }: MetricShift): number => (since > 1 ? since / 100 : since);
const gone = ({ metric, before, since }: MetricShift): string =>
  `${metric} went from ${round(before, 2)} to ${round(since, 2)}`;

const likeWhat = (surge: MetricShift): string =>
  isOfTries(surge) && OF_SECRETS.test(`${wordsOf(surge.service)} ${wordsOf(surge.metric)}`)
    ? 'as in an automated attack that tries out passwords or codes (credential stuffing, brute force) and not as where more customers come'
    : 'as where somebody tries out what is not theirs and not as where more customers come';

/** How many different ones ask: those who ask the service, else those at an entrance, where it is counted of this alone. */
function clientsOf(own: MetricShift[], rising: MetricShift[]): FloodSign[] {
  const isOfClients = ({ metric }: MetricShift) => CLIENTS.test(wordsOf(metric));
  const clients = own.find(isOfClients) ?? rising.find(isOfClients);
  if (!clients) return [];
  const isFewer = clients.since < TIMES_MORE * clients.before;
  const told = isFewer
    ? `it comes from hardly more clients than before (${gone(clients)})`
    : `it comes from many times the clients (${gone(clients)}), so that a limit for each of them holds little of it up`;
  return clients.since < MANY_TIMES * clients.before && !isFewer ? [] : [{ told, evidence: clients.evidence }];
}

/** What lines say of those who are turned away. */
function saidOf(service: string, problems: ProblemLine[]): FloodSign[] {
  const own = problems.filter((line) => line.service === service);
  const textOf = ({ body, attributes }: ProblemLine) => `${body} ${Object.values(attributes).join(' ')}`;
  const signOf = (words: RegExp, tell: (said: string) => string): FloodSign[] => {
    const found = own.flatMap((line) => {
      const said = words.exec(textOf(line))?.[0];
      return said === undefined ? [] : [{ said, evidence: line.evidence }];
    });
    const [first] = found;
    return first && found.length >= Math.max(OFTEN, MUCH * own.length)
      ? [{ told: tell(oneLine(first.said, 40)), evidence: first.evidence }]
      : [];
  };
  return [
    ...signOf(PROGRAM, (said) => `it is asked by a program ("${said}")`),
    ...signOf(UNKNOWN_NAME, (said) => `names are tried that nobody has ("${said}")`),
  ];
}
