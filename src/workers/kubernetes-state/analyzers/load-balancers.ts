import { describeAction } from '../actions.ts';
import { type Analyzer, type Context, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { Service } from '../kubernetes-state.ts';
import { name, quote } from '../quote.ts';
import { isRecord, valueAt } from '../raw.ts';
import { eventsOf } from '../relations.ts';

/** What controllers of load balancers (cloud providers, AWS, MetalLB) warn of when they cannot set one up. */
const FAILED =
  /^(?:(?:Sync|Creating|Ensure|Update|Deleting)LoadBalancerFailed|Failed(?:Build|Deploy)Model|AllocationFailed|UnAvailableLoadBalancer)$/;

/** Finds services whose load balancer could not be set up, so that they have no address outside of the cluster. */
export const loadBalancers: Analyzer = (context) =>
  context.state.services.flatMap((service) => withoutBalancer(context, service));

function withoutBalancer({ state, text }: Context, service: Service): Diagnosis[] {
  const event = eventsOf(state, service).findLast(({ type, reason }) => type === 'Warning' && FAILED.test(reason));
  // A text that leaves the address out says nothing of it.
  const waits = service.type === 'LoadBalancer' && isRecord(valueAt(service.raw, 'status', 'loadBalancer'));
  const asked = /external|public|load ?balancer|address|pending/.test(text);
  if (service.loadBalancer.length > 0 || !(event || (waits && asked && !state.desiredOnly))) return [];
  return [
    diagnosis({
      kind: 'load-balancer-missing',
      class: 'network',
      statement: `Service ${name(service.name)} of type LoadBalancer has no external address (pending) because no load balancer ${event ? `could be set up for it (${name(event.reason)}). The controller says: ${quote(event.message, 220)}` : 'was set up for it: the cluster may have no controller for load balancers, or no free address'}`,
      component: service.name,
      namespace: service.namespace,
      touches: [service.name],
      confidence: event ? 0.88 : 0.72,
      evidence: [...service.evidence, ...(event ? [event.evidence] : [])],
      actions: describeAction('service', service.name, service.namespace, 'See type, annotations and events'),
      prevention: ['Alert on services of type LoadBalancer that have no address for minutes.'],
    }),
  ];
}
