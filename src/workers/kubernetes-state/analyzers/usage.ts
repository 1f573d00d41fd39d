import { parseKubernetesQuantity } from '../../detectors/support/quantities.ts';
import { type Analyzer, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { Pod } from '../kubernetes-state.ts';
import { name } from '../quote.ts';
import { textAt } from '../raw.ts';
import { workloadName, workloadOfPod } from '../relations.ts';

/** From this share of its limit on a pod is short of a resource. */
const NEAR = 0.9;

/** Finds pods whose measured use (`kubectl top`) is at their limit: throttled for CPU, about to be killed for memory. */
export const usage: Analyzer = ({ state }) =>
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
