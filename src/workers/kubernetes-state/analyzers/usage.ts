import { parseKubernetesQuantity } from '../../detectors/support/quantities.ts';
import { type Analyzer, type Context, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { Pod } from '../kubernetes-state.ts';
import { name } from '../quote.ts';
import { textAt } from '../raw.ts';
import { workloadName, workloadOfPod } from '../relations.ts';

/** From this share of its limit on a pod is short of a resource. */
const NEAR = 0.9;

/** Finds pods whose measured use (`kubectl top`) is at their limit: throttled for CPU, about to be killed for memory. */
export const usage: Analyzer = (context) => {
  const limited = atLimit(context);
  return limited.length > 0 ? limited : outliers(context);
};

/** A pod without a limit that uses this many times as much CPU as the others, and at least most of a processor (in cores). */
const TIMES = 10;
const MOST_OF_A_CORE = 0.8;

/** Alerts that a busy processor would explain; backups and reports are meant to work hard. */
const SPEAKS_OF_USE =
  /\bcpu|slow|latenc|load\b|throttl|p9\d|time[sd]? ?-?out|respons|resource|usage|\bslo\b|5\d\d|root cause|why|wrong|hang|busy|saturat|performance/i;
const MOST_OF_LEAD = 0.28;

function outliers({ state, text }: Context): Diagnosis[] {
  const used = state.pods.flatMap((pod) => {
    const text = textAt(pod.raw, 'status', 'usage', 'cpu');
    const cores = parseKubernetesQuantity(text ?? '');
    return text !== null && cores !== null ? [{ pod, text, cores }] : [];
  });
  const ordered = used.toSorted((left, right) => left.cores - right.cores);
  const usual = ordered[Math.floor((ordered.length - 1) / 2)]?.cores ?? 0;
  const [most] = ordered.slice(-1);
  if (!most || used.length < 2 || most.cores < MOST_OF_A_CORE || most.cores < TIMES * usual) return [];
  return [
    diagnosis({
      kind: 'usage-outlier',
      class: 'resource',
      statement: `Pod ${name(most.pod.name)} uses ${most.text} of CPU (high CPU), many times as much as the other pods`,
      component: workloadName(most.pod),
      namespace: most.pod.namespace,
      touches: [most.pod.name, workloadName(most.pod)],
      confidence: SPEAKS_OF_USE.test(text) ? 0.55 : MOST_OF_LEAD,
      cause: false,
      evidence: most.pod.evidence,
    }),
  ];
}

const atLimit: Analyzer = ({ state }) =>
  state.pods.flatMap((pod) => {
    const containers =
      pod.template.containers.length > 0
        ? pod.template.containers
        : (workloadOfPod(state, pod)?.template?.containers ?? []);
    return (['cpu', 'memory'] as const).flatMap((resource) => {
      const used = textAt(pod.raw, 'status', 'usage', resource);
      const limits = containers.flatMap(({ limits: own }) => own[resource] ?? []);
      return used && limits.length === containers.length && limits.length === 1
        ? check(pod, resource, used, limits[0] ?? '')
        : [];
    });
  });

function check(pod: Pod, resource: 'cpu' | 'memory', used: string, limit: string): Diagnosis[] {
  const [now, most] = [parseKubernetesQuantity(used), parseKubernetesQuantity(limit)];
  if (now === null || most === null || most === 0 || now < NEAR * most) return [];
  const effect =
    resource === 'cpu'
      ? 'so it is throttled and answers slowly (CPU throttling)'
      : 'so it is about to be killed for want of memory (OOM)';
  return [
    diagnosis({
      kind: `usage-${resource}`,
      class: 'resource',
      statement: `Pod ${name(pod.name)} uses ${used} of its ${resource} limit of ${limit}, ${effect}`,
      component: workloadName(pod),
      namespace: pod.namespace,
      touches: [pod.name, workloadName(pod)],
      confidence: 0.76,
      evidence: pod.evidence,
    }),
  ];
}
