import type { AlertClass } from '../../../src/shared/alert.ts';
import { makeAlert } from '../cases/make-alert.ts';
import { makeEvidence, type Recorded } from '../cases/make-evidence.ts';
import { metricEvidence, rangeOf } from '../cases/recorded-case.ts';
import type { CaseInput } from '../cases/suite-adapter.ts';
import { isFindable } from './findable.ts';
import { between, integer, oneOf, type Random, randomOf, spread } from './random.ts';
import { AFTER_MINUTES, latencies, metricsOf, type Played, requestMetricsOf, type Times } from './synthetic-metrics.ts';
import { FAULTS, type Fault, type FaultKind, playRequests, type Requests } from './synthetic-requests.ts';
import { edgesOf, type Service, type System, syntheticSystem } from './synthetic-system.ts';

export type SyntheticCase = {
  input: CaseInput;
  service: string;
  pod: string;
  class: AlertClass;
  /** What the case is like: fault, size, what it has. */
  tags: string[];
};

const CLASS_OF: Record<FaultKind, AlertClass> = {
  cpu: 'resource',
  memory: 'resource',
  delay: 'network',
  loss: 'network',
  exception: 'application',
  return: 'application',
  down: 'infrastructure',
  slow: 'application',
};

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const START = Date.UTC(2030, 4, 6, 9, 0);
/** Traces and logs are sampled for so long. */
const SECONDS = 45;

/** A case that nobody recorded: a random system with a random fault in one pod, told by noisy metrics, spans and logs. */
export function syntheticCase(seed: string): SyntheticCase {
  const { random, system, fault, times, played } = playCase(seed);
  const has = { traces: random() < 0.9, logs: random() < 0.6, baseline: random() < 0.75, topology: random() < 0.6 };
  const recorded = [
    ...metricEvidence(metricsOf(random, system, fault, times, played), (metric) => ({ metric })),
    ...[...(has.baseline ? [played.healthy] : []), played.faulty].flatMap((requests) => [
      ...(has.traces ? [spansOf(requests)] : []),
      ...(has.logs ? [logsOf(requests)] : []),
    ]),
    ...(has.topology ? [topologyOf(system)] : []),
  ];
  const alert = makeAlert({ title: 'Alert', startsAt: new Date(times.alertAt).toISOString() });
  const size = system.services.length < 12 ? 'small' : system.services.length < 26 ? 'middle' : 'large';
  const findable = isFindable(fault, played.faulty, has);
  const without = Object.entries(has).flatMap(([what, there]) => (there ? [] : [`no ${what}`]));
  return {
    input: inputOf(alert, recorded, times),
    ...truthOf(fault),
    tags: [
      fault.kind,
      findable ? `${fault.kind}, findable` : `${fault.kind}, not findable`,
      findable ? 'findable' : 'not findable',
      size,
      ...(without.length > 0 ? without : ['complete']),
    ],
  };
}

/** So many requests have to fail, or to take so many times longer, before an alert about them fires. */
const NOTICED = { failed: 0.02, slower: 1.3 };

/**
 * The same case told by a system that measures its requests and nothing else, by the alert that it would send; null where the users of the
 * entry notice nothing, as nothing would fire.
 */
export function requestsOnlyCase(seed: string): SyntheticCase | null {
  const { random, system, fault, times, played } = playCase(seed);
  const { failed, slower } = harmOf(system, played);
  if (failed < NOTICED.failed && slower < NOTICED.slower) return null;
  const hasTopology = random() < 0.8;
  const metrics = requestMetricsOf(random, system, fault, times, played);
  const recorded = [...metricEvidence(metrics, (metric) => ({ metric })), ...(hasTopology ? [topologyOf(system)] : [])];
  const service = system.entry.name;
  const title = failed >= NOTICED.failed ? `Success rate of ${service} is low` : `Latency of ${service} is high`;
  const alert = makeAlert({ title, service, startsAt: new Date(times.alertAt).toISOString() });
  return { input: inputOf(alert, recorded, times), ...truthOf(fault), tags: [fault.kind] };
}

