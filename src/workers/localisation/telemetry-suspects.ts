import { unique } from '../detectors/support/text.ts';
import { combineSymptoms, DIRECT, type SymptomKind } from './combine-symptoms.ts';
import type { LocalisationInput } from './localise.ts';
import type { Suspect } from './suspect.ts';
import { discountCallers } from './symptoms/discount-callers.ts';
import { explainFailures } from './symptoms/explained-failures.ts';
import { logSymptoms } from './symptoms/log-symptoms.ts';
import { lostRequests } from './symptoms/lost-requests.ts';
import { type MetricGroup, metricGroups } from './symptoms/metric-changes.ts';
import { type RequestKind, requestSymptoms } from './symptoms/request-symptoms.ts';
import { resourceSymptoms } from './symptoms/resource-symptoms.ts';
import { slowSpans } from './symptoms/slow-spans.ts';
import { withSlowWays } from './symptoms/slow-ways.ts';
import { failingSpans, vanishedOperations } from './symptoms/span-symptoms.ts';
import type { Symptom } from './symptoms/symptom.ts';
import { clientSpans, unansweredCalls } from './symptoms/unanswered-calls.ts';
import { reducedServices, vanishedServices } from './symptoms/vanished-services.ts';
import { type CallGraph, callGraph } from './telemetry/call-graph.ts';
import { componentKey } from './telemetry/component.ts';
import { type IncidentWindow, incidentWindow } from './telemetry/incident-window.ts';
import { clarityOfChange } from './telemetry/level-change.ts';
import { kindsNamedIn, type MetricKind, metricKind } from './telemetry/metric-kind.ts';
import { peersAmong } from './telemetry/named-peers.ts';
import { type LogLines, readLogs } from './telemetry/read-logs.ts';
import { readSeries, type Series } from './telemetry/read-series.ts';
import { readTraces, type Traces } from './telemetry/read-spans.ts';

/** Suspects from metric series, spans, logs and the call graph; none where the evidence has nothing of these. */
export function telemetrySuspects(input: LocalisationInput): Suspect[] {
  const telemetry = readTelemetry(input);
  const { window, series, traces } = telemetry;
  const graph = callGraph(input, traces, unique(series.flatMap(({ component }) => component?.service ?? [])));
  const groups = metricGroups(series, window.alertAt, graph.entries);
  const measured = { requestsOnly: requestsOnly(telemetry), rush: rushOf(groups) };
  return combineSymptoms(symptomKinds(input, telemetry, groups, graph), measured);
}

/** How clearly the requests and the CPU of all rise together, beyond what this time of earlier days brings: 0 to 1, a mean over the components. */
function rushOf(groups: MetricGroup[]): number {
  const changes = groups.filter(({ kind }) => kind === 'cpu' || kind === 'traffic').flatMap((group) => group.changes);
  const clearest = [...Map.groupBy(changes, ({ component }) => componentKey(component)).values()].map((own) =>
    Math.max(...own.map(({ change }) => clarityOfChange(change, change.above, change.during))),
  );
  return clearest.length === 0 ? 0 : clearest.reduce((sum, clarity) => sum + clarity, 0) / clearest.length;
}

type Telemetry = { window: IncidentWindow; series: Series[]; traces: Traces; lines: LogLines };

function readTelemetry(input: LocalisationInput): Telemetry {
  const window = incidentWindow(input);
  const traces = readTraces(input, window);
  return { window, traces, series: readSeries(input, window), lines: readLogs(input, window) };
}

const OF_COMPONENTS: ReadonlySet<MetricKind> = new Set(['cpu', 'memory', 'host', 'saturation']);

/** Nothing was measured in which a fault shows itself. */
function requestsOnly({ series, traces, lines }: Telemetry): boolean {
  const rows = [traces.before, traces.during, lines.before, lines.during];
  return (
    rows.every(({ length }) => length === 0) && !series.some(({ metric }) => OF_COMPONENTS.has(metricKind(metric)))
  );
}

/** What may as well show the fault of a callee: callers log their callees' errors and fail with them. */
const INDIRECT = 0.5;
/** What another kind tells more exactly in the same evidence: spans tell own time from waiting, latency metrics don't. */
const COARSE = 0.25;

/** Everything that the telemetry says, by kind of evidence. */
function symptomKinds(
  input: LocalisationInput,
  telemetry: Telemetry,
  groups: MetricGroup[],
  graph: CallGraph,
): SymptomKind[] {
  return [
    ...loadKinds(groups, graph),
    ...slownessKinds(input, groups, graph, telemetry.traces),
    ...explainFailures(failureKinds(input, telemetry, groups, graph), graph),
  ];
}

