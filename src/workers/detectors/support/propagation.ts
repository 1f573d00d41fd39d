import type { TimelineEntry } from '../../../shared/report.ts';
import { type MetricShift, metricShifts } from '../../changes/metric-shifts.ts';
import { plain } from '../../localisation/symptoms/metric-changes.ts';
import type { CallGraph } from '../../localisation/telemetry/call-graph.ts';
import { knownCalls } from '../../localisation/telemetry/known-calls.ts';
import { metricKind } from '../../localisation/telemetry/metric-kind.ts';
import type { DetectorInput } from '../detector.ts';
import { sameName } from './names.ts';
import { unique } from './text.ts';

/** How the trouble came from where it began to where it was noticed. */
export type Propagation = {
  /** From the beginning to the alert's service; empty where no calls are known that lead from one to the other. */
  path: string[];
  /** False where calls were seen, of both, and none lead from the alert's service to the beginning: the trouble cannot have come that way. */
  plausible: boolean;
  /** When each service on the way left its usual level. */
  timeline: TimelineEntry[];
  /** What the path was read from. */
  evidence: number[];
};

const NOWHERE: Propagation = { path: [], plausible: true, timeline: [], evidence: [] };

/** Symptoms flow from callee to caller: the shortest way of calls from the alert's service to the suspect, backwards. */
export function propagation(input: DetectorInput, suspect: string): Propagation {
  const graph = knownCalls(input);
  const noticed = noticedAt(input, graph);
  if (noticed.length === 0 || noticed.includes(suspect)) return NOWHERE;
  const path = shortestPath(graph, noticed, suspect).reverse();
  const evidence = input.evidence.flatMap(({ capability, number }) =>
    capability === 'topology.services' ? number : [],
  );
  if (path.length === 0)
    return { ...NOWHERE, plausible: !(graph.isSeen(suspect) && noticed.every(graph.isSeen)), evidence };
  const configured = path.slice(1).flatMap((caller, index) => graph.configuredBy(caller, path[index]!));
  const read = unique([...evidence, ...configured]);
  return { path, plausible: true, timeline: onsetsOn(path, metricShifts(input)), evidence: read };
}

/** True for a recording, all of which somebody selected for the incident; requests are asked of a whole platform. */
export const isSelected = ({ evidence }: Pick<DetectorInput, 'evidence'>): boolean =>
  !evidence.some(({ capability }) => capability === 'requests.query');

/**
 * The suspects that have to do with the alert's service: it, whom it calls or who calls it, directly or through others. Evidence of
 * a whole platform, which nobody selected, holds the troubles of others too; of a recording everything belongs to the incident.
 */
export function connected<S extends { service: string }>(input: DetectorInput, suspects: S[]): S[] {
  const { service } = input.facts;
  if (isSelected(input) || !service) return suspects;
  const graph = knownCalls(input);
  // Of what nobody is known to call or to be called by, nothing can be told apart.
  if (graph.calleesOf(service).length + graph.callersOf(service).length === 0) return [];
  const reached = new Set([...reachable(service, graph.calleesOf), ...reachable(service, graph.callersOf)]);
  return suspects.filter((suspect) => sameName(suspect.service, service) || reached.has(suspect.service));
}

function reachable(start: string, next: (service: string) => string[]): Set<string> {
  const reached = new Set<string>();
  const open = [start];
  for (let service = open.pop(); service !== undefined; service = open.pop()) {
    if (reached.has(service)) continue;
    reached.add(service);
    open.push(...next(service));
  }
  return reached;
}

/** The services that the alerts name, as far as the call graph knows them. */
function noticedAt({ alerts, facts }: DetectorInput, graph: CallGraph): string[] {
  const named = unique([...alerts.map(({ service }) => service), facts.service].filter((name) => name != null));
  return named.filter((name) => graph.calleesOf(name).length > 0 || graph.callersOf(name).length > 0);
}

function shortestPath(graph: CallGraph, from: string[], to: string): string[] {
  const cameFrom = new Map<string, string | null>(from.map((service) => [service, null]));
  const open = [...from];
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    if (sameName(next, to)) return wayTo(next, cameFrom);
    for (const callee of graph.calleesOf(next).toSorted()) {
      if (cameFrom.has(callee)) continue;
      cameFrom.set(callee, next);
      open.push(callee);
    }
  }
  return [];
}

function wayTo(end: string, cameFrom: Map<string, string | null>): string[] {
  const way: string[] = [];
  for (let service: string | null = end; service !== null; service = cameFrom.get(service) ?? null)
    way.unshift(service);
  return way;
}

const TELLING = new Set(['latency', 'failures', 'cpu', 'memory', 'saturation']);

const worsens = ({ metric, before, since }: MetricShift) => since > before && TELLING.has(metricKind(metric));

/** The first telling shift of every service on the way, in words that the cited series hold. */
function onsetsOn(path: string[], shifts: MetricShift[]): TimelineEntry[] {
  return path.flatMap((service) => {
    const own = shifts.filter((shift) => shift.service === service && worsens(shift));
    const first =
      own.find(({ metric }) => metricKind(metric) === 'latency' || metricKind(metric) === 'failures') ?? own[0];
    if (!first) return [];
    const what = `${first.metric} of ${service} goes from ${plain(first.before)} to ${plain(first.since)} (medians)`;
    return [{ at: new Date(first.at).toISOString(), what, evidence: [first.evidence] }];
  });
}