function playCase(seed: string) {
  const random = randomOf(seed);
  const system = syntheticSystem(random, integer(random, 5, 40));
  const fault = faultIn(random, system);
  const alertAt = START + integer(random, 0, 600) * MINUTE_MS + integer(random, 0, 59_000);
  const injectAt = alertAt - between(random, 1, 3) * MINUTE_MS;
  const before = { from: alertAt - DAY_MS, seconds: SECONDS, name: 'b' };
  const after = { from: alertAt - SECONDS * 1000 + 5000, seconds: SECONDS, name: 'd' };
  const healthy = playRequests(random, system, before, null);
  const faulty = playRequests(random, system, after, fault);
  return { random, system, fault, times: { alertAt, injectAt }, played: { healthy, faulty, seconds: SECONDS } };
}

const topologyOf = (system: System): Recorded => ({
  capability: 'topology.services',
  data: { edges: edgesOf(system) },
});

function inputOf(alert: CaseInput['alerts'][number], recorded: Recorded[], { alertAt }: Times): CaseInput {
  const now = new Date(alertAt + AFTER_MINUTES * MINUTE_MS);
  return { alerts: [alert], evidence: makeEvidence(recorded, now), now };
}

const truthOf = ({ kind, pod }: Fault) => ({ service: pod.service.name, pod: pod.name, class: CLASS_OF[kind] });

/** What users of the entry notice: the share of requests that fail, and how many times longer they wait (ninth decile). */
function harmOf({ entry }: System, { healthy, faulty }: Played): { failed: number; slower: number } {
  const slowest = (requests: Requests) => {
    const known = latencies(requests);
    return Math.max(...entry.pods.map(({ name }) => known.get(name) ?? 0));
  };
  return { failed: faulty.failed / faulty.total, slower: slowest(faulty) / slowest(healthy) };
}

/** A pod that requests reach; what breaks off an operation needs one with calls to make. */
function faultIn(random: Random, system: System): Fault {
  const reached = system.services.filter((service) => service === system.entry || isCalled(service, system));
  const kind = oneOf(random, FAULTS);
  const breaking = reached.filter(({ operations }) => operations.some(({ calls }) => calls.length > 0));
  const breaks = kind === 'exception' || kind === 'return';
  const candidates = breaks
    ? breaking
    : reached.filter((service) => kind === 'cpu' || kind === 'memory' || service !== system.entry);
  const service = oneOf(random, candidates);
  const operations = service.operations.filter(({ calls }) => !breaks || calls.length > 0);
  const operation = oneOf(random, operations);
  return {
    kind,
    pod: oneOf(random, service.pods),
    factor: kind === 'memory' ? between(random, 1.2, 3) : spread(random, 2, 12),
    delayMs: spread(random, 60, 2000),
    operation,
    callsMade: integer(random, 0, Math.max(0, operation.calls.length - 1)),
  };
}

const isCalled = (service: Service, { services }: System) =>
  services.some(({ operations }) => operations.some(({ calls }) => calls.some(({ callee }) => callee === service)));

function spansOf({ spans }: Requests): Recorded {
  const rows = spans.map(({ at, pod, ...span }) => ({
    ...span,
    at: `${new Date(Math.floor(at)).toISOString().slice(0, -1)}${String(Math.floor((at % 1) * 1000)).padStart(3, '0')}Z`,
    error: false,
    attributes: { 'k8s.pod.name': pod },
  }));
  return { capability: 'traces.query', ...wholeRange(spans), data: { spans: rows, hasMore: false, warning: null } };
}

function logsOf({ logs }: Requests): Recorded {
  const rows = logs.map(({ at, traceId, service, pod, body }) => ({
    at: new Date(Math.floor(at)).toISOString(),
    severity: null,
    service,
    body,
    attributes: { 'k8s.pod.name': pod, trace_id: traceId },
  }));
  return { capability: 'logs.query', ...wholeRange(logs), data: { rows, hasMore: false, warning: null } };
}

function wholeRange(rows: { at: number }[]) {
  const { from, to } = rangeOf(rows);
  return { from: Math.floor(from ?? 0), to: Math.ceil(to ?? 0) };
}
