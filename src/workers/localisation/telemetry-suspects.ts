import { combineSymptoms, type SymptomKind } from './combine-symptoms.ts';
import type { LocalisationInput } from './localise.ts';
import type { Suspect } from './suspect.ts';
import { discountCallers } from './symptoms/discount-callers.ts';
import { logSymptoms } from './symptoms/log-symptoms.ts';
import { metricGroups } from './symptoms/metric-changes.ts';
import { type RequestKind, requestSymptoms } from './symptoms/request-symptoms.ts';
import { resourceSymptoms } from './symptoms/resource-symptoms.ts';
import { slowSpans } from './symptoms/slow-spans.ts';
import { failingSpans, vanishedOperations } from './symptoms/span-symptoms.ts';
import { vanishedServices } from './symptoms/vanished-services.ts';
import { type CallGraph, callGraph } from './telemetry/call-graph.ts';
import { incidentWindow } from './telemetry/incident-window.ts';
import { kindsNamedIn } from './telemetry/metric-kind.ts';
import { readLogs } from './telemetry/read-logs.ts';
import { readSeries, type Series } from './telemetry/read-series.ts';
import { readTraces, type Traces } from './telemetry/read-spans.ts';

/** Suspects from metric series, spans, logs and the call graph; none where the evidence has nothing of these. */
export function telemetrySuspects(input: LocalisationInput): Suspect[] {
  return combineSymptoms(symptomKinds(input));
}

/** What shows the fault itself. */
const DIRECT = 1;
/** What may as well show the fault of a callee: callers log their callees' errors and fail with them. */
const INDIRECT = 0.5;
/** What another kind tells more exactly in the same evidence: spans tell own time from waiting, latency metrics don't. */
const COARSE = 0.25;

/** Everything that the telemetry says, by kind of evidence. */
export function symptomKinds(input: LocalisationInput): SymptomKind[] {
  const window = incidentWindow(input);
  const traces = readTraces(input, window);
  const graph = callGraph(input, traces);
  const { flow, errors } = logSymptoms(readLogs(input, window));
  return [
    ...metricKinds(input, readSeries(input, window), window.alertAt, graph, traces),
    { name: 'slow spans', weight: DIRECT, symptoms: slowSpans(traces) },
    { name: 'vanished operations', weight: DIRECT, symptoms: discountCallers(vanishedOperations(traces), graph) },
    { name: 'failing spans', weight: DIRECT, symptoms: discountCallers(failingSpans(traces), graph) },
    { name: 'broken log flow', weight: DIRECT, symptoms: discountCallers(flow, graph) },
    { name: 'log errors', weight: INDIRECT, symptoms: discountCallers(errors, graph) },
  ];
}

function metricKinds(
  input: LocalisationInput,
  series: Series[],
  alertAt: number,
  graph: CallGraph,
  traces: Traces,
): SymptomKind[] {
  const groups = metricGroups(series, alertAt, graph.entries);
  const asked = requestKindsAsked(input);
  const ofRequests = (kind: RequestKind) => (asked.has(kind) ? requestSymptoms(groups, kind, graph) : []);
  return [
    { name: 'cpu', weight: DIRECT, symptoms: resourceSymptoms(groups, 'cpu', graph) },
    { name: 'memory', weight: DIRECT, symptoms: resourceSymptoms(groups, 'memory', graph) },
    { name: 'saturation', weight: INDIRECT, symptoms: resourceSymptoms(groups, 'saturation', graph) },
    { name: 'vanished services', weight: DIRECT, symptoms: vanishedServices(series) },
    { name: 'latency', weight: traces.during.length > 0 ? COARSE : INDIRECT, symptoms: ofRequests('latency') },
    { name: 'failures', weight: INDIRECT, symptoms: ofRequests('failures') },
  ];
}

/** An alert that speaks of latency only is not explained by failures and the other way round; one that names neither asks for both. */
function requestKindsAsked({ alerts }: LocalisationInput): Set<RequestKind> {
  const named = alerts.flatMap(({ title, name, description }) => kindsNamedIn(`${title} ${name} ${description}`));
  const asked = new Set<RequestKind>();
  if (named.includes('latency')) asked.add('latency');
  if (named.includes('failures') || named.includes('successes')) asked.add('failures');
  return asked.size > 0 ? asked : new Set(['latency', 'failures']);
}
