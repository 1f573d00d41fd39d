import { changeAction, describeAction, listAction } from '../actions.ts';
import { type Analyzer, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { KubernetesState, Pod, Service } from '../kubernetes-state.ts';
import { name } from '../quote.ts';
import { sameNamespace, workloadName } from '../relations.ts';
import { alike } from './services.ts';

/**
 * Finds services whose endpoints are the pods of another program while their own run beside them, by the addresses alone: tables tell no
 * labels.
 */
export const foreignEndpoints: Analyzer = ({ state }) =>
  state.services.flatMap((service) => foreign(state, service)).slice(0, 2);

const hasLabels = (pod: Pod): boolean => Object.keys(pod.labels).length > 0;

function foreign(state: KubernetesState, service: Service): Diagnosis[] {
  const inside = state.pods.filter((pod) => !pod.deleting && sameNamespace(pod.namespace, service.namespace));
  const addresses = new Set((service.endpoints ?? []).map((address) => address.replace(/:\d+$/, '')));
  const behind = inside.filter(({ ip }) => ip !== null && addresses.has(ip));
  const own = inside.filter((pod) => workloadName(pod) === service.name && pod.ready === true);
  // Where labels are known the analyzer of services compares them.
  if (own.length === 0 || behind.length === 0 || behind.length < addresses.size || behind.every(hasLabels)) return [];
  const programs = [...new Set(behind.map(workloadName))];
  const [program] = programs;
  if (program === undefined || programs.length > 1 || alike(program, service.name)) return [];
  const selector = Object.entries(service.selector).map(([key, value]) => `${key}=${value}`);
  return [
    diagnosis({
      kind: 'selector-mismatch',
      class: 'network',
      statement: `The selector of Service ${name(service.name)}${selector.length > 0 ? ` (${selector.join(', ')})` : ''} selects the wrong pods: its endpoints are those of ${name(program)}, and none of the pods of ${name(service.name)}, which are ready, is among them (selector mismatch)`,
      component: service.name,
      namespace: service.namespace,
      touches: [service.name, program, ...own.map((pod) => pod.name), ...behind.map((pod) => pod.name)],
      confidence: 0.88,
      evidence: [...new Set([...service.evidence, ...[...own, ...behind].flatMap(({ evidence }) => evidence)])],
      actions: [
        ...describeAction('service', service.name, service.namespace, 'See selector and endpoints of the service'),
        ...listAction('pods', service.namespace, 'See the labels that the pods really have'),
        changeAction(
          'Correct the selector of the service',
          'Traffic of the service goes to the pods that it then selects.',
        ),
      ],
      prevention: ['Let one source (chart, kustomize) write the labels of pods and the selectors of their services.'],
    }),
  ];
}
