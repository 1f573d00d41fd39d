import type { Chart, ChartLine } from '../../shared/chart.ts';
import { type CallGraph, callGraph } from '../localisation/telemetry/call-graph.ts';
import { type IncidentWindow, incidentWindow } from '../localisation/telemetry/incident-window.ts';
import { levelChange } from '../localisation/telemetry/level-change.ts';
import { readTraces } from '../localisation/telemetry/read-spans.ts';
import type { ChartInput } from './chart-input.ts';
import { clockWords, valueWords } from './chart-words.ts';
import { countedErrors } from './counted-errors.ts';
import type { ErrorShare } from './error-share.ts';
import { plainName, wordsOf } from './names.ts';
import { onsetMark } from './onset-mark.ts';
import { spanErrors } from './span-errors.ts';
import { thinned } from './thinned.ts';

/** Fewer points show nothing that the sentence does not say. */
const LEAST_POINTS = 6;
/** Callers that hardly fail are no picture of a fault, percent. */
const LEAST_PEAK = 2;
const MOST_CALLERS = 3;

/**
 * The share of failing requests of those who call the suspect; where nobody is known to, of the service that the alert is
 * about, and of the suspect itself. From counted requests where the evidence has them, else from its spans.
 */
export function callerErrors(input: ChartInput): Chart | null {
  const suspect = input.report.rootCause.component;
  if (suspect === null) return null;
  const window = incidentWindow(input);
  const callers = callersOf(suspect, input, window);
  const names = callers.length > 0 ? callers : [...alertServices(input), suspect];
  const counted = worthDrawing(countedErrors(input, window, names));
  const shares = counted.length > 0 ? counted : worthDrawing(spanErrors(input, window, names));
  const [worst] = shares;
  return worst ? chartOf(shares, worst, callers.length > 0 ? suspect : null, window) : null;
}

/** By the service map where it tells, as the spans are many; a report may name the instance: then its service is called. */
function callersOf(suspect: string, input: ChartInput, window: IncidentWindow): string[] {
  const mapped = callersIn(callGraph(input, { before: [], unsure: [], during: [], evidence: [] }), suspect);
  return mapped.length > 0 ? mapped : callersIn(callGraph(input, readTraces(input, window)), suspect);
}

function callersIn(graph: CallGraph, suspect: string): string[] {
  const called = [suspect, ...wordsOf(suspect)].find((service) => graph.callersOf(service).length > 0);
  return called === undefined ? [] : graph.callersOf(called);
}

const alertServices = ({ alerts }: ChartInput) => [...new Set(alerts.flatMap(({ service }) => service ?? []))];

/** Those that fail, the worst first. */
function worthDrawing(shares: ErrorShare[]): ErrorShare[] {
  const peak = ({ points }: ErrorShare) => Math.max(...points.map(([, percent]) => percent));
  return shares
    .filter(({ points }) => points.length >= LEAST_POINTS)
    .map((share) => ({ share, peak: peak(share) }))
    .filter((item) => item.peak >= LEAST_PEAK)
    .sort((left, right) => right.peak - left.peak)
    .slice(0, MOST_CALLERS)
    .map(({ share }) => share);
}

function chartOf(
  shares: ErrorShare[],
  worst: ErrorShare,
  called: string | null,
  { alertAt }: IncidentWindow,
): Chart | null {
  const change = levelChange({ points: worst.points, baseline: [] }, alertAt);
  // What failed all the time, or fails less now, does not show what the report is about.
  const onset = change && onsetMark(worst.points, change);
  if (!change || onset === null || change.above <= 0) return null;
  const [before, during] = [change.before, change.during].map((value) => valueWords(value, 'percent'));
  const name = plainName(worst.service);
  const whose = called === null ? name : `${name}, which calls ${plainName(called)}`;
  return {
    kind: 'caller_errors',
    title: called === null ? `Errors of ${name}` : `Errors of the callers of ${plainName(called)}`,
    subject: name,
    levels: `${before} before, ${during} until the alert (medians)`,
    unit: 'percent',
    axis: 'failing requests',
    lines: shares.map((share, index) => lineOf(share, index === 0 ? 'main' : 'other')),
    onset,
    alertAt,
    usual: change.before,
    description: `Failing requests of ${whose} went from ${before} to ${during} (medians) at ${clockWords(onset)} UTC`,
    evidence: [...new Set(shares.flatMap(({ evidence }) => evidence))].sort((left, right) => left - right),
  };
}

const lineOf = ({ service, points }: ErrorShare, role: ChartLine['role']): ChartLine => ({
  name: plainName(service),
  role,
  points: thinned(points),
});
