import { changeAction, describeAction, logAction } from '../actions.ts';
import { type Analyzer, type Context, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { KubernetesState, Service } from '../kubernetes-state.ts';
import { LOOPBACK, listenersIn } from '../logs/listeners.ts';
import { logsOfWorkload } from '../logs/pod-log.ts';
import { nameBook, namedIn, writerOf } from '../mentions.ts';
import { name, quote } from '../quote.ts';
import { placesBehind, type Selectable, selectables, workloadName } from '../relations.ts';

/** Finds programs that say in their log that they listen elsewhere than their service sends its traffic, while callers are refused. */
export const listening: Analyzer = (context) => {
  const places = selectables(context.state);
  return context.state.services.flatMap((service) => listensElsewhere(context, service, places)).slice(0, 2);
};

function listensElsewhere({ state, text }: Context, service: Service, places: Selectable[]): Diagnosis[] {
  const [place] = placesBehind(state, service, places);
  if (!place) return [];
  const workload = place.pod ? workloadName(place.pod) : place.name;
  const logs = logsOfWorkload(state, { name: workload, namespace: place.namespace });
  const listeners = listenersIn(logs);
  const target = numericTarget(service, place);
  if (listeners.length === 0 || !target || !(refused(state, service) || /refus/.test(text))) return [];
  const there = listeners.filter(({ port }) => port === target);
  const [only] = there;
  if (only && !there.every(({ host }) => LOOPBACK.test(host ?? ''))) return [];
  const seen = only ?? listeners[0]!;
  const why = only
    ? `listens on the loopback address ${seen.host} only, which nobody outside of its pod reaches`
    : `listens on port ${seen.port}, but the service sends its traffic to port ${target} of the pods (target port mismatch)`;
  return [
    diagnosis({
      kind: only ? 'listens-on-loopback' : 'listens-elsewhere',
      class: 'network',
      statement: `The program behind Service ${name(service.name)} ${why}, so connections are refused. Its log says: ${quote(seen.line, 160)}`,
      component: service.name,
      namespace: service.namespace,
      touches: [service.name, workload, place.name],
      confidence: 0.88,
      evidence: [...service.evidence, ...logs.map(({ evidence }) => evidence), ...place.evidence],
      actions: [
        ...describeAction('service', service.name, service.namespace, 'See port and targetPort of the service'),
        ...(place.pod ? logAction(place.pod.name, place.namespace, null, false) : []),
        changeAction(
          only
            ? 'Let the program listen on all addresses (0.0.0.0)'
            : 'Let the program listen on the target port, or set the target port to where it listens',
          'Restarts the pods, or changes where the traffic goes.',
        ),
      ],
      prevention: [
        'Give the container a readiness probe on the port of the service, so that such pods get no traffic.',
      ],
    }),
  ];
}

/** The port of the pods that a service with one port leads to; null where it cannot be told. */
function numericTarget({ ports, endpoints }: Service, { template }: Selectable): string | null {
  const [port] = ports;
  if (!port || ports.length > 1) return null;
  const named = template.containers
    .flatMap((container) => container.ports)
    .find((one) => one.name !== null && one.name === port.targetPort);
  const target = port.targetPort ?? /:(\d{1,5})$/.exec(endpoints?.[0] ?? '')?.[1] ?? null;
  return named ? String(named.port) : target !== null && /^\d+$/.test(target) ? target : null;
}

const REFUSED = /connection refused|ECONNREFUSED|actively refused|Failed to connect to/i;

/** True where somebody's log says that the service refuses connections, or a probe of its pods does. */
export function refused(state: KubernetesState, service: Service): boolean {
  const book = nameBook(state);
  const speaks = (line: string) => REFUSED.test(line) && namedIn(line, book).includes(service.name);
  return state.logs.some((log) => writerOf(log) !== service.name && log.lines.slice(-2000).some(speaks));
}