/** Who uses up more than before. */
function loadKinds(groups: MetricGroup[], graph: CallGraph): SymptomKind[] {
  return [
    {
      name: 'cpu',
      weight: DIRECT,
      showsMechanism: true,
      isUse: true,
      symptoms: resourceSymptoms(groups, 'cpu', graph),
    },
    {
      name: 'memory',
      weight: DIRECT,
      showsMechanism: true,
      isUse: true,
      symptoms: resourceSymptoms(groups, 'memory', graph),
    },
    {
      name: 'saturation',
      weight: INDIRECT,
      showsMechanism: true,
      isUse: true,
      symptoms: resourceSymptoms(groups, 'saturation', graph),
    },
    { name: 'other', weight: COARSE, showsMechanism: false, symptoms: resourceSymptoms(groups, 'other', graph) },
  ];
}

/** Where requests take longer than before. */
function slownessKinds(
  input: LocalisationInput,
  groups: MetricGroup[],
  graph: CallGraph,
  traces: Traces,
): SymptomKind[] {
  const latency = requestKindsAsked(input).has('latency') ? requestSymptoms(groups, 'latency', graph) : [];
  return [
    {
      name: 'latency',
      weight: traces.during.length > 0 ? COARSE : INDIRECT,
      showsMechanism: false,
      symptoms: traces.during.length > 0 ? lessWhereTraced(latency, traces) : withSlowWays(latency, graph),
    },
    { name: 'slow spans', weight: DIRECT, showsMechanism: true, symptoms: slowSpans(traces) },
  ];
}

/** Where requests fail, break off or get no answer. */
function failureKinds(
  input: LocalisationInput,
  { window, series, traces, lines }: Telemetry,
  groups: MetricGroup[],
  graph: CallGraph,
): SymptomKind[] {
  const clients = clientSpans(traces);
  const { flow, errors } = logSymptoms(lines, peersAmong(servicesIn(lines, series, traces)), reducedServices(series));
  const asked = requestKindsAsked(input).has('failures');
  return [
    {
      name: 'vanished services',
      weight: DIRECT,
      showsMechanism: true,
      symptoms: vanishedServices(series, lines.during),
    },
    { name: 'unanswered calls', weight: DIRECT, showsMechanism: true, symptoms: unansweredCalls(traces, clients) },
    {
      name: 'vanished operations',
      weight: DIRECT,
      showsMechanism: false,
      symptoms: discountCallers(vanishedOperations(traces, clients), graph),
    },
    {
      name: 'failing spans',
      weight: DIRECT,
      showsMechanism: true,
      symptoms: discountCallers(failingSpans(traces), graph),
    },
    { name: 'broken log flow', weight: DIRECT, showsMechanism: false, symptoms: discountCallers(flow, graph) },
    { name: 'log errors', weight: INDIRECT, showsMechanism: true, symptoms: discountCallers(errors, graph) },
    {
      name: 'lost requests',
      weight: INDIRECT,
      showsMechanism: false,
      symptoms: asked ? lostRequests(series, window.alertAt, graph) : [],
    },
    {
      name: 'failures',
      weight: INDIRECT,
      showsMechanism: false,
      symptoms: asked ? requestSymptoms(groups, 'failures', graph) : [],
    },
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

/** Every service that telemetry knows by name. */
function servicesIn(lines: LogLines, series: Series[], traces: Traces): Set<string> {
  const components = [
    ...[...lines.before, ...lines.during, ...[...traces.before, ...traces.during].flat()].map(
      ({ component }) => component,
    ),
    ...series.flatMap(({ component }) => component ?? []),
  ];
  return new Set(components.map(({ service }) => service));
}

/** So many spans of a service tell better than its latency metrics where its time goes. */
const ENOUGH_SPANS = 20;
const LEFT_TO_METRICS = 0.25;

function lessWhereTraced(symptoms: Symptom[], { during }: Traces): Symptom[] {
  const spans = new Map<string, number>();
  for (const { component } of during.flat()) spans.set(component.service, (spans.get(component.service) ?? 0) + 1);
  return symptoms.map((symptom) =>
    (spans.get(symptom.component.service) ?? 0) >= ENOUGH_SPANS
      ? { ...symptom, clarity: symptom.clarity * LEFT_TO_METRICS }
      : symptom,
  );
}
