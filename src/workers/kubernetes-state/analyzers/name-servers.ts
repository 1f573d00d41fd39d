import { changeAction, describeAction, listAction } from '../actions.ts';
import { type Analyzer, diagnosis } from '../diagnosis.ts';
import type { KubernetesState } from '../kubernetes-state.ts';
import { name } from '../quote.ts';
import { textsAt, valueAt } from '../raw.ts';
import { workloadName } from '../relations.ts';

/** The names under which the name service of a cluster runs. */
export const NAME_SERVERS = ['coredns', 'kube-dns'];

/** Finds a name service of the cluster of which nothing runs. */
export const nameServersDown: Analyzer = ({ state }) => {
  const down = whyDown(state);
  if (!down) return [];
  return [
    diagnosis({
      kind: 'name-servers-down',
      class: 'network',
      statement: `The DNS of the cluster does not answer, so no name resolves: ${down.why}`,
      component: down.component,
      namespace: 'kube-system',
      touches: NAME_SERVERS,
      confidence: 0.88,
      evidence: down.evidence,
      actions: [
        ...listAction('pods', 'kube-system', 'See the pods of the name service'),
        ...describeAction('deployment', down.component, 'kube-system', 'See replicas and events of the name service'),
        changeAction('Bring the pods of the name service back', 'Starts them.'),
      ],
      prevention: ['Alert when the name service of the cluster has fewer than two ready pods.'],
    }),
  ];
};

type Down = { component: string; why: string; evidence: number[] };

function whyDown(state: KubernetesState): Down | null {
  const workload = state.workloads.find(
    ({ kind, name: own, desired, ready, available }) =>
      kind === 'Deployment' && NAME_SERVERS.includes(own) && (desired === 0 || (ready ?? available) === 0),
  );
  if (workload) {
    const why =
      workload.desired === 0 ? 'is scaled to zero (0 replicas desired)' : 'has no ready pod (0 replicas ready)';
    return { component: workload.name, why: `Deployment ${name(workload.name)} ${why}`, evidence: workload.evidence };
  }
  const pods = state.pods.filter((pod) => NAME_SERVERS.includes(workloadName(pod)) && !pod.deleting);
  const [first] = pods;
  if (first && pods.every(({ ready }) => ready === false))
    return {
      component: workloadName(first),
      why: `none of the pods of ${name(workloadName(first))} is ready${first.reason ? ` (${name(first.reason)})` : ''}`,
      evidence: pods.flatMap(({ evidence }) => evidence),
    };
  const empty = (state.others.get('Endpoints') ?? []).find(
    ({ name: own, raw }) =>
      NAME_SERVERS.includes(own) &&
      Array.isArray(valueAt(raw, 'endpointTexts')) &&
      textsAt(raw, 'endpointTexts').length === 0,
  );
  return empty
    ? { component: empty.name, why: `the service ${name(empty.name)} has no endpoints`, evidence: empty.evidence }
    : null;
}
