import { kubernetesEvent, podName, workload } from './kubernetes-objects.ts';
import { PLANTED, PLANTED_ADDRESSES, type Planted } from './planted-secrets.ts';
import { HOUR, log, MINUTE, series, span, spread, type Where } from './telemetry-rows.ts';
import type { KubernetesObject, Scenario } from './telemetry-world.ts';

/** The secrets as attributes: each under a plain name, and each in a name of its own. */
const attributesOf = (planted: readonly Planted[]) =>
  Object.fromEntries(
    planted.flatMap(({ text }, index) => [
      [`note.${index}`, text],
      [`key ${text}`, `value ${index}`],
    ]),
  );

/** billing: whoever wrote it logs, traces, labels and annotates every secret that it knows. */
export const leaky: Scenario = (now) => leaking(now, PLANTED);

/** The same with every address that it knows. */
export const leakyAddresses: Scenario = (now) => leaking(now, PLANTED_ADDRESSES);

function leaking(now: number, planted: readonly Planted[]): ReturnType<Scenario> {
  const attributes = attributesOf(planted);
  const all = planted.map(({ text }) => text).join('\n');
  const good = { suffix: 'k4v7x', createdAt: now - 30 * MINUTE };
  const bad = {
    suffix: 'm8n2p',
    createdAt: now - 20 * MINUTE,
    ready: false,
    restarts: 6,
    waiting: { reason: 'CrashLoopBackOff', message: `back-off, last words: ${all}` },
    lastTermination: { reason: 'Error', exitCode: 1, at: now - 3 * MINUTE },
  };
  const where: Where = { service: 'billing', namespace: 'shop', pod: podName('billing', good) };
  const times = spread(now - 12 * MINUTE, now - 3_000, planted.length);
  const pool = 'HikariPool-1 - Connection is not available, request timed out after 30000ms';
  const env = planted.map(({ secret }, index) => ({ name: `PLAN_${index}_PASSWORD`, value: secret }));
  const calls = times
    .slice(0, 12)
    .map((at, index) =>
      span(at, where, { name: `charge ${planted[index]?.text}`, durationMs: 9_000, error: true, attributes }),
    );
  // Whoever names services after what they were called with: lists, maps and series of services show these names.
  const served = planted.map(({ text }, index) => {
    const { traceId, spanId } = calls[index % calls.length]!;
    const about = { name: 'GET /', durationMs: 40, kind: 'Server', traceId, parentSpanId: spanId };
    return span(times[index]!, { service: text, namespace: 'shop' }, about);
  });
  return {
    objects: [
      ...workload({
        name: 'billing',
        namespace: 'shop',
        image: 'ghcr.io/shop/billing:1.0.0',
        port: 8080,
        pods: [good, bad],
        env,
        previous: [{ hash: '6c8b7d9f5c', image: all, createdAt: now - 2 * HOUR }],
      }).map((object) => leakingObject(object, attributes)),
      ...planted.map(({ text }, index) =>
        kubernetesEvent({
          namespace: 'shop',
          kind: 'Pod',
          name: podName('billing', good),
          type: 'Warning',
          reason: 'Unhealthy',
          message: `Readiness probe ${index} failed: ${text}`,
          firstSeen: now - 10 * MINUTE,
          count: 3,
        }),
      ),
    ],
    logs: times.flatMap((at, index) => [
      log(at, where, 'ERROR', `${pool}: ${planted[index]?.text}`, attributes),
      log(at + 5, where, 'WARN', `${planted[index]?.text} and more`, { attribute: all }),
    ]),
    spans: [...calls, ...served],
    podLogs: [false, true].map((previous) => ({
      ...{ namespace: 'shop', pod: podName('billing', bad), container: 'billing', previous },
      lines: planted.flatMap(({ text }, index) => `line ${index} ${text}`.split('\n')),
    })),
    metrics: planted.flatMap(({ text }) =>
      ['max', 'usage'].map((name) => {
        const labels = { 'service.name': 'billing', pool: text, state: text };
        return series(now, { metric: `db.client.connections.${name}`, unit: '1', labels }, () => 10);
      }),
    ),
  };
}

/** The object with the attributes as annotations, of which those about revisions are kept as evidence, and as names of ports. */
function leakingObject(object: KubernetesObject, attributes: Record<string, string>): KubernetesObject {
  const revisions = Object.entries(attributes).map(([name, text]) => [`${name}.revision`, text]);
  const annotations = { ...attributes, ...Object.fromEntries(revisions) };
  const leaking = { ...object, metadata: { ...object.metadata, annotations } };
  if (object.kind !== 'Service') return leaking;
  const spec = object.spec as { ports: { port: number }[] };
  const named = Object.values(attributes).flatMap((name) => spec.ports.map((port) => ({ ...port, name })));
  return { ...leaking, spec: { ...spec, ports: [...spec.ports, ...named] } };
}
