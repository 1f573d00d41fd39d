import { kubernetesEvent, podName, workload } from './kubernetes-objects.ts';
import { ALL_PLANTED, PLANTED } from './planted-secrets.ts';
import { log, MINUTE, series, span, spread, type Where } from './telemetry-rows.ts';
import type { KubernetesObject, Scenario } from './telemetry-world.ts';

/** The secrets as attributes: each under a plain name, and each in a name of its own. */
const ATTRIBUTES = Object.fromEntries(
  PLANTED.flatMap(({ text }, index) => [
    [`note.${index}`, text],
    [`key ${text}`, `value ${index}`],
  ]),
);

/** billing: whoever wrote it logs, traces, labels and annotates every secret that it knows. */
export const leaky: Scenario = (now) => {
  const good = { suffix: 'k4v7x', createdAt: now - 30 * MINUTE };
  const bad = {
    suffix: 'm8n2p',
    createdAt: now - 20 * MINUTE,
    ready: false,
    restarts: 6,
    waiting: { reason: 'CrashLoopBackOff', message: `back-off, last words: ${ALL_PLANTED}` },
    lastTermination: { reason: 'Error', exitCode: 1, at: now - 3 * MINUTE },
  };
  const where: Where = { service: 'billing', namespace: 'shop', pod: podName('billing', good) };
  const times = spread(now - 12 * MINUTE, now - 3_000, PLANTED.length);
  const pool = 'HikariPool-1 - Connection is not available, request timed out after 30000ms';
  const env = PLANTED.map(({ secret }, index) => ({ name: `PLAN_${index}_PASSWORD`, value: secret }));
  return {
    objects: [
      ...workload({
        name: 'billing',
        namespace: 'shop',
        image: 'ghcr.io/shop/billing:1.0.0',
        port: 8080,
        pods: [good, bad],
        env,
      }).map(annotated),
      ...PLANTED.map(({ text }, index) =>
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
      log(at, where, 'ERROR', `${pool}: ${PLANTED[index]?.text}`, ATTRIBUTES),
      log(at + 5, where, 'WARN', `${PLANTED[index]?.text} and more`, { attribute: ALL_PLANTED }),
    ]),
    spans: times.slice(0, 12).map((at, index) =>
      span(at, where, {
        name: `charge ${PLANTED[index]?.text}`,
        durationMs: 9_000,
        error: true,
        attributes: ATTRIBUTES,
      }),
    ),
    metrics: PLANTED.map(({ text }) =>
      series(
        now,
        { metric: 'db.client.connections.max', unit: '1', labels: { 'service.name': 'billing', pool: text } },
        () => 10,
      ),
    ),
  };
};

function annotated(object: KubernetesObject): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, annotations: ATTRIBUTES } };
}
