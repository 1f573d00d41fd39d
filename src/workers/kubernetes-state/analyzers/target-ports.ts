import { describeAction } from '../actions.ts';
import { type Diagnosis, diagnosis } from '../diagnosis.ts';
import { setTargetPort } from '../fixes.ts';
import type { KubernetesState, Service, ServicePort } from '../kubernetes-state.ts';
import { name } from '../quote.ts';
import { textAt } from '../raw.ts';
import { placesBehind, type Selectable, sameNamespace, workloadName } from '../relations.ts';
import { refused } from './listening.ts';

type PortFault = { text: string; confidence: number };

/** The first port of a service that cannot be served by the pods that it selects; null where each can or too little is known. */
export function targetPortMismatch(service: Service, selected: Selectable[]): Diagnosis | null {
  const port = service.ports
    .filter(({ targetPort }) => targetPort !== null || !isOfTable(service) || service.endpoints?.length !== 0)
    .map((one) => ({ one, why: portFault(withEndpointPort(one, service), selected) }))
    .find(({ why }) => why !== null);
  return port?.why ? portMismatch(service, port.one, port.why, selected) : null;
}

/** A table tells no target port, and without endpoints nothing else does. */
const isOfTable = ({ raw }: Service): boolean => textAt(raw, 'metadata', 'age') !== null;

/**
 * A table tells no selector, but the endpoints tell which port of the pods gets the traffic: one that they do not declare, where callers
 * are refused. What a container declares is for information only, so that it alone proves nothing.
 */
export function endpointsElsewhere(state: KubernetesState, service: Service, places: Selectable[]): Diagnosis[] {
  const [port] = service.ports;
  const behind = placesBehind(state, service, places);
  const told = port && service.ports.length === 1 ? withEndpointPort(port, service) : null;
  const fault = told?.targetPort ? portFault(told, behind) : null;
  return told && fault && refused(state, service) ? [portMismatch(service, told, fault, behind)] : [];
}

/** Where no labels are known: a target port by a name that the workload of the service's own name does not have. */
export function misnamedPort(state: KubernetesState, service: Service): Diagnosis | null {
  const own = state.workloads.filter(
    ({ name: one, namespace }) => one === service.name && sameNamespace(namespace, service.namespace),
  );
  const selected = own.flatMap((workload) =>
    workload.template ? [{ ...workload, template: workload.template, labels: workload.selector, pod: null }] : [],
  );
  const port = service.ports.find(({ targetPort }) => targetPort !== null && !/^\d+$/.test(targetPort));
  const fault = port ? portFault(port, selected) : null;
  return port && fault ? portMismatch(service, port, fault, selected) : null;
}

/** A table of services does not tell the target port; the endpoints of a service with one port do. */
function withEndpointPort(port: ServicePort, { endpoints, ports }: Service): ServicePort {
  const seen = new Set((endpoints ?? []).flatMap((address) => /:(\d{1,5})$/.exec(address)?.[1] ?? []));
  const [only] = seen;
  return port.targetPort === null && ports.length === 1 && seen.size === 1 && only
    ? { ...port, targetPort: only }
    : port;
}

/** Why a port of the service cannot be served by the selected pods; null where it can or too little is known. */
function portFault({ targetPort, port }: ServicePort, selected: Selectable[]): PortFault | null {
  const target = targetPort ?? String(port);
  const containers = selected.flatMap(({ template }) => template.containers);
  const declared = containers.flatMap(({ ports }) => ports);
  if (containers.length === 0 || declared.length === 0) return null;
  if (declared.some((one) => String(one.port) === target || one.name === target)) return null;
  const listens = [...new Set(declared.map((one) => one.port))].join(', ');
  if (!/^\d+$/.test(target))
    return {
      text: `is sent to the port named ${name(target)}, but no container has a port of that name`,
      confidence: 0.9,
    };
  return {
    text: `is sent to targetPort ${target}, but the containers listen on containerPort ${listens} (target port mismatch)`,
    confidence: 0.86,
  };
}

function portMismatch(service: Service, told: ServicePort, fault: PortFault, selected: Selectable[]): Diagnosis {
  const { port } = told;
  const [first] = selected;
  return diagnosis({
    kind: 'port-mismatch',
    class: 'network',
    statement: `Port ${port} of Service ${name(service.name)} ${fault.text}, so connections to the service are refused`,
    component: service.name,
    namespace: service.namespace,
    touches: [
      service.name,
      ...selected.flatMap((place) => [place.name, place.pod ? workloadName(place.pod) : place.name]),
    ],
    confidence: fault.confidence,
    evidence: [...service.evidence, ...(first?.evidence ?? [])],
    actions: [
      ...describeAction(
        'service',
        service.name,
        service.namespace,
        'See port, targetPort and endpoints of the service',
      ),
      ...setTargetPort(service, told, selected),
    ],
    prevention: ['Name container ports and let services refer to the name.'],
  });
}
