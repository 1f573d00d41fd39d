import type { KubernetesState, Pod, Service } from '../kubernetes-state.ts';
import { name } from '../quote.ts';
import { textAt } from '../raw.ts';
import { placesBehind, selectables, workloadName } from '../relations.ts';
import type { TargetGroup } from './target-group.ts';
import { groupInArn } from './targets-in-json.ts';

/** Who runs behind a target group, as the end of a sentence, with names and evidence; all empty where nothing tells it. */
export type Behind = {
  text: string;
  service: string | null;
  namespace: string | null;
  names: string[];
  evidence: number[];
};

export const NOBODY: Behind = { text: '', service: null, namespace: null, names: [], evidence: [] };

/** The service and workload behind a target group: by its binding, by the addresses of its targets, or by the name that a controller gave it. */
export function workloadBehind(
  state: KubernetesState,
  { name: group, targets }: Pick<TargetGroup, 'name' | 'targets'>,
): Behind {
  const addresses = new Set(targets.map(({ id }) => id));
  const pods = state.pods.filter(({ ip }) => ip !== null && addresses.has(ip));
  const service =
    state.services.find((one) => isBound(state, one, group)) ?? state.services.find((one) => isNamedSo(one, group));
  if (!service)
    return pods[0]
      ? { ...ofPods(pods), text: `. Behind it runs ${name(workloadName(pods[0]))}${readiness(pods)}` }
      : NOBODY;
  const selected = placesBehind(state, service, selectables(state)).flatMap(({ pod }) => pod ?? []);
  const own = selected.length > 0 ? selected : pods;
  const { names, evidence } = ofPods(own);
  const runs = own[0] ? `, which leads to ${name(workloadName(own[0]))}${readiness(own)}` : '';
  return {
    text: `. Behind it stands Service ${name(service.name)}${runs}`,
    service: service.name,
    namespace: service.namespace,
    names: [service.name, ...names],
    evidence: [...service.evidence, ...evidence],
  };
}

const ofPods = (pods: Pod[]): Behind => ({
  ...NOBODY,
  namespace: pods[0]?.namespace ?? null,
  names: [...new Set(pods.flatMap((pod) => [workloadName(pod), pod.name]))],
  evidence: pods.flatMap(({ evidence }) => evidence),
});

/** Pods that are ready by their own probe tell that the two checks ask different things. */
function readiness(pods: Pod[]): string {
  if (!pods.every(({ ready }) => ready === true)) return '';
  const probe = pods[0]?.template.containers.flatMap(({ probes }) => probes).find(({ kind }) => kind === 'readiness');
  const asks = probe?.path && probe.port ? ` (it asks ${name(probe.path)} on port ${name(probe.port)})` : '';
  return `, whose pods are ready by their own probe${asks}`;
}

/** A TargetGroupBinding of the AWS load balancer controller. */
const isBound = ({ others }: KubernetesState, service: Service, group: string | null): boolean =>
  group !== null &&
  (others.get('TargetGroupBinding') ?? []).some(
    ({ raw, namespace }) =>
      groupInArn(textAt(raw, 'spec', 'targetGroupARN')) === group &&
      textAt(raw, 'spec', 'serviceRef', 'name') === service.name &&
      namespace === service.namespace,
  );

/** `k8s-shop-orders-1a2b3c4d5e` (AWS) shortens namespace and service to eight characters; others are called like the service. */
function isNamedSo({ name: service, namespace }: Service, group: string | null): boolean {
  if (group === null) return false;
  const short = `k8s-${(namespace ?? '').replaceAll('-', '').slice(0, 8)}-${service.replaceAll('-', '').slice(0, 8)}-`;
  return group === service || (namespace !== null && group.startsWith(short));
}
