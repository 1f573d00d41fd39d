import type { AlertClass } from '../../../src/shared/alert.ts';
import { makeAlert } from '../cases/make-alert.ts';
import { makeEvidence, type Recorded } from '../cases/make-evidence.ts';
import { metricEvidence, type PointRow, rangeOf } from '../cases/recorded-case.ts';
import type { CaseInput } from '../cases/suite-adapter.ts';
import { isFindable } from './findable.ts';
import { between, factor, integer, oneOf, type Random, randomOf, spread } from './random.ts';
import { FAULTS, type Fault, type FaultKind, playRequests, type Requests } from './synthetic-requests.ts';
import { edgesOf, type Pod, type Service, type System, syntheticSystem } from './synthetic-system.ts';

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
};

const MINUTE_MS = 60_000;
const START = Date.UTC(2030, 4, 6, 9, 0);
const BEFORE_MINUTES = 8;
const AFTER_MINUTES = 3;
/** Traces and logs are sampled for so long. */
const SECONDS = 45;

/** A case that nobody recorded: a random system with a random fault in one pod, told by noisy metrics, spans and logs. */
export function syntheticCase(seed: string): SyntheticCase {
  const random = randomOf(seed);
  const system = syntheticSystem(random, integer(random, 5, 40));
  const fault = faultIn(random, system);
  const alertAt = START + integer(random, 0, 600) * MINUTE_MS + integer(random, 0, 59_000);
  const injectAt = alertAt - between(random, 1, 3) * MINUTE_MS;
  const healthy = playRequests(random, system, { from: alertAt - 86_400_000, seconds: SECONDS, name: 'b' }, null);
  const faulty = playRequests(
    random,
    system,
    { from: alertAt - SECONDS * 1000 + 5000, seconds: SECONDS, name: 'd' },
    fault,
  );
  const has = { traces: random() < 0.9, logs: random() < 0.6, baseline: random() < 0.75, topology: random() < 0.6 };
  const recorded = [
    ...metricEvidence(metricsOf(random, system, fault, { alertAt, injectAt }, { healthy, faulty }), (metric) => ({
      metric,
    })),
    ...[...(has.baseline ? [healthy] : []), faulty].flatMap((requests) => [
      ...(has.traces ? [spansOf(requests)] : []),
      ...(has.logs ? [logsOf(requests)] : []),
    ]),
    ...(has.topology ? [{ capability: 'topology.services', data: { edges: edgesOf(system) } }] : []),
  ];
  const alert = makeAlert({ title: 'Alert', startsAt: new Date(alertAt).toISOString() });
  const now = new Date(alertAt + AFTER_MINUTES * MINUTE_MS);
  const size = system.services.length < 12 ? 'small' : system.services.length < 26 ? 'middle' : 'large';
  const findable = isFindable(fault, faulty, has);
  const without = Object.entries(has).flatMap(([what, there]) => (there ? [] : [`no ${what}`]));
  return {
    input: { alerts: [alert], evidence: makeEvidence(recorded, now), now },
    service: fault.pod.service.name,
    pod: fault.pod.name,
    class: CLASS_OF[fault.kind],
    tags: [
      fault.kind,
      findable ? `${fault.kind}, findable` : `${fault.kind}, not findable`,
      findable ? 'findable' : 'not findable',
      size,
      ...(without.length > 0 ? without : ['complete']),
    ],
  };
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

type Times = { alertAt: number; injectAt: number };
type Played = { healthy: Requests; faulty: Requests };

function metricsOf(
  random: Random,
  system: System,
  fault: Fault,
  { alertAt, injectAt }: Times,
  played: Played,
): PointRow[] {
  const rows: PointRow[] = [];
  const odd = oddities(random, system);
  const [calm, trouble] = [latencies(played.healthy), latencies(played.faulty)];
  for (let at = alertAt - BEFORE_MINUTES * MINUTE_MS; at <= alertAt + AFTER_MINUTES * MINUTE_MS; at += MINUTE_MS) {
    const faulty = at > injectAt;
    const load = factor(random, 0.08) * (1 + 0.1 * Math.sin(at / 6e6));
    const requests = faulty ? played.faulty : played.healthy;
    for (const service of system.services) {
      const rate = ((requests.callsOf.get(service.name) ?? 0) / SECONDS) * load;
      for (const pod of service.pods) {
        if (faulty && fault.kind === 'down' && fault.pod === pod) continue;
        const labels = { 'service.name': service.name, 'k8s.pod.name': pod.name };
        const note = (metric: string, value: number) => rows.push({ metric, labels, at, value });
        const own = rate / service.pods.length;
        note(
          'pod_cpu_usage_millicores',
          cpuOf(random, service, own, faulty && fault.pod === pod ? fault : null) * (odd.get(pod) ?? 1),
        );
        note(
          'pod_memory_usage_mib',
          service.memory *
            factor(random, 0.01) *
            (faulty && fault.kind === 'memory' && fault.pod === pod ? between(random, 1.3, 2.5) : 1),
        );
        note('pod_requests_per_second', Math.round(own * factor(random, 0.12) * 15) / 15);
        note('pod_network_receive_bytes', (own + 0.2) * 1500 * factor(random, 0.25));
        const usual = calm.get(pod.name);
        const now = (faulty ? trouble : calm).get(pod.name) ?? usual;
        if (now !== undefined && usual !== undefined)
          note('pod_server_latency_p90_seconds', (now / 1000) * factor(random, 0.25));
      }
    }
    const share = faulty ? played.faulty.failed / played.faulty.total : 0;
    rows.push({ metric: 'success_rate_percent', labels: {}, at, value: 100 * (1 - share * factor(random, 0.1)) });
  }
  return rows;
}

function cpuOf(random: Random, { cpu }: Service, rate: number, fault: Fault | null): number {
  const usual = (cpu.rest + cpu.perRequest * rate) * factor(random, 0.2);
  if (fault?.kind === 'cpu') return usual * spread(random, 2.5, 30);
  return fault?.kind === 'memory' ? usual * between(random, 1, 1.8) : usual;
}

/** Pods that do something else at the time, as some always do: backups, garbage collection, cron. */
function oddities(random: Random, system: System): Map<Pod, number> {
  const pods = system.services.flatMap(({ pods: own }) => own);
  const count = Math.round(pods.length * 0.05);
  return new Map(Array.from({ length: count }, () => [oneOf(random, pods), between(random, 1.3, 3)]));
}

/** The ninth decile of the time that each pod's spans of requests took, ms. */
function latencies({ spans }: Requests): Map<string, number> {
  const served = Map.groupBy(
    spans.filter(({ name }) => name.startsWith('/')),
    ({ pod }) => pod,
  );
  return new Map(
    [...served].map(([pod, own]) => {
      const sorted = own.map(({ durationMs }) => durationMs).sort((left, right) => left - right);
      return [pod, sorted[Math.floor(0.9 * (sorted.length - 1))]!];
    }),
  );
}

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
