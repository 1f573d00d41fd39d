import type { PointRow } from '../cases/recorded-case.ts';
import { between, factor, oneOf, type Random, spread } from './random.ts';
import type { Fault, Requests } from './synthetic-requests.ts';
import type { Pod, Service, System } from './synthetic-system.ts';

/** Epoch ms. */
export type Times = { alertAt: number; injectAt: number };
/** The requests of a healthy and of the faulty time, each of `seconds`. */
export type Played = { healthy: Requests; faulty: Requests; seconds: number };

const MINUTE_MS = 60_000;
const BEFORE_MINUTES = 8;
/** What measures requests only keeps them for longer. */
const REQUESTS_BEFORE_MINUTES = 45;
export const AFTER_MINUTES = 3;

/** Noisy metrics of every pod, a point a minute: use of CPU and memory, requests, bytes received, durations; and the success of all requests. */
export function metricsOf(
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
      const rate = ((requests.callsOf.get(service.name) ?? 0) / played.seconds) * load;
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
export function latencies({ spans }: Requests): Map<string, number> {
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

/** Of so many requests some fail in any healthy service. */
const USUAL_FAILURES = 0.002;

/** What a system tells that measures its requests and nothing else: how many, how long, how many succeed; by pod, a point a minute. */
export function requestMetricsOf(
  random: Random,
  system: System,
  fault: Fault,
  { alertAt, injectAt }: Times,
  played: Played,
): PointRow[] {
  const rows: PointRow[] = [];
  const [calm, trouble] = [latencies(played.healthy), latencies(played.faulty)];
  for (
    let at = alertAt - REQUESTS_BEFORE_MINUTES * MINUTE_MS;
    at <= alertAt + AFTER_MINUTES * MINUTE_MS;
    at += MINUTE_MS
  ) {
    const faulty = at > injectAt;
    const load = factor(random, 0.08);
    const requests = faulty ? played.faulty : played.healthy;
    for (const service of system.services) {
      const calls = requests.callsOf.get(service.name) ?? 0;
      const failed = Math.min(1, (requests.failuresOf.get(service.name) ?? 0) / Math.max(1, calls));
      for (const pod of service.pods) {
        if (faulty && fault.kind === 'down' && fault.pod === pod) continue;
        const labels = { 'service.name': service.name, 'k8s.pod.name': pod.name };
        const note = (metric: string, value: number) => rows.push({ metric, labels, at, value });
        const rate = (calls / played.seconds / service.pods.length) * load * factor(random, 0.12);
        note('requests_per_second', Math.round(rate * 60) / 60);
        const usual = calm.get(pod.name);
        const now = (faulty ? trouble : calm).get(pod.name) ?? usual;
        if (now !== undefined) note('request_duration_p90_seconds', (now / 1000) * factor(random, 0.15));
        const share = Math.min(1, (failed + USUAL_FAILURES) * factor(random, 0.2));
        note('request_success_rate_percent', 100 * (1 - share));
      }
    }
  }
  return rows;
}
