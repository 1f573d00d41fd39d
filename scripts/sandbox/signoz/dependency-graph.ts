import type { TelemetryWorld } from '../scenarios/telemetry-world.ts';

/** POST /api/v1/dependency_graph: one row per pair of services that called each other in the range (nanoseconds as text). */
export function dependencyGraph(world: TelemetryWorld, body: Buffer) {
  const { start, end } = JSON.parse(body.toString('utf8')) as { start: string; end: string };
  const spans = world.spans.filter(({ at }) => at * 1e6 >= Number(start) && at * 1e6 < Number(end));
  const services = new Map(spans.map(({ spanId, service }) => [spanId, service]));
  const calls = spans.flatMap(({ parentSpanId, service, error, durationMs }) => {
    const parent = services.get(parentSpanId);
    return parent && parent !== service ? [{ parent, child: service, error, durationMs }] : [];
  });
  const seconds = (Number(end) - Number(start)) / 1e9;
  return [...Map.groupBy(calls, ({ parent, child }) => JSON.stringify([parent, child])).values()].map((members) => {
    const durations = members.map(({ durationMs }) => durationMs).sort((a, b) => a - b);
    const at = (share: number) => durations[Math.ceil(share * durations.length) - 1];
    return {
      parent: members[0]!.parent,
      child: members[0]!.child,
      callCount: members.length,
      callRate: members.length / seconds,
      errorRate: (100 * members.filter(({ error }) => error).length) / members.length,
      p50: at(0.5),
      p75: at(0.75),
      p90: at(0.9),
      p95: at(0.95),
      p99: at(0.99),
    };
  });
}
