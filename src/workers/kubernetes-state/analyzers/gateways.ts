import { describeAction } from '../actions.ts';
import { type Analyzer, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { Condition, Meta } from '../kubernetes-state.ts';
import { name, quote } from '../quote.ts';
import { recordsAt, textAt } from '../raw.ts';
import { toConditions } from '../typed/to-pod.ts';

const ROUTES = ['HTTPRoute', 'GRPCRoute', 'TCPRoute', 'TLSRoute'];

/** Finds gateways that are not programmed and routes that their gateway does not accept, by their own conditions. */
export const gateways: Analyzer = ({ state }) => [
  ...(state.others.get('Gateway') ?? [])
    .flatMap((gateway) => [
      ...told(gateway, toConditions(recordsAt(gateway.raw, 'status', 'conditions')), /^(?:Accepted|Programmed|Ready)$/),
      ...recordsAt(gateway.raw, 'status', 'listeners').flatMap((listener) =>
        told(gateway, toConditions(recordsAt(listener, 'conditions')), /^(?:ResolvedRefs|Accepted|Programmed)$/),
      ),
    ])
    .slice(0, 2),
  ...ROUTES.flatMap((kind) => state.others.get(kind) ?? []).flatMap((route) =>
    recordsAt(route.raw, 'status', 'parents')
      .flatMap((parent) => told(route, toConditions(recordsAt(parent, 'conditions')), /^(?:Accepted|ResolvedRefs)$/))
      .slice(0, 1),
  ),
];

/** The services that a route leads to: what it does not deliver is missing there. */
const backendsOf = ({ raw }: Meta): string[] =>
  recordsAt(raw, 'spec', 'rules')
    .flatMap((rule) => recordsAt(rule, 'backendRefs'))
    .flatMap((backend) => textAt(backend, 'name') ?? []);

function told(object: Meta, conditions: Condition[], types: RegExp): Diagnosis[] {
  const failed = conditions.find(({ type, status }) => types.test(type) && status === 'False');
  if (!failed) return [];
  const spoken = [...(failed.message ?? '').matchAll(/"([a-z0-9][\w.-]{1,62})"/gi)].map(([, one = '']) => one);
  return [
    diagnosis({
      kind: 'route-condition',
      class: 'network',
      statement: `${object.kind} ${name(object.name)} does not work: its condition ${name(failed.type)} is False${failed.reason ? ` (${name(failed.reason)})` : ''}${failed.message ? `. The controller says: ${quote(failed.message, 200)}` : ''}`,
      component: object.name,
      namespace: object.namespace,
      touches: [object.name, ...spoken, ...backendsOf(object)],
      confidence: 0.84,
      evidence: object.evidence,
      actions: describeAction(object.kind, object.name, object.namespace, 'See rules and conditions of the route'),
      prevention: ['Alert on routes whose conditions are False.'],
    }),
  ];
}
