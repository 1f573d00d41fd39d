import { kubernetesEvent, podName, workload } from './kubernetes-objects.ts';
import { PLANTED, PLANTED_ADDRESSES, type Planted } from './planted-secrets.ts';
import { log, MINUTE, series, span, spread, type Where } from './telemetry-rows.ts';
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
  return {
    objects: [
      ...workload({
        name: 'billing',
        namespace: 'shop',
        image: 'ghcr.io/shop/billing:1.0.0',
        port: 8080,
        pods: [good, bad],
        env,
      }).map((object) => annotated(object, attributes)),
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
    spans: times.slice(0, 12).map((at, index) =>
      span(at, where, {
        name: `charge ${planted[index]?.text}`,
        durationMs: 9_000,
        error: true,
        attributes,
      }),
    ),
    metrics: planted.map(({ text }) =>
      series(
        now,
        { metric: 'db.client.connections.max', unit: '1', labels: { 'service.name': 'billing', pool: text } },
        () => 10,
      ),
    ),
  };
}

function annotated(object: KubernetesObject, annotations: Record<string, string>): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, annotations } };
}
