import { buildState } from '../../kubernetes-state/build-state.ts';
import { workloadName } from '../../kubernetes-state/relations.ts';
import type { DetectorInput } from '../detector.ts';
import { isKubernetesName, sameName } from './names.ts';

/**
 * The namespace of a service: that of its pods, workloads or endpoints in the evidence, else the alert's; null where none tells, or
 * several and the alert names none of them.
 */
export function namespaceOf(service: string, { evidence, facts }: DetectorInput): string | null {
  const state = buildState(evidence);
  const own = [
    ...state.pods.filter((pod) => sameName(workloadName(pod), service)),
    ...[...state.workloads, ...state.services].filter(({ name }) => sameName(name, service)),
  ];
  const known = (name: string | null | undefined) => (name && isKubernetesName(name) ? [name] : []);
  const seen = [...new Set(own.flatMap(({ namespace }) => known(namespace)))];
  const [told = null] = known(facts.namespace);
  if (seen.length === 1) return seen[0] ?? null;
  return told !== null && (seen.length === 0 || seen.includes(told)) ? told : null;
}
