import { alertText } from '../alert-facts.ts';
import type { DetectorInput } from '../detectors/detector.ts';
import { diagnose } from './diagnose.ts';
import { wellWorkloads } from './healthy-state.ts';
import type { KubernetesState, PrintedSeries } from './kubernetes-state.ts';
import { isOfTimes, secondsOf } from './printed-times.ts';
import { name } from './quote.ts';
import { templatesOf } from './relations.ts';

/** An alert about how long answers take, and about nothing else. */
const ABOUT_TIMES = /latenc|p9\d|slow|response ?times?|durations?/i;
const MORE =
  /\b5\d\d\b|5xx|error|fail|unavailable|\bdown\b|time[sd]? ?-?out|crash|restart|queue|backlog|customers?|users?|complain/i;

const OF_CODES = ['code', 'status', 'status_code', 'http_status_code', 'http_response_status_code', 'response_code'];
const OF_ROUTES = [
  'handler',
  'route',
  'http_route',
  'path',
  'uri',
  'endpoint',
  'url',
  'grpc_method',
  'rpc_method',
  'method',
];
/** What the names of routes say that are answered only when there is something to tell. */
const WAITS_BY_DESIGN =
  /(?:^|[/_.-])(?:wait|(?:long)?-?poll(?:ing)?|streams?|events?|sse|subscri(?:be|ptions?)|watch|ws|websockets?|socket\.io|sockjs|hub|tail|follow|listen|changes|hold)(?:$|[/_.?-])|\b(?:Watch|Subscribe|Stream|Listen|Tail|LongPoll)/i;
/** How such a hold is set, and how a program notes that it ended without news. */
const HOLD_SETTING =
  /HOLD|LONG_?POLL|POLL_?(?:WAIT|TIMEOUT)|STREAM_?(?:TIMEOUT|DURATION|MAX)|WAIT_?(?:TIME|SECONDS)|KEEP_?ALIVE|SSE/i;

/** Slower than this (s) is slow; the other routes stay below. */
const SLOW = 1;
/** So many values of the same height (within the share) over days show what is usual. */
const ENOUGH = 5;
const SAME = 0.1;
const LONG_MS = 12 * 3_600_000;
const FROM = /\bstart[= ]["']?(\d{10}|\d{4}-\d\d-\d\dT[\d:.]{5,15}Z?)/;
const UNTIL = /\bend[= ]["']?(\d{10}|\d{4}-\d\d-\d\dT[\d:.]{5,15}Z?)/;

/**
 * What shows that answers take so long because they are held open by design (long polls, streams): only such routes are slow, and they
 * have been as slow on every day before or as slow as they are set to be; every other route is fast, and none answers with errors.
 */
export function heldOpen(input: DetectorInput): { statement: string; evidence: number[] } | null {
  const alert = alertText(input.alerts);
  if (!ABOUT_TIMES.test(alert) || MORE.test(alert)) return null;
  const { state } = diagnose(input).context;
  const times = state.series.filter(isOfTimes);
  const routes = times.flatMap((series) => routeTime(series) ?? []);
  const slow = routes.filter(({ seconds }) => seconds > SLOW);
  const [longest] = slow.toSorted((left, right) => right.seconds - left.seconds);
  if (!longest || slow.length === routes.length || !slow.every(({ route }) => WAITS_BY_DESIGN.test(route))) return null;
  const usual = slow.every((one) => isAsEver(times, one) || isAsSet(state, one.seconds));
  if (!usual || state.series.some(answersErrors)) return null;
  const well = wellWorkloads(input);
  return (
    well && {
      statement: `${well.statement}; only ${[...new Set(slow.map(({ route }) => name(route)))]
        .slice(0, 3)
        .join(
          ', ',
        )} takes long, which is held open by design (a long poll or stream) and takes as long as ever; all other routes are fast`,
      evidence: [...new Set([...well.evidence, ...routes.map(({ evidence }) => evidence)])],
    }
  );
}

type RouteTime = { route: string; seconds: number; evidence: number };

const routeOf = ({ labels }: PrintedSeries): string | undefined =>
  OF_ROUTES.map((label) => labels[label]).find((route) => route !== undefined && route !== '');

/** How long a route takes now; null for what is measured of no single route. */
function routeTime(series: PrintedSeries): RouteTime | null {
  const route = routeOf(series);
  const seconds = secondsOf(series, series.points.at(-1));
  return route && Number.isFinite(seconds) ? { route, seconds, evidence: series.evidence } : null;
}

/** True where the course of a route (or of what was asked of that route alone) stays at the height that it has now, or a former day had it too. */
const isAsEver = (times: PrintedSeries[], { route, seconds }: RouteTime): boolean =>
  times.some((series) => {
    const own = routeOf(series) === route || series.asked.includes(`"${route}"`);
    const values = series.points.map((point) => secondsOf(series, point));
    const long = (values.length >= ENOUGH && isLong(series)) || (values.length > 0 && isOfFormerDay(series));
    return own && long && values.every((value) => isNear(value, seconds));
  });

/** `offset 1w` of PromQL: what was at the same hour of another day. */
const isOfFormerDay = ({ asked }: PrintedSeries): boolean => /\boffset (?:[1-9]\d?[dw]|24h)\b/.test(asked);

/** True for a course that was asked for over half a day at least. */
function isLong({ asked }: PrintedSeries): boolean {
  const [from, until] = [FROM, UNTIL].map((bound) => bound.exec(asked)?.[1] ?? '');
  const at = (time = ''): number => (/^\d{10}$/.test(time) ? Number(time) * 1000 : Date.parse(time));
  return at(until) - at(from) >= LONG_MS;
}

const isNear = (value: number, other: number): boolean => Math.abs(value - other) <= SAME * Math.max(value, other);

/** True where a program is set to hold requests for as long as they take. */
const isAsSet = (state: KubernetesState, seconds: number): boolean =>
  templatesOf(state)
    .flatMap(({ template }) => template.containers.flatMap(({ env }) => env))
    .some(({ name: variable, value }) => {
      const [, amount = '', unit = ''] = /^(\d+(?:\.\d+)?) ?(ms|s|m)?$/.exec(value ?? '') ?? [];
      const set = Number(amount) * (unit === 'ms' || /_MS$/.test(variable) ? 0.001 : unit === 'm' ? 60 : 1);
      return HOLD_SETTING.test(variable) && amount !== '' && isNear(set, seconds);
    });

/** True where requests were answered with 5xx. */
const answersErrors = ({ labels, points }: PrintedSeries): boolean =>
  OF_CODES.some((label) => /^5/.test(labels[label] ?? '')) && Number(points.at(-1) ?? 0) > 0;
