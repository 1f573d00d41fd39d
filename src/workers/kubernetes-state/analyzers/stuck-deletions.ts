import type { Action } from '../../../shared/report.ts';
import { describeAction, listAction } from '../actions.ts';
import { type Analyzer, type Diagnosis, diagnosis } from '../diagnosis.ts';
import { takeFinalizersOff } from '../fixes.ts';
import type { Meta } from '../kubernetes-state.ts';
import { name, quote } from '../quote.ts';
import { recordsAt, textAt, textsAt } from '../raw.ts';
import { toConditions } from '../typed/to-pod.ts';

/** Finds namespaces and volumes that cannot be torn down because a finalizer or an API that is away holds them. */
export const stuckDeletions: Analyzer = ({ state }) => [
  ...(state.others.get('Namespace') ?? []).flatMap(heldNamespace),
  ...['PersistentVolumeClaim', 'PersistentVolume', 'CustomResourceDefinition'].flatMap((kind) =>
    (state.others.get(kind) ?? []).flatMap(heldObject),
  ),
];

const HOLDS = /^Namespace(?:FinalizersRemaining|ContentRemaining|DeletionDiscoveryFailure|DeletionContentFailure)$/;

function heldNamespace(object: Meta): Diagnosis[] {
  if (!object.deleting && textAt(object.raw, 'status', 'phase') !== 'Terminating') return [];
  const held = toConditions(recordsAt(object.raw, 'status', 'conditions')).filter(
    ({ type, status }) => HOLDS.test(type) && status === 'True',
  );
  const best = held.find(({ type }) => /Discovery|Finalizers/.test(type)) ?? held[0];
  const why = best?.message ? `: ${quote(best.message, 220)}` : '';
  const what = /Discovery/.test(best?.type ?? '')
    ? 'an API (APIService) of the cluster does not answer'
    : 'finalizers of objects in it remain';
  return [
    stuck(
      object,
      `Namespace ${name(object.name)} hangs in Terminating${best ? ` because ${what}${why}` : ''}`,
      best ? 0.86 : 0.55,
    ),
  ];
}

function heldObject(object: Meta): Diagnosis[] {
  const finalizers = textsAt(object.raw, 'metadata', 'finalizers');
  if (!object.deleting || finalizers.length === 0) return [];
  return [
    stuck(
      object,
      `${object.kind} ${name(object.name)} hangs in Terminating because its finalizer ${name(finalizers[0] ?? '')} is not taken off`,
      0.7,
    ),
  ];
}

const stuck = (object: Meta, statement: string, confidence: number): Diagnosis =>
  diagnosis({
    kind: 'deletion-stuck',
    class: 'infrastructure',
    statement,
    component: object.name,
    namespace: object.kind === 'Namespace' ? object.name : object.namespace,
    touches: [object.name],
    confidence,
    evidence: object.evidence,
    actions: [
      ...describeAction(object.kind, object.name, object.namespace, 'See what holds it'),
      ...(object.kind === 'Namespace' ? remainders(object.name, statement) : takeFinalizersOff(object)),
    ],
    prevention: ['Take finalizers off by their controller before it is removed.'],
  });

/** The objects that keep a namespace, of the kinds that Kubernetes names. */
function remainders(namespace: string, statement: string): Action[] {
  const kinds = [...statement.matchAll(/\b([a-z][a-z0-9.-]{1,80}) has \d+ resource instances/g)].flatMap(
    ([, kind]) => kind ?? [],
  );
  return kinds.slice(0, 2).flatMap((kind) => listAction(kind, namespace, `See which ${kind} remain in it`, false));
}
