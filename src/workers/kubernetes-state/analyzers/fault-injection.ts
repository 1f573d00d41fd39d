import type { Action } from '../../../shared/report.ts';
import { workloadOf } from '../../detectors/support/names.ts';
import { changeAction, describeAction, listAction, type ObjectPlace } from '../actions.ts';
import { type Analyzer, type Context, type Diagnosis, diagnosis } from '../diagnosis.ts';
import { endExperiment } from '../fixes.ts';
import type { KubeEvent, LogText, Meta } from '../kubernetes-state.ts';
import { nameBook, namedIn, writerOf } from '../mentions.ts';
import { name, quote } from '../quote.ts';
import { type Raw, recordAt, recordsAt, textAt, textMapAt, textsAt } from '../raw.ts';

/** Finds faults that somebody injects on purpose: chaos experiments and the fault rules of a service mesh. */
export const faultInjection: Analyzer = (context) => [
  ...experiments(context),
  ...announced(context),
  ...meshFaults(context),
  ...meshLogs(context),
];

const CLASS: Record<string, Diagnosis['class']> = {
  NetworkChaos: 'network',
  DNSChaos: 'network',
  HTTPChaos: 'network',
  StressChaos: 'resource',
  PodChaos: 'infrastructure',
  IOChaos: 'infrastructure',
  TimeChaos: 'infrastructure',
  KernelChaos: 'infrastructure',
  JVMChaos: 'application',
};

const ACTIONS: Record<string, string> = {
  delay: 'network delay (added latency)',
  loss: 'packet loss in the network',
  corrupt: 'packet corruption in the network',
  duplicate: 'packet duplication in the network',
  partition: 'a network partition',
  bandwidth: 'a bandwidth limit in the network',
  'pod-kill': 'pod kills',
  'pod-failure': 'pod failure',
  'container-kill': 'container kills',
};

function experiments({ state }: Context): Diagnosis[] {
  return Object.entries(CLASS).flatMap(([kind, faultClass]) =>
    (state.others.get(kind) ?? [])
      .filter((object) => !object.deleting && !isOver(object))
      .map((object) => injected(object, faultClass)),
  );
}

/** An experiment that says of itself that everything was recovered, or that it is paused. */
function isOver({ raw, annotations }: Meta): boolean {
  const conditions = recordsAt(raw, 'status', 'conditions');
  const holds = (type: string) =>
    conditions.some((one) => textAt(one, 'type') === type && textAt(one, 'status') === 'True');
  return (
    (holds('AllRecovered') && !holds('AllInjected')) ||
    holds('Paused') ||
    annotations['experiment.chaos-mesh.org/pause'] === 'true'
  );
}

type Target = { labels: string; names: string[]; namespace: string | null };

/** Whom the selector of an experiment is aimed at. */
function targetOf(spec: Raw): Target {
  const selector = recordAt(spec, 'selector');
  const labels = textMapAt(selector, 'labelSelectors');
  const pods = Object.values(recordAt(selector, 'pods')).flat().map(String);
  const names = [...Object.values(labels), ...pods.map(workloadOf)];
  const text = [...Object.entries(labels).map(([key, value]) => `${key}=${value}`), ...pods].join(', ');
  const namespace = textsAt(selector, 'namespaces')[0] ?? Object.keys(recordAt(selector, 'pods'))[0] ?? null;
  return { labels: text, names, namespace };
}

function injected(object: Meta, faultClass: Diagnosis['class']): Diagnosis {
  const spec = recordAt(object.raw, 'spec');
  const action = textAt(spec, 'action');
  const detail = Object.entries(textMapAt(spec, action ?? ''))
    .map(([key, value]) => `${key} ${value}`)
    .slice(0, 3)
    .join(', ');
  const target = targetOf(spec);
  const what = action
    ? (ACTIONS[action] ?? action)
    : object.kind === 'StressChaos'
      ? 'load on CPU or memory'
      : 'a fault';
  return diagnosis({
    kind: 'fault-injection',
    class: faultClass,
    statement: `A fault injection is active: ${object.kind} ${name(object.name)} causes ${name(what)}${detail ? ` (${name(detail)})` : ''}${target.labels ? ` for the pods ${name(target.labels)}` : ''}`,
    component: target.names[0] ?? object.name,
    // What it does is felt where its targets are, not where the experiment is kept.
    namespace: target.namespace ?? object.namespace,
    touches: [object.name, ...target.names],
    confidence: 0.86,
    evidence: object.evidence,
    actions: faultActions(object),
  });
}

function faultActions(object: ObjectPlace): Action[] {
  return [
    ...describeAction(object.kind, object.name, object.namespace, 'See what is injected, and since when'),
    ...endExperiment(object),
  ];
}

