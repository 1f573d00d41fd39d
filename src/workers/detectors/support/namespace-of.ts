import type { DetectorInput } from '../detector.ts';
import { evidenceOf } from './evidence-of.ts';
import { isKubernetesName, sameName } from './names.ts';
import { relatedPods, workloadOfPod } from './pods.ts';

/** The namespace of a service: the alert's, else that of its pods or endpoints in the evidence; null where none tells. */
export function namespaceOf(service: string, input: DetectorInput): string | null {
  const pods = relatedPods(input).filter(({ pod }) => sameName(workloadOfPod(pod), service));
  const services = evidenceOf(input.evidence, 'service.health').filter(
    ({ data }) => data.found && sameName(data.service, service),
  );
  const seen = [...pods.map(({ pod }) => pod.namespace), ...services.map(({ data }) => data.namespace)];
  return [...seen, input.facts.namespace].find((name) => name !== undefined && isKubernetesName(name)) ?? null;
}
