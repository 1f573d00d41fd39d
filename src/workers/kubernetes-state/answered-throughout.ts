import { alertText } from '../alert-facts.ts';
import type { DetectorInput } from '../detectors/detector.ts';
import { DOUBT } from '../detectors/support/doubt.ts';
import { median } from '../localisation/statistics/robust.ts';
import { diagnose } from './diagnose.ts';
import { workloadsAreIll } from './healthy-state.ts';
import type { KubernetesState, PrintedSeries } from './kubernetes-state.ts';
import { asksOfPages, pagesAsked } from './pages-answer.ts';
import { name } from './quote.ts';

/** Labels by which requests are counted by the status of their answers. */
const STATUS_LABEL =
  /^(?:code|status|status_?code|http_?(?:status|code)\w*|response_?code|http_response_status_code|class)$/i;
const STATUS = /^[1-5](?:\d\d|xx)$/i;
/** Fewer points than these are no course. */
const ENOUGH_POINTS = 4;
const ENOUGH_PAGES = 2;
/** Of a thousand requests this many may fail on any site. */
const FAILING = 0.001;
/** Requests that nobody could send are missing from their number. */
const DIPS_TO = 0.8;

/**
 * What shows that a site which somebody says was down answered all the time: the requests to it, counted by status, went on without a dip
 * and without failures, it answers now, and its pods are well.
 */
export function answeredThroughout(input: DetectorInput): { statement: string; evidence: number[] } | null {
  if (!asksOfPages(alertText(input.alerts))) return null;
  const { context, diagnoses } = diagnose(input);
  const { state } = context;
  const measured = new Set(state.series.map(({ evidence }) => evidence));
  const pages = pagesAsked(input.evidence).filter(({ host, number }) => isPublic(host) && !measured.has(number));
  const [first] = pages;
  const hosts = new Set(pages.map(({ host }) => host));
  if (!first || hosts.size > 1 || !pages.every(({ good, bad }) => good >= ENOUGH_PAGES && bad === 0)) return null;
  const counted = state.series.filter(isByStatus);
  if (counted.length === 0 || state.series.length > counted.length + OTHERS || !wentOn(counted)) return null;
  if (diagnoses.some(({ confidence }) => confidence >= DOUBT) || workloadsAreIll(input) || !quiet(state)) return null;
  return {
    statement: `requests were answered all the time: those that were counted went on without a dip and without failures, and ${name(first.host)} answers now`,
    evidence: [...new Set([...pages.map(({ number }) => number), ...counted.map(({ evidence }) => evidence)])],
  };
}

/** More that was measured would have to be looked at as well. */
const OTHERS = 3;

const isPublic = (host: string): boolean => host.includes('.') && !/\.svc\b|\.local$|\.internal$|^[\d.]+$/.test(host);

const statusOf = ({ labels }: PrintedSeries): string | null =>
  Object.entries(labels).find(([key, value]) => STATUS_LABEL.test(key) && STATUS.test(value))?.[1] ?? null;

const isByStatus = (series: PrintedSeries): boolean =>
  statusOf(series) !== null && /request|http|hits|response/i.test(series.asked);

function wentOn(counted: PrintedSeries[]): boolean {
  const good = counted.filter((one) => /^[1-3]/.test(statusOf(one) ?? ''));
  const failed = counted.filter((one) => /^5/.test(statusOf(one) ?? ''));
  const length = Math.min(...counted.map(({ points }) => points.length));
  // That nothing failed is told only where failures were counted, too.
  if (failed.length === 0 || good.length === 0 || length < ENOUGH_POINTS) return false;
  if (counted.some(({ points }) => points.length !== length)) return false;
  const sum = (some: PrintedSeries[], at: number) => some.reduce((total, { points }) => total + Number(points[at]), 0);
  const times = Array.from({ length }, (_, at) => ({ good: sum(good, at), failed: sum(failed, at) }));
  const usual = median(times.map((time) => time.good));
  return usual > 0 && times.every((time) => time.good >= DIPS_TO * usual && time.failed <= FAILING * time.good);
}

/** Every pod that was seen is well, and nothing warns. */
const quiet = ({ pods, events }: KubernetesState): boolean =>
  pods.length > 0 &&
  pods.every(({ phase, ready, deleting }) => deleting || phase === 'Succeeded' || ready === true) &&
  !events.some(({ type }) => type === 'Warning');