/** The controller says in events whose pods it struck; the object itself need not be among the evidence. */
function announced({ state }: Context): Diagnosis[] {
  const events = state.events.filter(
    ({ kind, reason, message }) =>
      /chaos$/i.test(kind) && /^(?:Applied|Started|Spawned)$/.test(reason) && message !== '',
  );
  const groups = Map.groupBy(events, ({ kind, name: own }) => `${kind} ${own}`);
  return [...groups.values()].flatMap((group) => {
    const event = group.find(({ message }) => /apply chaos for/i.test(message)) ?? group[0];
    const ended = event && state.events.some((one) => one.name === event.name && /^Recovered$/.test(one.reason));
    const seen = event && (state.others.get(canonical(event.kind)) ?? []).some((one) => one.name === event.name);
    return event && !ended && !seen ? [fromEvent(event)] : [];
  });
}

const canonical = (kind: string): string =>
  Object.keys(CLASS).find((one) => one.toLowerCase() === kind.toLowerCase()) ?? kind;

function fromEvent(event: KubeEvent): Diagnosis {
  const pod = /apply chaos for (?:\S+\/)?([a-z0-9][a-z0-9.-]+)/i.exec(event.message)?.[1] ?? null;
  const target = pod ? workloadOf(pod) : event.name;
  return diagnosis({
    kind: 'fault-injection',
    class: CLASS[canonical(event.kind)] ?? 'infrastructure',
    statement: `A fault injection is active: ${canonical(event.kind)} ${name(event.name)}${pod ? ` was applied to pod ${name(pod)}` : ''}: ${quote(event.message, 160)}`,
    component: target,
    namespace: event.namespace,
    touches: [target, event.name, pod ?? ''],
    confidence: 0.8,
    evidence: [event.evidence],
    actions: faultActions({ kind: event.kind, name: event.name, namespace: event.namespace }),
  });
}

function meshFaults({ state }: Context): Diagnosis[] {
  return (state.others.get('VirtualService') ?? []).flatMap((object) => {
    const route = recordsAt(object.raw, 'spec', 'http').find((one) => Object.keys(recordAt(one, 'fault')).length > 0);
    if (!route) return [];
    const fault = recordAt(route, 'fault');
    const delay = textAt(fault, 'delay', 'fixedDelay');
    const status = textAt(fault, 'abort', 'httpStatus') ?? textAt(fault, 'abort', 'grpcStatus');
    const [host] = [
      ...textsAt(object.raw, 'spec', 'hosts'),
      ...recordsAt(route, 'route').flatMap((one) => textAt(one, 'destination', 'host') ?? []),
    ];
    const service = host?.split('.')[0] ?? object.name;
    const parts = [
      delay ? `a delay of ${delay} (latency)` : null,
      status ? `aborts with status ${status}` : null,
    ].filter((part) => part !== null);
    return [
      diagnosis({
        kind: 'mesh-fault',
        class: 'network',
        statement: `The VirtualService ${name(object.name)} of the mesh injects a fault into calls of ${name(service)}: ${parts.join(' and ') || 'delay or abort'}`,
        component: service,
        namespace: object.namespace,
        touches: [object.name, service],
        confidence: 0.86,
        evidence: object.evidence,
        actions: [
          ...listAction('virtualservice', object.namespace, 'See the routes of the mesh', false),
          changeAction('Take the fault out of the route', 'Ends the fault injection.'),
        ],
      }),
    ];
  });
}

const INJECTED =
  /\bfault_filter_abort\b|\bfault filter abort\b|"?response_flags"?\s?[:=]\s?"?(?:FI|DI)\b|\s(?:FI|DI)\s(?:fault_filter|-)/;

/** The access log of Envoy marks aborts (FI) and delays (DI) that its fault filter injected. */
function meshLogs({ state }: Context): Diagnosis[] {
  const book = nameBook(state);
  return state.logs.flatMap((log: LogText) => {
    const line = log.lines.slice(-4000).findLast((one) => INJECTED.test(one.slice(0, 1500)));
    if (!line) return [];
    const owner = writerOf(log);
    const callee = namedIn(line, book).find((one) => one.toLowerCase() !== owner.toLowerCase()) ?? owner;
    return [
      diagnosis({
        kind: 'mesh-fault',
        class: 'network',
        statement: `The mesh injects faults into calls of ${name(callee)}: the proxy of ${name(owner)} logs ${quote(line, 200)}`,
        component: callee,
        namespace: log.namespace,
        touches: [callee, owner],
        confidence: 0.78,
        evidence: [log.evidence],
        actions: listAction('virtualservice', log.namespace, 'See the routes of the mesh', false),
      }),
    ];
  });
}
